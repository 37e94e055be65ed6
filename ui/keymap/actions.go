package keymap

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
)

// An Action is something that a key does, as the documentation tells it.
type Action struct {
	Name  string   // in the settings
	Keys  []string // unless the person chooses others
	Does  string   // a sentence
	Where []string // the pages it works on
}

// Actions are all there are, in the order in which a person would learn them.
func Actions() []Action {
	var all []Action
	for _, a := range new(Map).Table() {
		all = append(all, Action{a.Name, a.keys, a.Does, a.where.words()})
	}
	return all
}

// A Row is a row of the table that feeds the keys, the help, the palette, the
// settings and the documentation.
type Row struct {
	At    *key.Binding
	Name  string
	keys  []string
	words string // in the help
	Does  string // a sentence
	where places
	Lacks string // why it does not work, where the page says nothing else
}

// places are kinds of pages, each a bit.
type places int

const (
	onHome places = 1 << iota
	onInvite
	onRooms
	onOutbox
	onPreview
	onTerms
	onAccounts
	onForm   // text is typed there, so that letters are no keys
	onFilter // the same, above a list
	onQuestion
	onCode     // that is approved on another device
	placeCount = iota

	onLists      = onHome | onRooms | onOutbox | onPreview | onAccounts | onTerms
	onEverything = 1<<placeCount - 1

	onPages = onHome | onInvite | onRooms | onOutbox | onAccounts
)

func (p places) words() []string {
	names := [placeCount]string{"invites", "one invite", "rooms", "outbox", "preview", "terms", "accounts", "forms", "filters", "questions", "sign-in code"}
	var words []string
	for n, name := range names {
		if p&(1<<n) != 0 {
			words = append(words, name)
		}
	}
	return words
}

