package keymap

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
)

// An Action is an action of a key, as the documentation shows it.
type Action struct {
	Name  string   // name in the settings
	Keys  []string // default keys
	Does  string   // a sentence
	Where []string // the pages on which it works
}

// Actions returns all actions, the most common first.
func Actions() []Action {
	var all []Action
	for _, a := range new(Map).Table() {
		all = append(all, Action{a.Name, a.keys, a.Does, a.where.words()})
	}
	return all
}

// A Row is a row of the table that defines the keys, the help, the palette, the
// settings and the documentation.
type Row struct {
	At    *key.Binding
	Name  string
	keys  []string
	words string // description in the help
	Does  string // a sentence
	where places
	Lacks string // why it does not work, if the page gives no other reason
}

// places is a set of kinds of pages, one bit each.
type places int

const (
	onHome places = 1 << iota
	onInvite
	onRooms
	onOutbox
	onPreview
	onTerms
	onAccounts
	onForm   // the user types text, so letters are not keys
	onFilter // the user types text above a list
	onQuestion
	onCode // sign-in that the user approves on another device
	onLink // the link of an invite
	onStats
	placeCount = iota

	onLists      = onHome | onRooms | onOutbox | onPreview | onAccounts | onTerms | onStats
	onEverything = 1<<placeCount - 1

	onPages = onHome | onInvite | onRooms | onOutbox | onAccounts | onLink | onStats
)

func (p places) words() []string {
	names := [placeCount]string{"invites", "one invite", "rooms", "outbox", "preview", "terms", "accounts", "forms", "filters", "questions", "sign-in code", "link of an invite", "statistics"}
	var words []string
	for n, name := range names {
		if p&(1<<n) != 0 {
			words = append(words, name)
		}
	}
	return words
}

