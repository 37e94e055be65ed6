package host

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/mxinvite/mxinvite/internal/contacts"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// offered is the maximum number of contacts in a completion.
const offered = 20

// CompleteContact returns the contacts that match typed. It may return contacts
// together with an error. It is safe for concurrent use.
func (p *Program) CompleteContact(ctx context.Context, typed string) ([]contacts.Contact, error) {
	sources, err := p.contactSources()
	if err != nil {
		return nil, err
	}
	return contacts.Complete(ctx, sources, typed, offered)
}

// An addressSource has the address books that the settings name. They are opened at
// the first use.
type addressSource struct {
	once    sync.Once
	sources []contacts.Source
	err     error
}

func (p *Program) contactSources() ([]contacts.Source, error) {
	s := &p.contacts
	s.once.Do(func() {
		s.sources = append(s.sources, &ownBook{p: p})
		for _, path := range p.Settings.VCards {
			s.sources = append(s.sources, contacts.NewVCards(path, p.Now))
		}
		if words := p.Settings.ContactCommand; len(words) > 0 {
			var c *contacts.Command
			if c, s.err = contacts.NewCommand(quoted(words), p.Env); s.err == nil {
				s.sources = append(s.sources, c)
			}
		}
	})
	return s.sources, s.err
}

// quoted returns a command line for display.
func quoted(words []string) string {
	out := make([]string, len(words))
	for n, w := range words {
		out[n] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	return strings.Join(out, " ")
}

// bookAge is the time for which the contacts of the local address book are cached.
const bookAge = 10 * time.Second

// An ownBook has the people who were invited from this machine.
type ownBook struct {
	p *Program

	mu   sync.Mutex
	read time.Time
	all  []contacts.Contact
}

// Find returns the contacts whose name or address contains all of the words.
func (b *ownBook) Find(ctx context.Context, typed string) ([]contacts.Contact, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if age := b.p.Now().Sub(b.read); b.read.IsZero() || age < 0 || age > bookAge {
		if err := b.look(ctx); err != nil {
			return nil, err
		}
		b.read = b.p.Now()
	}
	words := strings.Fields(strings.ToLower(typed))
	var found []contacts.Contact
next:
	for _, c := range b.all {
		text := strings.ToLower(c.Name + " " + c.Address)
		for _, w := range words {
			if !strings.Contains(text, w) {
				continue next
			}
		}
		found = append(found, c)
	}
	return found, nil
}

// look reads the address book. It is empty without an account.
func (b *ownBook) look(ctx context.Context) error {
	b.all = nil
	account, err := b.p.Offline(ctx)
	if err != nil {
		return nil //nolint:nilerr // without an account there is no address book
	}
	outbox, err := account.Outbox(ctx)
	if err != nil {
		return err
	}
	for _, i := range outbox.Items {
		if i.Address.Address != "" {
			b.all = append(b.all, contacts.Contact{Name: i.Name, Address: i.Address.Address})
		}
	}
	for _, to := range account.Addresses() {
		b.all = append(b.all, contacts.Contact{Address: to.Address})
	}
	return nil
}

// completeForScreen returns the contacts that match the text typed on the
// screen.
func (p *Program) completeForScreen(ctx context.Context, typed string) ([]shell.Contact, error) {
	found, err := p.CompleteContact(ctx, typed)
	people := make([]shell.Contact, len(found))
	for n, c := range found {
		people[n] = shell.Contact{Name: c.Name, Address: c.Address}
	}
	return people, err
}
