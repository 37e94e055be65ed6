package cli

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/internal/contacts"
)

// offered is how many contacts are offered at once.
const offered = 20

func newContacts(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "contacts TEXT",
		Short: "List the contacts that match a text",
		Long: "List the contacts that the screen offers while TEXT is typed: from the vCards\n" +
			"and the command in the settings (contacts.vcards, contacts.command), and from\n" +
			"the address book of mxinvite itself.",
		Example: "  mxinvite contacts grace",
		Args:    takes(1, 1),
		RunE:    func(c *cobra.Command, args []string) error { return runContacts(c.Context(), a, args[0]) },
	}
}

// jsonContact is a contact as contacts promises it to scripts.
type jsonContact struct {
	Address string `json:"address"`
	Name    string `json:"name,omitempty"`
}

func runContacts(ctx context.Context, a *app, typed string) error {
	var found []contacts.Contact
	err := a.During(ctx, "Looking for "+typed, func(ctx context.Context) (err error) {
		found, err = a.complete(ctx, typed)
		return err
	})
	all := make([]jsonContact, 0, len(found))
	t := &out.Table{Columns: []out.Column{{Title: "ADDRESS", Yields: true}, {Title: "NAME", Yields: true}}, Of: "contact"}
	for _, c := range found {
		all = append(all, jsonContact{c.Address, c.Name})
		t.Add(out.Text(c.Address), out.Text(c.Name))
		t.Call(c.Address)
	}
	if len(found) == 0 && err == nil {
		a.Note("No contacts were found.")
	}
	write := func() error { return a.WriteTable(t) }
	if a.JSON {
		write = func() error { return a.WriteJSON(all) }
	}
	if writeErr := write(); writeErr != nil {
		return writeErr
	}
	return err // of a source; what the others know was written
}

// complete returns the contacts that fit what was typed. There may be some beside
// an error. It may be called from many goroutines.
func (a *app) complete(ctx context.Context, typed string) ([]contacts.Contact, error) {
	sources, err := a.contactSources()
	if err != nil {
		return nil, err
	}
	return contacts.Complete(ctx, sources, typed, offered)
}

// An addressSource is the address books of a run of the program, opened when first
// needed.
type addressSource struct {
	once    sync.Once
	sources []contacts.Source
	err     error
}

func (a *app) contactSources() ([]contacts.Source, error) {
	s := &a.contacts
	s.once.Do(func() {
		s.sources = append(s.sources, &ownBook{a: a})
		for _, path := range a.settings.VCards {
			s.sources = append(s.sources, contacts.NewVCards(path, a.Now))
		}
		if words := a.settings.ContactCommand; len(words) > 0 {
			var c *contacts.Command
			if c, s.err = contacts.NewCommand(quoted(words), a.Env); s.err == nil {
				s.sources = append(s.sources, c)
			}
		}
	})
	return s.sources, s.err
}

// quoted is a program and its arguments as one line.
func quoted(words []string) string {
	out := make([]string, len(words))
	for n, w := range words {
		out[n] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	return strings.Join(out, " ")
}

// bookAge is how long what was read of our own address book is believed.
const bookAge = 10 * time.Second

// An ownBook is the people who were invited from here.
type ownBook struct {
	a *app

	mu   sync.Mutex
	read time.Time
	all  []contacts.Contact
}

// Find returns those in whose name or address every word is.
func (b *ownBook) Find(ctx context.Context, typed string) ([]contacts.Contact, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if age := b.a.Now().Sub(b.read); b.read.IsZero() || age < 0 || age > bookAge {
		if err := b.look(ctx); err != nil {
			return nil, err
		}
		b.read = b.a.Now()
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

// look reads the book. Without an account there is none.
func (b *ownBook) look(ctx context.Context) error {
	b.all = nil
	account, err := b.a.offline(ctx)
	if err != nil {
		return nil //nolint:nilerr // somebody who is not signed in has no address book
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
