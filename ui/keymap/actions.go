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
	const noInvite, noItem, nothingHere = "no invite is selected", "no invite is selected", "this list is empty"
	return []Row{
		{&k.Invite, "invite", keys("i"), "invite", "Invite people by e-mail address or Matrix ID.", onHome | onRooms | onOutbox, "your rooms are still loading"},
		{&k.Open, "open", keys("enter"), "open", "Open the selected invite, room or account.", onHome | onRooms | onAccounts, nothingHere},
		{&k.Revoke, "revoke", keys("x"), "revoke", "Revoke the selected invite, or all marked invites.", onHome | onInvite, noInvite},
		{&k.Undo, "undo", keys("u"), "undo", "Undo a revocation within five seconds.", onHome | onInvite | onQuestion, "no revocation can be undone"},
		{&k.Again, "send-again", keys("e"), "send again", "Send an invite again: the old invite is revoked, and a new mail is sent.", onHome | onInvite | onOutbox, noItem},
		{&k.Leftovers, "revoke-leftovers", keys("X"), "revoke redundant invites", "Revoke invites that are still pending for a user who has already joined the room.", onInvite, "there are no redundant invites"},
		{&k.Trust, "trust", keys("t"), "trust the key host", "Trust the host of the invite's keys, so that the keys can be checked there.", onHome | onInvite, "all hosts of its keys are already trusted"},
		{&k.Copy, "copy-token", keys("c"), "copy token", "Copy the invite's token.", onHome | onInvite, noInvite},
		{&k.CopyLink, "copy-link", keys("C"), "copy link to event", "Copy a link to the invite's event.", onHome | onInvite, noInvite},
		{&k.Raw, "raw-event", keys("J"), "show JSON", "Show the invite's event as JSON, or go back to the details.", onInvite, noInvite},

		{&k.Up, "up", keys("up", "k"), "up", "Move up.", onLists | onInvite, nothingHere},
		{&k.Down, "down", keys("down", "j"), "down", "Move down.", onLists | onInvite, nothingHere},
		{&k.PageUp, "page-up", keys("pgup", "ctrl+b"), "page up", "Move up by a page.", onLists | onInvite, nothingHere},
		{&k.PageDown, "page-down", keys("pgdown", "ctrl+f"), "page down", "Move down by a page.", onLists | onInvite, nothingHere},
		{&k.Top, "first", keys("g", "home"), "first", "Move to the first item.", onLists | onInvite, nothingHere},
		{&k.Bottom, "last", keys("G", "end"), "last", "Move to the last item.", onLists | onInvite, nothingHere},
		{&k.NextStatus, "next-status", keys("tab", "right", "l"), "status", "Show the invites with the next status; on the rooms page, select the next column.", onHome | onRooms, nothingHere},
		{&k.PrevStatus, "previous-status", keys("shift+tab", "left", "h"), "previous status", "Show the invites with the previous status; on the rooms page, select the previous column.", onHome | onRooms, nothingHere},

		{&k.Filter, "filter", keys("/"), "filter", "Filter the list.", onHome | onRooms, nothingHere},
		{&k.Sort, "sort", keys("s"), "sort", "Sort by the next column.", onHome | onRooms, nothingHere},
		{&k.Reverse, "reverse", keys("R"), "reverse order", "Reverse the sort order.", onHome | onRooms, nothingHere},
		{&k.Complete, "complete", keys("tab"), "complete", "Complete the term; shift+tab selects the previous suggestion.", onFilter, "there is nothing to complete"},
		{&k.Operators, "operators", keys("?", "f1"), "operators", "Show the operators that a filter can use.", onFilter, ""},
		{&k.Mark, "mark", keys("space"), "mark", "Mark or unmark the selected item.", onHome | onRooms | onOutbox, nothingHere},
		{&k.MarkAll, "mark-all", keys("A"), "mark all shown", "Mark all items that are shown, or unmark them.", onHome | onRooms | onOutbox, nothingHere},
		{&k.Clear, "clear", keys("esc"), "clear filter and marks", "Clear the filter and the marks; from the JSON, go back to the details.", onHome | onInvite | onRooms | onOutbox, "there is no filter and no mark"},
		{&k.Export, "export", keys("E"), "export", "Export the invites that are shown.", onHome, noInvite},

		{&k.Outbox, "outbox", keys("o"), "outbox", "Show the invites that are being sent.", onHome, "the outbox is empty"},
		{&k.Rooms, "rooms", keys("r"), "rooms", "Show your rooms, and select the room of the selected invite.", onHome | onInvite, ""},
		{&k.Take, "accept-invite", keys("a"), "accept an invite", "Accept an invite that was mailed to you.", onHome, ""},
		{&k.Accounts, "accounts", keys("@"), "accounts", "Show your accounts, and switch to another.", onHome, "there is only one account"},
		{&k.Add, "add-account", keys("n"), "add an account", "Sign in to another account.", onAccounts, ""},
		{&k.Demo, "demo", keys("ctrl+t"), "try the demo", "Before signing in: try mxinvite on a built-in homeserver.", onForm, ""},
		{&k.Inspect, "inspect", keys("ctrl+o"), "inspect a file", "Before signing in: show the invites in a file of saved room state.", onForm, ""},
		{&k.SetAside, "set-vault-aside", keys("ctrl+n"), "set the vault aside", "Before signing in: set aside a vault that cannot be opened, and sign in again.", onForm, ""},
		{&k.Abandon, "abandon-sign-in", keys("esc"), "sign out", "After signing in: sign out again instead of storing the session.", onForm, ""},
		{&k.CopyAddress, "copy-address", keys("ctrl+y"), "copy address", "Copy the address that you open in a browser.", onForm | onCode, ""},
		{&k.CopyCode, "copy-code", keys("c"), "copy code", "Copy the sign-in code.", onCode, ""},
		{&k.SignOut, "sign-out", keys("S"), "sign out", "Sign out.", onHome | onAccounts, ""},

		{&k.Pause, "pause", keys("p"), "pause", "Pause or resume sending.", onOutbox, "the outbox is empty"},
		{&k.Cancel, "cancel", keys("x"), "cancel", "Cancel queued invites.", onOutbox, "only queued invites can be cancelled"},
		{&k.Settle, "settle", keys("w"), "mark as sent", "Mark an uncertain invite as sent.", onOutbox, "only uncertain invites can be marked as sent"},
		{&k.Sweep, "sweep", keys("d"), "clear finished invites", "Remove finished invites from this page.", onOutbox, "there are no finished invites"},

		{&k.LookInto, "look-into", keys("space", "right", "left"), "expand", "Expand or collapse a group.", onPreview, nothingHere},
		{&k.All, "mail-pending", keys("m"), "mail pending too", "Also send a mail to people who may already have a pending invite.", onPreview, "no invite is pending"},
		{&k.Send, "send", keys("enter"), "send", "Send the invites in the preview.", onPreview, "there is no one to invite"},
		{&k.Edit, "change", keys("esc"), "edit", "Go back and edit the list.", onPreview, ""},
		{&k.Accept, "accept", keys("a"), "accept", "Accept the terms.", onTerms | onOutbox, "there are no terms to accept"},
		{&k.OpenDocument, "open-document", keys("o"), "open", "Open the selected document in your browser.", onTerms, "mxinvite cannot open a browser here"},
		{&k.CopyDocument, "copy-document", keys("c"), "copy address", "Copy the address of the selected document.", onTerms, "the document has no web address"},
		{&k.Decline, "decline", keys("esc"), "decline", "Decline the terms.", onTerms, ""},

		{&k.Tour, "tour", keys("T"), "start the tour", "In the demo: start the tour.", onHome, ""},
		{&k.TourNext, "tour-next", keys("ctrl+n"), "skip the step", "In the demo: skip a step of the tour.", onEverything, "the tour is not running"},
		{&k.TourEnd, "tour-end", keys("ctrl+x"), "end the tour", "In the demo: end the tour.", onEverything, "the tour is not running"},

		{&k.Next, "next-field", keys("tab", "down"), "next field", "Go to the next field.", onForm, ""},
		{&k.Prev, "previous-field", keys("shift+tab", "up"), "previous field", "Go to the previous field.", onForm, ""},
		{&k.AddRoom, "add-room", keys("ctrl+r"), "add this room", "Add the selected room to the rooms that you invite to, or remove it.", onForm, "no room is selected"},
		{&k.ClearDraft, "clear-draft", keys("ctrl+l"), "clear the draft", "Delete the draft: the people whom you typed but did not invite.", onForm, "there is no draft"},
		{&k.Submit, "continue", keys("enter"), "continue", "Continue with the text or choice.", onForm | onCode, ""},
		{&k.Yes, "yes", keys("y", "Y"), "yes", "Answer yes.", onQuestion, ""},
		{&k.No, "no", keys("n", "N", "esc"), "no", "Answer no.", onQuestion, ""},

		{&k.Back, "back", keys("esc"), "back", "Go back.", onInvite | onRooms | onOutbox | onAccounts | onForm | onCode, ""},
		{&k.Palette, "palette", keys(":", "ctrl+p"), "all actions", "Find an action by its name; press ctrl+p while you type text.", onPages | onPreview, ""},
		{&k.Help, "help", keys("?", "f1"), "help", "Show the keys of this page.", onPages, ""},
		{&k.Suspend, "suspend", keys("ctrl+z"), "suspend", "Suspend mxinvite and go back to the shell; fg resumes it.", onEverything, ""},
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
			wrong[name] = "there is no action with this name"
			continue
		}
		for _, k := range own {
			switch {
			case !isKey(k):
				wrong[name] = fmt.Sprintf("there is no key %q", k)
			case k == "ctrl+c":
				wrong[name] = "ctrl+c always quits"
			case all[n].where&(onForm|onFilter) != 0 && utf8.RuneCountInString(strings.Replace(k, "space", " ", 1)) == 1 && !slices.Contains(all[n].keys, k):
				wrong[name] = fmt.Sprintf("%q is needed to type text", k)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		if other, k := clash(all, chosen, name); wrong[name] == "" && other != "" {
			wrong[name] = fmt.Sprintf("%q is the key of %s on the same page", k, other)
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