// Table is every action but one: ctrl+c quits, whatever anybody chooses.
func (k *Map) Table() []Row {
	const noInvite, noItem, nothingHere = "no invite is selected", "nothing like that is selected", "there is nothing here"
	return []Row{
		{&k.Invite, "invite", keys("i"), "invite", "Invite people by e-mail address or Matrix ID.", onHome | onRooms | onOutbox, "your rooms are still being read"},
		{&k.Open, "open", keys("enter"), "open", "Open what is under the cursor.", onHome | onRooms | onAccounts, nothingHere},
		{&k.Revoke, "revoke", keys("x"), "revoke", "Revoke the invite under the cursor, or those that are marked.", onHome | onInvite, noInvite},
		{&k.Undo, "undo", keys("u"), "undo", "Stop a revocation before its five seconds are over.", onHome | onInvite | onQuestion, "nothing is about to be revoked"},
		{&k.Again, "send-again", keys("e"), "send again", "Send an invite again: the old one is revoked, a new mail goes out.", onHome | onInvite | onOutbox, noItem},
		{&k.Leftovers, "revoke-leftovers", keys("X"), "revoke what is left over", "Revoke invites that are still pending for a user who is in the room already.", onInvite, "nothing is left over"},
		{&k.Trust, "trust", keys("t"), "trust the keys' host", "Allow the host that vouches for the invite's keys to be asked about them.", onHome | onInvite, "all hosts of its keys are trusted already"},
		{&k.Copy, "copy-token", keys("c"), "copy the token", "Copy the invite's token.", onHome | onInvite, noInvite},
		{&k.CopyLink, "copy-link", keys("C"), "copy a link to the event", "Copy a link to the invite's event.", onHome | onInvite, noInvite},
		{&k.Raw, "raw-event", keys("J"), "the event itself", "Show the event itself, and the details again.", onInvite, noInvite},

		{&k.Up, "up", keys("up", "k"), "up", "Go up.", onLists | onInvite, nothingHere},
		{&k.Down, "down", keys("down", "j"), "down", "Go down.", onLists | onInvite, nothingHere},
		{&k.PageUp, "page-up", keys("pgup", "ctrl+b"), "page up", "Go up by a page.", onLists | onInvite, nothingHere},
		{&k.PageDown, "page-down", keys("pgdown", "ctrl+f"), "page down", "Go down by a page.", onLists | onInvite, nothingHere},
		{&k.Top, "first", keys("g", "home"), "first", "Go to the first.", onLists | onInvite, nothingHere},
		{&k.Bottom, "last", keys("G", "end"), "last", "Go to the last.", onLists | onInvite, nothingHere},
		{&k.NextStatus, "next-status", keys("tab", "right", "l"), "status", "Show the invites of the next status; among rooms, choose the next number.", onHome | onRooms, nothingHere},
		{&k.PrevStatus, "previous-status", keys("shift+tab", "left", "h"), "previous status", "Show the invites of the status before; among rooms, choose the number before.", onHome | onRooms, nothingHere},

		{&k.Filter, "filter", keys("/"), "filter", "Type what to look for.", onHome | onRooms, nothingHere},
		{&k.Sort, "sort", keys("s"), "sort", "Sort by the next column.", onHome | onRooms, nothingHere},
		{&k.Reverse, "reverse", keys("R"), "reverse the order", "Sort by the same column, in the other direction.", onHome | onRooms, nothingHere},
		{&k.Complete, "complete", keys("tab"), "complete", "Complete the word of a filter; shift+tab goes to the choice before.", onFilter, "there is nothing to complete"},
		{&k.Operators, "operators", keys("?", "f1"), "operators", "Show what a filter may consist of.", onFilter, ""},
		{&k.Mark, "mark", keys("space"), "mark", "Mark what is under the cursor, or unmark it.", onHome | onRooms | onOutbox, nothingHere},
		{&k.MarkAll, "mark-all", keys("A"), "mark all shown", "Mark all that are shown, or none.", onHome | onRooms | onOutbox, nothingHere},
		{&k.Clear, "clear", keys("esc"), "clear filter and marks", "Clear the filter, the marks, or what is shown instead.", onHome | onInvite | onRooms | onOutbox, "nothing is marked"},
		{&k.Export, "export", keys("E"), "export", "Export the invites that are shown.", onHome, noInvite},

		{&k.Outbox, "outbox", keys("o"), "outbox", "Show the invites that are being sent.", onHome, "nothing is on its way"},
		{&k.Rooms, "rooms", keys("r"), "rooms", "See your rooms, with the cursor on that of the chosen invite.", onHome | onInvite, ""},
		{&k.Take, "accept-invite", keys("a"), "accept an invite", "Accept an invite that was mailed to you.", onHome, ""},
		{&k.Accounts, "accounts", keys("@"), "accounts", "See your accounts, and go to another.", onHome, "there is one account here"},
		{&k.Add, "add-account", keys("n"), "add an account", "Sign in to another account.", onAccounts, ""},
		{&k.Demo, "demo", keys("ctrl+t"), "try the demo", "Before signing in: try mxinvite on a made-up homeserver.", onForm, ""},
		{&k.Inspect, "inspect", keys("ctrl+o"), "read a file", "Before signing in: see the invites in saved room state.", onForm, ""},
		{&k.SetAside, "set-vault-aside", keys("ctrl+n"), "set the vault aside", "Before signing in: set aside a vault that does not open, and sign in again.", onForm, ""},
		{&k.Abandon, "abandon-sign-in", keys("esc"), "sign out", "After signing in: sign out again instead of keeping the session.", onForm, ""},
		{&k.CopyAddress, "copy-address", keys("ctrl+y"), "copy address", "Copy the address to open.", onForm | onCode, ""},
		{&k.CopyCode, "copy-code", keys("c"), "copy code", "Copy the code to type at the address.", onCode, ""},
		{&k.SignOut, "sign-out", keys("S"), "sign out", "Sign out.", onHome | onAccounts, ""},

		{&k.Pause, "pause", keys("p"), "pause", "Pause sending, or resume it.", onOutbox, "nothing is on its way"},
		{&k.Cancel, "cancel", keys("x"), "cancel", "Cancel invites that still wait.", onOutbox, "only what still waits can be cancelled"},
		{&k.Settle, "settle", keys("w"), "it went out", "Say that an uncertain invite was sent.", onOutbox, "only what is uncertain can be settled"},
		{&k.Sweep, "sweep", keys("d"), "clear what is over", "Remove finished invites from this page.", onOutbox, "nothing is over"},

		{&k.LookInto, "look-into", keys("space", "right", "left"), "expand", "Show who is in a group, or hide them.", onPreview, nothingHere},
		{&k.All, "mail-pending", keys("m"), "mail pending too", "Also mail people whose invite seems to be pending.", onPreview, "no invite is pending"},
		{&k.Send, "send", keys("enter"), "send", "Send what the preview shows.", onPreview, "there is no one to invite"},
		{&k.Edit, "change", keys("esc"), "edit", "Go back and edit what was typed.", onPreview, ""},
		{&k.Accept, "accept", keys("a"), "accept", "Accept the terms.", onTerms | onOutbox, "no terms wait"},
		{&k.OpenDocument, "open-document", keys("o"), "open", "Open the document under the cursor in your browser.", onTerms, "there is no browser that could be opened from here"},
		{&k.CopyDocument, "copy-document", keys("c"), "copy address", "Copy the address of the document under the cursor.", onTerms, "it has no address of the web"},
		{&k.Decline, "decline", keys("esc"), "decline", "Decline the terms.", onTerms, ""},

		{&k.Tour, "tour", keys("T"), "start the tour", "In the demo: start the tour.", onHome, ""},
		{&k.TourNext, "tour-next", keys("ctrl+n"), "skip the step", "In the demo: skip a step of the tour.", onEverything, "no tour is under way"},
		{&k.TourEnd, "tour-end", keys("ctrl+x"), "end the tour", "In the demo: end the tour.", onEverything, "no tour is under way"},

		{&k.Next, "next-field", keys("tab", "down"), "next field", "Go to the next field.", onForm, ""},
		{&k.Prev, "previous-field", keys("shift+tab", "up"), "previous field", "Go to the field before.", onForm, ""},
		{&k.AddRoom, "add-room", keys("ctrl+r"), "add this room", "Add the room under the cursor to those you invite to, or remove it.", onForm, "no room is being chosen"},
		{&k.ClearDraft, "clear-draft", keys("ctrl+l"), "clear the draft", "Remove the people that were typed before and not invited.", onForm, "there is no draft"},
		{&k.Submit, "continue", keys("enter"), "continue", "Go on with what was typed or chosen.", onForm | onCode, ""},
		{&k.Yes, "yes", keys("y", "Y"), "yes", "Say yes.", onQuestion, ""},
		{&k.No, "no", keys("n", "N", "esc"), "no", "Say no.", onQuestion, ""},

		{&k.Back, "back", keys("esc"), "back", "Go back.", onInvite | onRooms | onOutbox | onAccounts | onForm | onCode, ""},
		{&k.Palette, "palette", keys(":", "ctrl+p"), "all actions", "Find an action by its name; where text is typed, by ctrl+p.", onPages | onPreview, ""},
		{&k.Help, "help", keys("?", "f1"), "help", "Show the keys of this page.", onPages, ""},
		{&k.Suspend, "suspend", keys("ctrl+z"), "suspend", "Stop mxinvite and go back to the shell, until fg.", onEverything, ""},
		{&k.Quit, "quit", keys("q"), "quit", "Quit.", onPages, ""},
	}
}

