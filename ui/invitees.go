package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
)

// invitees are the people to invite: the people in the field, and those in pasted
// lists. A pasted list is stored unchanged outside the field, because the field would
// lose the tabs and line breaks of a table.
type invitees struct {
	pasted []part
	typed  part
	list   recipients.List // the people of all parts, with line numbers counted across the parts
	unsure error           // a column of a table has to be chosen
}

type part struct {
	text string
	list recipients.List
}

// paste adds a pasted list. It returns false for text on a single line, which belongs
// into the field.
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

// addLabels adds people who have no address, but the label of a link.
func (w *invitees) addLabels(labels []string) {
	if len(labels) == 0 {
		return
	}
	var l recipients.List
	for n, label := range labels {
		l.Recipients = append(l.Recipients, recipients.Recipient{Invitee: recipients.Invitee{Label: label}, Line: n + 1})
	}
	w.pasted = append(w.pasted, part{strings.Join(labels, "\n"), l})
	w.join()
}

// drop removes the latest pasted list.
func (w *invitees) drop() {
	w.pasted = w.pasted[:len(w.pasted)-1]
	w.join()
}

// write reads the text of the field.
func (w *invitees) write(text string) {
	w.typed = part{text, recipients.Parse(text)}
	w.join()
}

// join combines the parts in order. A person in several parts is counted in the first.
func (w *invitees) join() {
	w.list = recipients.List{}
	w.unsure = nil
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
		for _, o := range p.list.LeftOut {
			o.Line += above
			w.list.LeftOut = append(w.list.LeftOut, o)
		}
		if p.list.Table != nil {
			w.list.Table = p.list.Table
		}
		w.unsure = cmp.Or(w.unsure, p.list.Err())
		above += cells.Height(p.text)
	}
}

func (w *invitees) empty() bool { return len(w.pasted) == 0 && strings.TrimSpace(w.typed.text) == "" }

// single reports whether there is exactly one person, and no error or repetition.
func (w *invitees) single() bool {
	l := w.list
	return len(l.Recipients) == 1 && len(l.Problems)+len(l.Repeats)+len(l.LeftOut) == 0
}

// people returns the people to invite, in order.
func (w *invitees) people() []recipients.Invitee {
	var all []recipients.Invitee
	for _, r := range w.list.Recipients {
		all = append(all, r.Invitee)
	}
	return all
}

// asksIdentityServer reports whether a person has an e-mail address.
func (w *invitees) asksIdentityServer() bool {
	return slices.ContainsFunc(w.list.Recipients, func(r recipients.Recipient) bool { return r.Address.Address != "" })
}

// err returns the reason why there is no person to invite; nil if there is one.
func (w *invitees) err() error {
	switch l := w.list; {
	case w.unsure != nil:
		return w.unsure
	case len(l.Recipients) > 0:
		return nil
	case len(l.Problems) == 1 && len(w.pasted) == 0:
		return fmt.Errorf("%q is %w", cells.Cut(l.Problems[0].Text, phrase.NameWidth), l.Problems[0].Err)
	}
	return fmt.Errorf("all of this is %w", recipients.ErrNoAddress)
}

// words returns a summary of the parsed text; empty for a single address. Words beside
// an address are the name of the person.
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
