package ui

import "charm.land/bubbles/v2/key"

// keyMap is every key of the program. The same key means the same everywhere.
type keyMap struct {
	Up, Down, PageUp, PageDown, Top, Bottom key.Binding
	NextStatus, PrevStatus                  key.Binding

	Sort, Filter, Clear, Mark key.Binding

	Invite, Take, Open, Revoke, Undo, Rooms, SignOut key.Binding
	Trust, Copy, CopyLink, Raw                       key.Binding
	Accounts, Add, CopyAddress                       key.Binding

	Next, Prev, Submit, Send, Edit, Accept, Decline key.Binding
	Yes, No                                         key.Binding

	Back, Help, Quit, Interrupt key.Binding
}

func newKeyMap() keyMap {
	bind := func(label, does string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(label, does))
	}
	return keyMap{
		Up:       bind("↑/k", "up", "up", "k"),
		Down:     bind("↓/j", "down", "down", "j"),
		PageUp:   bind("pgup", "page up", "pgup", "ctrl+b"),
		PageDown: bind("pgdn", "page down", "pgdown", "ctrl+f"),
		Top:      bind("g", "first", "home", "g"),
		Bottom:   bind("G", "last", "end", "G"),

		NextStatus: bind("tab", "status", "tab", "right", "l"),
		PrevStatus: bind("shift+tab", "previous status", "shift+tab", "left", "h"),

		Sort:   bind("s", "sort", "s"),
		Filter: bind("/", "filter", "/"),
		Clear:  bind("esc", "clear filter and marks", "esc"),
		Mark:   bind("space", "mark", "space"),

		Trust:    bind("t", "trust the keys' host", "t"),
		Copy:     bind("c", "copy the token", "c"),
		CopyLink: bind("C", "copy a link to the event", "C"),
		Raw:      bind("J", "the event itself", "J"),

		Invite:  bind("i", "invite", "i"),
		Take:    bind("a", "accept an invite", "a"),
		Open:    bind("enter", "open", "enter"),
		Revoke:  bind("x", "revoke", "x"),
		Undo:    bind("u", "undo", "u"),
		Rooms:   bind("r", "rooms", "r"),
		SignOut: bind("S", "sign out", "S"),

		Accounts:    bind("@", "accounts", "@"),
		Add:         bind("n", "add an account", "n"),
		CopyAddress: bind("ctrl+y", "copy address", "ctrl+y"),

		Next:    bind("tab", "next field", "tab", "down"),
		Prev:    bind("shift+tab", "previous field", "shift+tab", "up"),
		Submit:  bind("enter", "continue", "enter"),
		Send:    bind("enter", "send", "enter"),
		Edit:    bind("esc", "change it", "esc"),
		Accept:  bind("a", "accept", "a"),
		Decline: bind("esc", "decline", "esc"),

		Yes: bind("y", "yes", "y", "Y"),
		No:  bind("n", "no", "n", "N", "esc"),

		Back:      bind("esc", "back", "esc"),
		Help:      bind("?", "help", "?", "f1"),
		Quit:      bind("q", "quit", "q"),
		Interrupt: bind("ctrl+c", "quit", "ctrl+c"),
	}
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
