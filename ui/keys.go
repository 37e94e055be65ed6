package ui

import (
	"strings"

	"charm.land/bubbles/v2/key"

	"github.com/mxinvite/mxinvite/ui/widget"
)

// keyMap is every key of the program. The same key means the same everywhere.
// What the keys are, and what they do, stands in its table.
type keyMap struct {
	widget.Keys

	NextStatus, PrevStatus key.Binding

	Invite, Take, Open, Revoke, Undo, Rooms, SignOut key.Binding
	Again, Leftovers, Outbox, Export                 key.Binding

	Pause, Cancel, Settle, Sweep key.Binding // in the outbox
	LookInto, All                key.Binding // in the preview
	Trust, Copy, CopyLink, Raw   key.Binding
	Accounts, Add, CopyAddress   key.Binding
	CopyCode                     key.Binding // of a sign-in on another device
	Demo, Inspect                key.Binding // before signing in
	SetAside, Abandon            key.Binding // of the vault
	Tour, TourNext, TourEnd      key.Binding // in the demo

	AddRoom, ClearDraft               key.Binding // while an invite is made
	Prev, Send, Edit, Accept, Decline key.Binding
	OpenDocument, CopyDocument        key.Binding // of the terms
	Yes, No                           key.Binding

	Back, Palette, Help, Suspend, Quit, Interrupt key.Binding
}

// newKeyMap returns the keys, with those a person chose for an action instead
// of its own.
func newKeyMap(chosen map[string][]string) keyMap {
	k := keyMap{Interrupt: key.NewBinding(key.WithKeys(widget.Tag("interrupt"), "ctrl+c"), key.WithHelp("ctrl+c", "quit"))}
	for _, a := range k.table() {
		keys := a.keys
		if own := chosen[a.name]; len(own) > 0 {
			keys = own
		}
		*a.at = key.NewBinding(key.WithKeys(append([]string{widget.Tag(a.name)}, keys...)...), key.WithHelp(keyLabel(keys), a.words))
	}
	return k
}

// keyLabel shows the first of some keys, and beside an arrow the letter.
func keyLabel(keys []string) string {
	signs := map[string]string{"up": "↑", "down": "↓", "left": "←", "right": "→"}
	sign, arrow := signs[keys[0]]
	switch {
	case arrow && len(keys) > 1:
		return sign + "/" + keys[1]
	case arrow:
		return sign
	}
	return strings.Replace(keys[0], "pgdown", "pgdn", 1)
}

// as is the same key with other words for what it does here.
func as(b key.Binding, does string) key.Binding {
	b.SetHelp(b.Help().Key, does)
	return b
}

// when is the key, working only if ok.
func when(ok bool, b key.Binding) key.Binding {
	b.SetEnabled(ok)
	return b
}

// moves are the keys that move in a list or a long text, working only if there
// is anything to move in.
func (k keyMap) moves(some bool) []key.Binding {
	return []key.Binding{when(some, k.Up), when(some, k.Down), when(some, k.PageUp), when(some, k.PageDown), when(some, k.Top), when(some, k.Bottom)}
}
