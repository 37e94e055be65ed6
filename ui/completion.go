package ui

import (
	"context"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
)

const (
	// typingPause is the time without a key press after which the page looks for
	// completions.
	typingPause = 150 * time.Millisecond
	mostPeople  = 6
)

// completion is the list of contacts below the field. It suggests contacts for
// the text that the user types.
type completion struct {
	typed   string // the piece of text that the contacts complete
	people  []shell.Contact
	at      int // -1 until the user moves into the list
	picked  bool
	asked   int
	problem error
	told    bool // the page has shown a problem; later ones are not shown
}

// completeMsg arrives after typingPause; completed is the result of the search.
type (
	completeMsg struct{ asked int }
	completed   struct {
		asked  int
		typed  string
		people []shell.Contact
		err    error
	}
)

// wantCompletion starts a search for contacts after typingPause. More typing
// replaces the search.
func (c *composePage) wantCompletion() tea.Cmd {
	c.people.close()
	c.people.asked++
	if c.sh.Options.Complete == nil || lastPiece(c.invitees.typed.text) == "" {
		c.suggest()
		return nil
	}
	msg := completeMsg{c.people.asked}
	return shell.Ask(c.ctx, c, func(ctx context.Context) tea.Msg {
		select {
		case <-time.After(typingPause):
		case <-ctx.Done():
		}
		return msg
	})
}

// complete looks for contacts, unless the user has typed more since msg was
// requested.
func (c *composePage) complete(msg completeMsg) tea.Cmd {
	if msg.asked != c.people.asked || c.step != editing {
		return nil
	}
	find, typed := c.sh.Options.Complete, lastPiece(c.invitees.typed.text)
	return shell.Ask(c.ctx, c, func(ctx context.Context) tea.Msg {
		people, err := find(ctx, typed)
		return completed{msg.asked, typed, people, err}
	})
}

// take shows the result of a search, unless the text has changed since.
func (p *completion) take(msg completed) {
	if msg.asked != p.asked {
		return
	}
	p.people = msg.people[:min(mostPeople, len(msg.people))]
	if len(p.people) == 1 && p.people[0].Address == msg.typed {
		p.people = nil // the piece is complete already
	}
	p.typed, p.at = msg.typed, -1
	if msg.err != nil && !p.told {
		p.problem, p.told = msg.err, true
	}
}

func (p *completion) close() { p.people, p.at, p.problem = nil, -1, nil }

// press moves in the list or picks a contact, and reports whether it used the key.
// Enter picks only after the user has moved into the list, because the user may
// have pressed it early to submit the page.
func (p *completion) press(msg tea.KeyPressMsg, keys keymap.Map) bool {
	switch {
	case len(p.people) == 0:
		return false
	case msg.String() == "down":
		p.at = min(p.at+1, len(p.people)-1)
	case msg.String() == "up" && p.at >= 0:
		p.at--
	case msg.String() == "tab":
		p.at, p.picked = max(0, p.at), true
	case key.Matches(msg, keys.Submit) && p.at >= 0:
		p.picked = true
	default:
		return false
	}
	return true
}

// choice returns the contact that the user picked, and whether there is one.
func (p *completion) choice() (shell.Contact, bool) {
	if !p.picked {
		return shell.Contact{}, false
	}
	p.picked = false
	return p.people[p.at], true
}

// put replaces the typed piece in the field by the contact.
func (c *composePage) put(contact shell.Contact) tea.Cmd {
	in := &c.form.Fields[fieldPeople].Input
	text := strings.TrimSuffix(in.Value(), c.people.typed)
	name := safetext.Line(contact.Name)
	if name == "" || strings.ContainsAny(name, `<>,;:"@\()`) {
		text += contact.Address
	} else {
		text += name + " <" + contact.Address + ">"
	}
	in.SetValue(text)
	in.CursorEnd()
	c.people.close()
	c.people.asked++
	c.kept = false
	c.invitees.write(text)
	return c.sh.Draft.Note(c.invitees.texts())
}

// lastPiece returns the text after the last separator, which the user is typing.
func lastPiece(s string) string {
	return strings.TrimLeft(s[strings.LastIndexAny(s, ",;")+1:], " ")
}

// pick puts the contact that the user clicked into the field.
func (c *composePage) pick(n int) tea.Cmd { return c.put(c.people.people[n]) }

// view draws the list. A click on a contact calls pick with its index.
func (p *completion) view(sh *shell.Shell, width int, pick func(int) tea.Cmd) string {
	st := sh.Styles
	var lines []string
	for n, contact := range p.people {
		chosen, left, note := n == p.at, min(36, width/2), contact.Name
		if outcome := sh.Options.Demo.Outcome(contact.Address); outcome != "" {
			left, note = 22, outcome
		}
		st := st.ForRow(chosen)
		line := st.Name.Render(cells.Fit(contact.Address, left)) + "  " + st.Faint.Render(cells.Cut(note, width-left-5))
		lines = append(lines, sh.Spot(st.Row(chosen, " ", line, width), func() tea.Cmd { return pick(n) }))
	}
	if p.problem != nil {
		lines = append(lines, st.Faint.Render(cells.Cut("Some contacts could not be looked up: "+p.problem.Error(), width)))
	}
	return strings.Join(lines, "\n")
}

// exampleAddress returns example addresses for an empty field.
func exampleAddress(sh *shell.Shell) string {
	if r := sh.Options.Demo; r != nil && len(r.Addresses) > 0 {
		return r.Addresses[0].Address
	}
	return "grace@navy.example"
}

// suggest shows the addresses of the demo while the field is empty.
func (c *composePage) suggest() {
	r := c.sh.Options.Demo
	if r == nil || !c.invitees.empty() {
		return
	}
	c.people.close()
	for _, s := range r.Addresses {
		c.people.people = append(c.people.people, shell.Contact{Address: s.Address})
	}
	c.people.typed = ""
}
