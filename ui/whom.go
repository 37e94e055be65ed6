package ui

import (
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/recipients"
)

// whom is whom to invite: what stands in the field, and the lists that were
// pasted. Those are kept as they came and not put into the field: a table lives
// by its tabs and lines.
type whom struct {
	pasted []part
	typed  part
	list   recipients.List // of all parts, as if they were one below the other
}

type part struct {
	text string
	list recipients.List
}

// paste adds a list. What fits on a line is left to the field.
func (w *whom) paste(text string) (taken bool) {
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
func (w *whom) drop() {
	w.pasted = w.pasted[:len(w.pasted)-1]
	w.join()
}

// write takes in what stands in the field.
func (w *whom) write(text string) {
	w.typed = part{text, recipients.Parse(text)}
	w.join()
}

// join reads the parts one below the other: an address counts where it stands first.
func (w *whom) join() {
	w.list = recipients.List{}
	first, above := map[identity.ThreePID]int{}, 0
	for _, p := range append(w.pasted[:len(w.pasted):len(w.pasted)], w.typed) {
		for _, r := range p.list.Recipients {
			r.Line += above
			if line, again := first[r.Address.Canonical()]; again {
				w.list.Repeats = append(w.list.Repeats, recipients.Repeat{Address: r.Address, Line: r.Line, First: line})
				continue
			}
			first[r.Address.Canonical()] = r.Line
			w.list.Recipients = append(w.list.Recipients, r)
		}
		for _, problem := range p.list.Problems {
			problem.Line += above
			w.list.Problems = append(w.list.Problems, problem)
		}
		for _, repeat := range p.list.Repeats {
			repeat.Line, repeat.First = repeat.Line+above, first[repeat.Address.Canonical()]
			w.list.Repeats = append(w.list.Repeats, repeat)
		}
		above += lineCount(p.text)
	}
}

func (w *whom) empty() bool { return len(w.pasted) == 0 && strings.TrimSpace(w.typed.text) == "" }

// single reports whether it is about one address and nothing else.
func (w *whom) single() bool {
	l := w.list
	return len(l.Recipients) == 1 && len(l.Problems)+len(l.Repeats) == 0
}

// addresses are those to invite, in order.
func (w *whom) addresses() []identity.ThreePID {
	var all []identity.ThreePID
	for _, r := range w.list.Recipients {
		all = append(all, r.Address)
	}
	return all
}

// err says why nobody can be invited; nil if somebody can.
func (w *whom) err() error {
	if len(w.list.Recipients) > 0 {
		return nil
	}
	if len(w.pasted) == 0 {
		if _, err := identity.ParseEmail(strings.TrimSpace(w.typed.text)); err != nil {
			return err // it quotes what was typed
		}
	}
	return fmt.Errorf("none of this: %w", identity.ErrNotAddress)
}

// words say how much was understood; empty if that goes without saying.
func (w *whom) words() string {
	l := w.list
	if len(w.pasted) == 0 && len(l.Recipients) < 2 && len(l.Repeats) == 0 {
		return ""
	}
	text := addresses(len(l.Recipients))
	if n := len(l.Problems); n == 1 {
		text += ", 1 is none"
	} else if n > 1 {
		text += fmt.Sprintf(", %d are none", n)
	}
	if n := len(l.Repeats); n > 0 {
		text += fmt.Sprintf(", %d repeated", n)
	}
	return text
}

func addresses(n int) string {
	if n == 1 {
		return "1 address"
	}
	return fmt.Sprintf("%d addresses", n)
}
