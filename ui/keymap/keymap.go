// Package keymap has the keys of the screen, and the table of actions for the keys,
// the help, the palette, the settings and the documentation.
package keymap

import (
	"strings"

	"charm.land/bubbles/v2/key"

	"github.com/mxinvite/mxinvite/ui/widget"
)

// A Map has all keys of the program. A key has the same meaning on all pages. The
// table of actions defines the keys.
type Map struct {
	widget.Keys

	NextStatus, PrevStatus key.Binding

	Invite, AcceptInvite, Open, Revoke, Undo, Rooms, Stats, SignOut key.Binding
	SendAgain, RevokeRedundant, Outbox, Export                      key.Binding

	Pause, Cancel, MarkSent, ClearFinished, TryNow key.Binding // in the outbox
	Expand, All                                    key.Binding // in the preview
	Trust, Copy, CopyLink, ShowJSON                key.Binding
	ShowLink, CopyInviteLink                       key.Binding // of an invite that mxinvite made itself
	Accounts, Add, CopyAddress                     key.Binding
	CopyCode                                       key.Binding // of a sign-in on another device
	Demo, Inspect                                  key.Binding // before signing in
	SetAside, Abandon                              key.Binding // of the vault
	Tour, TourNext, TourEnd                        key.Binding // in the demo

	Column                                      key.Binding // of a table that was pasted
	AddRoom, ClearDraft, NextWay                key.Binding // while an invite is made
	NewRoom, OldRoom, Move                      key.Binding // for rooms that were replaced
	Prev, Send, Edit, AcceptTerms, DeclineTerms key.Binding
	OpenDocument, CopyDocument                  key.Binding // of the terms
	Yes, No                                     key.Binding

	Back, Palette, Help, Suspend, Quit, Interrupt key.Binding
}

// New returns the keys. chosen replaces the default keys of actions, by name.
func New(chosen map[string][]string) Map {
	k := Map{Interrupt: key.NewBinding(key.WithKeys(widget.Tag("interrupt"), "ctrl+c"), key.WithHelp("ctrl+c", "quit"))}
	for _, a := range k.Table() {
		keys := a.keys
		if own := chosen[a.Name]; len(own) > 0 {
			keys = own
		}
		*a.At = key.NewBinding(key.WithKeys(append([]string{widget.Tag(a.Name)}, keys...)...), key.WithHelp(keyLabel(keys), a.words))
	}
	return k
}

// keyLabel returns the name of the first of some keys; for an arrow key, also the
// letter with the same meaning.
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

// As returns a binding of the same keys with another description.
func As(b key.Binding, does string) key.Binding {
	b.SetHelp(b.Help().Key, does)
	return b
}

// When returns the binding, enabled only if ok is true.
func When(ok bool, b key.Binding) key.Binding {
	b.SetEnabled(ok)
	return b
}

// Moves returns the keys that move in a list or a long text, enabled only if there is
// something to move in.
func (k Map) Moves(some bool) []key.Binding {
	return []key.Binding{When(some, k.Up), When(some, k.Down), When(some, k.PageUp), When(some, k.PageDown), When(some, k.Top), When(some, k.Bottom)}
}
