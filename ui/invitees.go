package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
)

// invitees are the people to invite: those in the field, and those in lists that were
// pasted. A list is kept as it was pasted and not put into the field, which would
// lose the tabs and lines of a table.
type invitees struct {
	pasted []part
	typed  part
	list   recipients.List // of all parts, as if they were one below the other
}

type part struct {
	text string
	list recipients.List
}

// paste adds a list. What fits on a line is left to the field.
func (w *invitees) paste(text string) (taken bool) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	text = strings.Trim(text, "\n")
	if !strings.Contains(text, "\n") {
		return false
	}
	w.pasted = append(w.pasted, part{text, recipients.Parse(text)})
	w.join()
	return true
}

// drop takes the list away that was pasted last.
func (w *invitees) drop() {
	w.pasted = w.pasted[:len(w.pasted)-1]
	w.join()
}

// write takes in what stands in the field.
func (w *invitees) write(text string) {
	w.typed = part{text, recipients.Parse(text)}
	w.join()
}

// join reads the parts in order. A person in several of them counts in the first.
func (w *invitees) join() {
	w.list = recipients.List{}
	first, above := map[recipients.Invitee]int{}, 0
	for _, p := range append(w.pasted[:len(w.pasted):len(w.pasted)], w.typed) {
		for _, r := range p.list.Recipients {
			r.Line += above
			if line, again := first[r.Canonical()]; again {
				w.list.Repeats = append(w.list.Repeats, recipients.Repeat{Invitee: r.Invitee, Line: r.Line, First: line})
				continue
			}
			first[r.Canonical()] = r.Line
			w.list.Recipients = append(w.list.Recipients, r)
		}
		for _, problem := range p.list.Problems {
			problem.Line += above
			w.list.Problems = append(w.list.Problems, problem)
		}
		for _, repeat := range p.list.Repeats {
			repeat.Line, repeat.First = repeat.Line+above, first[repeat.Canonical()]
			w.list.Repeats = append(w.list.Repeats, repeat)
		}
		above += cells.Height(p.text)
	}
}

func (w *invitees) empty() bool { return len(w.pasted) == 0 && strings.TrimSpace(w.typed.text) == "" }

// single reports whether it is about one person and nothing else.
func (w *invitees) single() bool {
	l := w.list
	return len(l.Recipients) == 1 && len(l.Problems)+len(l.Repeats) == 0
}

// people are those to invite, in order.
func (w *invitees) people() []recipients.Invitee {
	var all []recipients.Invitee
	for _, r := range w.list.Recipients {
		all = append(all, r.Invitee)
	}
	return all
}

// asksIdentityServer reports whether a person is named by an e-mail address.
func (w *invitees) asksIdentityServer() bool {
	return slices.ContainsFunc(w.list.Recipients, func(r recipients.Recipient) bool { return r.UserID == "" })
}

// err says why no person can be invited; nil if one can.
func (w *invitees) err() error {
	switch l := w.list; {
	case len(l.Recipients) > 0:
		return nil
	case len(l.Problems) == 1 && len(w.pasted) == 0:
		return fmt.Errorf("%q is %w", cells.Cut(l.Problems[0].Text, phrase.NameWidth), l.Problems[0].Err)
	}
	return fmt.Errorf("all of this is %w", recipients.ErrNoAddress)
}

// words say how much was understood; empty for a single address. A word
// beside an address is taken for a name.
func (w *invitees) words() string {
	l := w.list
	if len(w.pasted) == 0 && len(l.Recipients) < 2 && len(l.Repeats) == 0 {
		if w.single() && l.Recipients[0].Name != "" && !strings.Contains(w.typed.text, "<") {
			return fmt.Sprintf("%s, whose name is %q", l.Recipients[0].Invitee, l.Recipients[0].Name)
		}
		return ""
	}
	text := persons(len(l.Recipients))
	if n := len(l.Problems); n > 0 {
		text += fmt.Sprintf(", %d not understood", n)
	}
	if n := len(l.Repeats); n > 0 {
		text += fmt.Sprintf(", %d repeated", n)
	}
	return text
}

func persons(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}