// Table returns every action except one: ctrl+c always quits and cannot be changed.
func (k *Map) Table() []Row {
	const noInvite, noItem, nothingHere = "no invite is selected", "no invite is selected", "this list is empty"
	return []Row{
		{At: &k.Invite, Name: "invite", keys: keys("i"), words: "invite", Does: "Invite people by e-mail address or Matrix ID.", where: onHome | onRooms | onOutbox, Lacks: "your rooms are still loading"},
		{At: &k.Open, Name: "open", keys: keys("enter"), words: "open", Does: "Open the selected invite, room or account; on the statistics page, the invites of the selected room or inviter.", where: onHome | onRooms | onAccounts | onStats, Lacks: nothingHere},
		{At: &k.Revoke, Name: "revoke", keys: keys("x"), words: "revoke", Does: "Revoke the selected invite, or all marked invites.", where: onHome | onInvite, Lacks: noInvite},
		{At: &k.Undo, Name: "undo", keys: keys("u"), words: "undo", Does: "Undo a revocation within five seconds.", where: onHome | onInvite | onQuestion, Lacks: "no revocation can be undone"},
		{At: &k.SendAgain, Name: "send-again", keys: keys("e"), words: "send again", Does: "Send an invite again: the old invite is revoked, and a new mail is sent or a new link is made.", where: onHome | onInvite | onOutbox, Lacks: noItem},
		{At: &k.Move, Name: "move", keys: keys("m"), words: "move invites", Does: "Invite the people of a replaced room to the new room, and revoke the old invites.", where: onHome | onInvite | onRooms, Lacks: "the room was not replaced"},
		{At: &k.RevokeRedundant, Name: "revoke-leftovers", keys: keys("X"), words: "revoke redundant invites", Does: "Revoke invites that are still pending for a user who has already joined the room.", where: onInvite, Lacks: "there are no redundant invites"},
		{At: &k.Trust, Name: "trust", keys: keys("t"), words: "trust the key host", Does: "Trust the host of the invite's keys, so that the keys can be checked there.", where: onHome | onInvite, Lacks: "all hosts of its keys are already trusted"},
		{At: &k.Copy, Name: "copy-token", keys: keys("c"), words: "copy token", Does: "Copy the invite's token.", where: onHome | onInvite, Lacks: noInvite},
		{At: &k.CopyLink, Name: "copy-link", keys: keys("C"), words: "copy link to event", Does: "Copy a link to the invite's event.", where: onHome | onInvite, Lacks: noInvite},
		{At: &k.ShowLink, Name: "show-link", keys: keys("L"), words: "show link", Does: "Show the link of an invite that mxinvite made itself, with its QR code.", where: onHome | onInvite | onOutbox, Lacks: "mxinvite did not make this invite itself"},
		{At: &k.CopyInviteLink, Name: "copy-invite-link", keys: keys("c", "y"), words: "copy link", Does: "Copy the link of the invite.", where: onLink, Lacks: "the link is not ready yet"},
		{At: &k.ShowJSON, Name: "raw-event", keys: keys("J"), words: "show JSON", Does: "Show the invite's event as JSON, or go back to the details.", where: onInvite, Lacks: noInvite},

		{At: &k.Up, Name: "up", keys: keys("up", "k"), words: "up", Does: "Move up.", where: onLists | onInvite | onLink, Lacks: nothingHere},
		{At: &k.Down, Name: "down", keys: keys("down", "j"), words: "down", Does: "Move down.", where: onLists | onInvite | onLink, Lacks: nothingHere},
		{At: &k.PageUp, Name: "page-up", keys: keys("pgup", "ctrl+b"), words: "page up", Does: "Move up by a page.", where: onLists | onInvite | onLink, Lacks: nothingHere},
		{At: &k.PageDown, Name: "page-down", keys: keys("pgdown", "ctrl+f"), words: "page down", Does: "Move down by a page.", where: onLists | onInvite | onLink, Lacks: nothingHere},
		{At: &k.Top, Name: "first", keys: keys("g", "home"), words: "first", Does: "Move to the first item.", where: onLists | onInvite | onLink, Lacks: nothingHere},
		{At: &k.Bottom, Name: "last", keys: keys("G", "end"), words: "last", Does: "Move to the last item.", where: onLists | onInvite | onLink, Lacks: nothingHere},
		{At: &k.NextStatus, Name: "next-status", keys: keys("tab", "right", "l"), words: "status", Does: "Show the invites with the next status; on the rooms page, select the next column; on the page of a link, show the next link; on the statistics page, change between rooms and inviters.", where: onHome | onRooms | onLink | onStats, Lacks: nothingHere},
		{At: &k.PrevStatus, Name: "previous-status", keys: keys("shift+tab", "left", "h"), words: "previous status", Does: "Show the invites with the previous status; on the rooms page, select the previous column; on the page of a link, show the previous link; on the statistics page, change between rooms and inviters.", where: onHome | onRooms | onLink | onStats, Lacks: nothingHere},

		{At: &k.Filter, Name: "filter", keys: keys("/"), words: "filter", Does: "Filter the list.", where: onHome | onRooms | onStats, Lacks: nothingHere},
		{At: &k.Sort, Name: "sort", keys: keys("s"), words: "sort", Does: "Sort by the next column.", where: onHome | onRooms | onStats, Lacks: nothingHere},
		{At: &k.Reverse, Name: "reverse", keys: keys("R"), words: "reverse order", Does: "Reverse the sort order.", where: onHome | onRooms | onStats, Lacks: nothingHere},
		{At: &k.Complete, Name: "complete", keys: keys("tab"), words: "complete", Does: "Complete the term; shift+tab selects the previous suggestion.", where: onFilter, Lacks: "there is nothing to complete"},
		{At: &k.Operators, Name: "operators", keys: keys("?", "f1"), words: "operators", Does: "Show the operators that a filter can use.", where: onFilter},
		{At: &k.Mark, Name: "mark", keys: keys("space"), words: "mark", Does: "Mark or unmark the selected item.", where: onHome | onRooms | onOutbox, Lacks: nothingHere},
		{At: &k.MarkAll, Name: "mark-all", keys: keys("ctrl+a"), words: "mark all shown", Does: "Mark all items that are shown, or unmark them.", where: onHome | onRooms | onOutbox, Lacks: nothingHere},
		{At: &k.Clear, Name: "clear", keys: keys("esc"), words: "clear filter and marks", Does: "Clear the filter and the marks; from the JSON, go back to the details.", where: onHome | onInvite | onRooms | onOutbox | onStats, Lacks: "there is no filter and no mark"},
		{At: &k.Export, Name: "export", keys: keys("E"), words: "export", Does: "Export the invites that are shown.", where: onHome, Lacks: noInvite},

		{At: &k.Outbox, Name: "outbox", keys: keys("o"), words: "outbox", Does: "Show the invites that are being sent.", where: onHome, Lacks: "the outbox is empty"},
		{At: &k.Rooms, Name: "rooms", keys: keys("r"), words: "rooms", Does: "Show your rooms, and select the room of the selected invite. The blocks show how many invites were sent in each of the last 8 weeks. The highest block is the largest number in any room and week.", where: onHome | onInvite},
		{At: &k.Stats, Name: "statistics", keys: keys("%"), words: "statistics", Does: "Show how many invites were accepted, and how fast, by room and by inviter. The blocks show how many were sent in each of the last weeks.", where: onHome | onRooms},
		{At: &k.AcceptInvite, Name: "accept-invite", keys: keys("a"), words: "accept an invite", Does: "Accept an invite that was mailed to you.", where: onHome},
		{At: &k.Accounts, Name: "accounts", keys: keys("@"), words: "accounts", Does: "Show your accounts, and switch to another.", where: onHome, Lacks: "there is only one account"},
		{At: &k.Add, Name: "add-account", keys: keys("n"), words: "add an account", Does: "Sign in to another account.", where: onAccounts},
		{At: &k.Demo, Name: "demo", keys: keys("ctrl+t"), words: "try the demo", Does: "Before signing in: try mxinvite on a built-in homeserver.", where: onForm},
		{At: &k.Inspect, Name: "inspect", keys: keys("ctrl+o"), words: "inspect a file", Does: "Before signing in: show the invites in a file of saved room state.", where: onForm},
		{At: &k.SetAside, Name: "set-vault-aside", keys: keys("ctrl+n"), words: "set the vault aside", Does: "Before signing in: set aside a vault that cannot be opened, and sign in again.", where: onForm},
		{At: &k.Abandon, Name: "abandon-sign-in", keys: keys("esc"), words: "sign out", Does: "After signing in: sign out again instead of storing the session.", where: onForm},
		{At: &k.CopyAddress, Name: "copy-address", keys: keys("ctrl+y"), words: "copy address", Does: "Copy the address that you open in a browser.", where: onForm | onCode},
		{At: &k.CopyCode, Name: "copy-code", keys: keys("c"), words: "copy code", Does: "Copy the sign-in code.", where: onCode},
		{At: &k.SignOut, Name: "sign-out", keys: keys("S"), words: "sign out", Does: "Sign out.", where: onHome | onAccounts},

		{At: &k.Pause, Name: "pause", keys: keys("p"), words: "pause", Does: "Pause or resume sending.", where: onOutbox, Lacks: "the outbox is empty"},
		{At: &k.TryNow, Name: "try-now", keys: keys("N"), words: "try now", Does: "Send the next invite at once, although a server asked to wait, and resume sending.", where: onOutbox, Lacks: "no invite waits for a server"},
		{At: &k.Cancel, Name: "cancel", keys: keys("x"), words: "cancel", Does: "Cancel queued invites.", where: onOutbox, Lacks: "only queued invites can be cancelled"},
		{At: &k.MarkSent, Name: "settle", keys: keys("w"), words: "mark as sent", Does: "Mark an uncertain invite as sent.", where: onOutbox, Lacks: "only uncertain invites can be marked as sent"},
		{At: &k.ClearFinished, Name: "sweep", keys: keys("d"), words: "clear finished invites", Does: "Remove finished invites from this page.", where: onOutbox, Lacks: "there are no finished invites"},

		{At: &k.Expand, Name: "look-into", keys: keys("space", "right", "left"), words: "expand", Does: "Expand or collapse a group.", where: onPreview, Lacks: nothingHere},
		{At: &k.All, Name: "mail-pending", keys: keys("m"), words: "mail pending too", Does: "Also send a mail to people who may already have a pending invite.", where: onPreview, Lacks: "no invite is pending"},
		{At: &k.OldRoom, Name: "old-room", keys: keys("o"), words: "send to the old room", Does: "Also send invites to a room that was replaced by another one.", where: onPreview, Lacks: "no room was replaced"},
		{At: &k.Column, Name: "next-column", keys: keys("f2"), words: "next column", Does: "Read the people from the next column of a pasted table.", where: onForm | onPreview, Lacks: "no table with several columns of addresses is pasted"},
		{At: &k.NextWay, Name: "next-way", keys: keys("f3"), words: "next way", Does: "Choose how people without a known Matrix ID are invited: by e-mail, or by a link that you pass on.", where: onForm | onPreview, Lacks: "there is only one way to invite"},
		{At: &k.Send, Name: "send", keys: keys("enter"), words: "send", Does: "Send the invites in the preview.", where: onPreview, Lacks: "there is no one to invite"},
		{At: &k.Edit, Name: "change", keys: keys("esc"), words: "edit", Does: "Go back and edit the list.", where: onPreview},
		{At: &k.AcceptTerms, Name: "accept", keys: keys("a"), words: "accept", Does: "Accept the terms.", where: onTerms | onOutbox, Lacks: "there are no terms to accept"},
		{At: &k.OpenDocument, Name: "open-document", keys: keys("o"), words: "open", Does: "Open the selected document in your browser.", where: onTerms, Lacks: "mxinvite cannot open a browser here"},
		{At: &k.CopyDocument, Name: "copy-document", keys: keys("c"), words: "copy address", Does: "Copy the address of the selected document.", where: onTerms, Lacks: "the document has no web address"},
		{At: &k.DeclineTerms, Name: "decline", keys: keys("esc"), words: "decline", Does: "Decline the terms.", where: onTerms},

		{At: &k.Tour, Name: "tour", keys: keys("T"), words: "start the tour", Does: "In the demo: start the tour.", where: onHome},
		{At: &k.TourNext, Name: "tour-next", keys: keys("ctrl+n"), words: "skip the step", Does: "In the demo: skip a step of the tour.", where: onEverything, Lacks: "the tour is not running"},
		{At: &k.TourEnd, Name: "tour-end", keys: keys("ctrl+x"), words: "end the tour", Does: "In the demo: end the tour.", where: onEverything, Lacks: "the tour is not running"},

		{At: &k.Next, Name: "next-field", keys: keys("tab", "down"), words: "next field", Does: "Go to the next field.", where: onForm},
		{At: &k.Prev, Name: "previous-field", keys: keys("shift+tab", "up"), words: "previous field", Does: "Go to the previous field.", where: onForm},
		{At: &k.AddRoom, Name: "add-room", keys: keys("ctrl+r"), words: "add this room", Does: "Add the selected room to the rooms that you invite to, or remove it.", where: onForm, Lacks: "no room is selected"},
		{At: &k.NewRoom, Name: "new-room", keys: keys("ctrl+g"), words: "use the new room", Does: "Invite to the room that replaces the chosen room.", where: onForm, Lacks: "no chosen room was replaced"},
		{At: &k.ClearDraft, Name: "clear-draft", keys: keys("ctrl+l"), words: "clear the draft", Does: "Delete the draft: the people whom you typed but did not invite.", where: onForm, Lacks: "there is no draft"},
		{At: &k.Submit, Name: "continue", keys: keys("enter"), words: "continue", Does: "Continue with the text or choice.", where: onForm | onCode},
		{At: &k.Yes, Name: "yes", keys: keys("y", "Y"), words: "yes", Does: "Answer yes.", where: onQuestion},
		{At: &k.No, Name: "no", keys: keys("n", "N", "esc"), words: "no", Does: "Answer no.", where: onQuestion},

		{At: &k.Back, Name: "back", keys: keys("esc"), words: "back", Does: "Go back.", where: onInvite | onRooms | onOutbox | onAccounts | onForm | onCode | onLink | onStats},
		{At: &k.Palette, Name: "palette", keys: keys(":", "ctrl+p"), words: "all actions", Does: "Find an action by its name; press ctrl+p while you type text.", where: onPages | onPreview},
		{At: &k.Help, Name: "help", keys: keys("?", "f1"), words: "help", Does: "Show the keys of this page.", where: onPages},
		{At: &k.Suspend, Name: "suspend", keys: keys("ctrl+z"), words: "suspend", Does: "Suspend mxinvite and go back to the shell; fg resumes it.", where: onEverything},
		{At: &k.Quit, Name: "quit", keys: keys("q"), words: "quit", Does: "Quit.", where: onPages},
	}
}

func keys(names ...string) []string { return names }

// Check returns the errors in the keys that the user chose, by the name of the action.
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

// clash finds another action with the same key on the same page as a given action. It
// ignores pairs that share a key by default, because only one of these works at a
// time.
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

// isKey reports whether a name is the name of a key.
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