func keys(names ...string) []string { return names }

// Check says what is wrong with keys that a person chose, by the action they
// chose them for.
func Check(chosen map[string][]string) map[string]string {
	wrong := map[string]string{}
	all := new(Map).Table()
	for name, own := range chosen {
		n := slices.IndexFunc(all, func(a Row) bool { return a.Name == name })
		if n < 0 {
			wrong[name] = "there is no action of this name"
			continue
		}
		for _, k := range own {
			switch {
			case !isKey(k):
				wrong[name] = fmt.Sprintf("there is no key %q", k)
			case k == "ctrl+c":
				wrong[name] = "ctrl+c always quits"
			case all[n].where&(onForm|onFilter) != 0 && utf8.RuneCountInString(strings.Replace(k, "space", " ", 1)) == 1 && !slices.Contains(all[n].keys, k):
				wrong[name] = fmt.Sprintf("%q is needed to type it", k)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		if other, k := clash(all, chosen, name); wrong[name] == "" && other != "" {
			wrong[name] = fmt.Sprintf("%q does %s on the same page", k, other)
		}
	}
	return wrong
}

// clash finds another action that has one of the keys chosen for an action, on
// a page that has both. Where both have it by default, only one works at a time.
func clash(all []Row, chosen map[string][]string, name string) (other, key string) {
	n := slices.IndexFunc(all, func(a Row) bool { return a.Name == name })
	if n < 0 {
		return "", ""
	}
	for _, a := range all {
		if a.Name == name || a.where&all[n].where == 0 {
			continue
		}
		keys := a.keys
		if own := chosen[a.Name]; len(own) > 0 {
			keys = own
		}
		for _, k := range chosen[name] {
			meant := slices.Contains(a.keys, k) && slices.Contains(all[n].keys, k)
			if slices.Contains(keys, k) && !meant {
				return a.Name, k
			}
		}
	}
	return "", ""
}

// isKey reports whether a key is called so.
func isKey(name string) bool {
	for _, with := range []string{"ctrl+", "alt+", "shift+"} {
		name = strings.TrimPrefix(name, with)
	}
	named := []string{
		"enter", "esc", "tab", "space", "backspace", "delete", "insert", "up", "down", "left", "right",
		"home", "end", "pgup", "pgdown", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12",
	}
	return slices.Contains(named, name) || utf8.RuneCountInString(name) == 1 && name != " "
}
