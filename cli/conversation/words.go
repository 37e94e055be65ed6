package conversation

import (
	"context"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/cli/filter"
)

// A word is a command of the accessible mode. Other input is run as an ordinary
// command line.
type word struct {
	name, does string
	also       []string // other names
	forms      []string // examples; two spaces separate the explanation
	fileForms  []string // examples with file names of this machine, which visitors cannot access
	local      bool     // for users of this machine, not for visitors
	// pages are the names of the types in ui of the pages that do the same.
	pages []string

	Run func(c *Conversation, ctx context.Context, args []string) error // nil if the word is the name of a command
}

func (w word) is(name string) bool { return w.name == name || slices.Contains(w.also, name) }

// vocabulary returns all words, in the order of help.
func vocabulary() []word {
	return slices.Concat(firstWords(), wordsOfInvites(), wordsOfSending(), wordsOfAccounts(), wordsOfProgram())
}

// CommandWords returns the words that run the command of the same name.
func CommandWords() []string {
	var names []string
	for _, w := range vocabulary() {
		if w.Run == nil {
			names = append(names, w.name)
		}
	}
	return names
}

// firstWords returns the most important words. They fit on the first page of help.
func firstWords() []word {
	return []word{
		{
			name: "list", does: "read the invites, ten at a time", Run: (*Conversation).list, pages: []string{"homePage", "FilterHelp"},
			forms: []string{
				"list  all invites, the newest first",
				"list pending  invites with this status. The statuses are " + statusWords(),
				"list ops  invites of the room ops",
				"list by:me older:30d  invites that you sent more than 30 days ago",
				"list warn:duplicate  invites with this warning",
				"list needs-look  invites with a problem or a lasting warning",
				"list sort:name  sort by name. The orders are " + strings.Join(filter.Orders(), ", "),
				"list check  check their keys first",
			},
		},
		{
			name: "more", does: "read the next ten of the last list", Run: (*Conversation).more,
			forms: []string{"more  the next ten; Enter alone does the same"},
		},
		{
			name: "show", does: "read the details of an invite: its verdict, checks, keys and history", Run: (*Conversation).show,
			pages: []string{"invitePage", "dumpInvitePage", "linkPage"},
			forms: []string{"show 3  the invite with the number 3 in the last list", "show 3 check  check its keys first", "show 3 link  only its link, if mxinvite made it"},
		},
		{
			name: "invite", does: "invite people: you read what will happen before anything is sent", Run: (*Conversation).invite,
			pages: []string{"composePage"},
			forms: []string{
				"invite  ask for the room and the people",
				"invite ops grace@navy.example  the room and the people; rooms may be numbers of the last list of rooms",
				"invite ops grace@navy.example again  send even if there is an invite already",
			},
			fileForms: []string{"invite ops file people.csv  the people in a file"},
		},
		{
			name: "revoke", does: "revoke invites", Run: (*Conversation).revoke, pages: []string{"Confirm"},
			forms: []string{
				"revoke 3  the invite with the number 3", "revoke 2 5-7  several invites",
				"revoke pending ops older:30d  all invites that match a filter, as for list",
			},
		},
		{
			name: "rooms", does: "read your rooms, and whether you may invite there", pages: []string{"roomsPage"},
			forms: []string{"rooms  ten at a time"},
		},
		{
			name: "outbox", does: "read and change the outbox: invites that are being sent, and their results", Run: (*Conversation).outbox, pages: []string{"outboxPage", "Confirm"},
			forms: []string{
				"outbox  all invites in it", "outbox failed  invites in this state. The states are " + stateWords(),
				"outbox run  send the queued invites, until you press Enter",
				"outbox pause, outbox resume  stop sending, and resume it",
				"outbox cancel 12, outbox cancel all  do not send queued invites",
				"outbox retry 12, outbox retry failed  send failed invites again",
				"outbox retry now  send the next queued invite without waiting",
				"outbox settle 12 sent, outbox settle 12 resend  record whether an uncertain invite was sent",
				"outbox clear  delete finished invites",
			},
		},
		{
			name: "accept", does: "accept an invite by the link in its mail", pages: []string{"acceptPage"},
			forms: []string{"accept  ask for the link, which is not shown"},
		},
		{
			name: "help", also: []string{"?"}, does: "read the words, or explain one", Run: (*Conversation).help, pages: []string{"HelpCard", "Palette"},
			forms: []string{"help  or ? lists the words", "help revoke  explains the word revoke"},
		},
		{name: "quit", also: []string{"exit", "bye", "q"}, does: "end mxinvite, or leave the demo", Run: (*Conversation).quit, pages: []string{"QuitCard"}, forms: []string{"quit"}},
	}
}

func wordsOfInvites() []word {
	return []word{
		{
			name: "raw", does: "read the event of an invite as JSON", Run: (*Conversation).raw, pages: []string{"invitePage"},
			forms: []string{"raw 3  the event of the invite with the number 3"},
		},
		{
			name: "resend", does: "revoke invites and send new ones to the same people", Run: (*Conversation).resend, pages: []string{"sendAgainCard"},
			forms: []string{"resend 3  the invite with the number 3", "resend 3 to grace@navy.example  send the new one to this address"},
		},
		{
			name: "move", does: "invite the people of a replaced room to the new room", Run: (*Conversation).move, pages: []string{"composePage"},
			forms: []string{"move 3  the invite with the number 3", "move ops  all pending invites of a room"},
		},
		{
			name: "trust", does: "allow key checks at a host; untrust stops them",
			forms: []string{"trust  read the trusted hosts", "trust id.example.org  allow key checks at this host", "untrust id.example.org  stop key checks at this host"},
			pages: []string{"invitePage"},
		},
		{
			name: "export", does: "write the last list of invites as CSV, JSON or Markdown", Run: (*Conversation).export, pages: []string{"exportCard"},
			forms: []string{
				"export csv  write CSV to the terminal; export json and export markdown write JSON and Markdown",
			},
			fileForms: []string{
				"export  ask for the file",
				"export invites.json  write JSON; .csv and .md write CSV and Markdown",
			},
		},
		{
			name: "inspect", does: "read the invites in a file of saved room state, without an account", Run: (*Conversation).inspect, local: true,
			pages: []string{"inspectPage"}, forms: []string{"inspect state.json  read its invites; show then takes their numbers"},
		},
		{
			name: "stats", does: "read how many invites were accepted, and how fast", pages: []string{"StatsPage"},
			forms: []string{
				"stats  all rooms, and each room",
				"stats ops  the invites of the room ops", "stats --inviters  by inviter instead of by room",
			},
		},
		{
			name: "watch", does: "read every change, until you press Enter", Run: (*Conversation).watch,
			forms: []string{"watch  until you press Enter", "watch all  begin with all existing invites"},
		},
	}
}

func wordsOfSending() []word {
	return []word{
		{
			name: "room", does: "read the invites of one room", Run: (*Conversation).room, pages: []string{"roomsPage"},
			forms: []string{"room 2  the room with the number 2 in the last list of rooms", "room ops pending  a room by its name, with a filter as for list"},
		},
		{
			name: "preview", does: "read what an invite would do, and send nothing", Run: (*Conversation).preview,
			forms: []string{"preview ops grace@navy.example  as for invite"},
		},
		{
			name: "link", does: "make links that invite to a room, which you send yourself", Run: (*Conversation).link,
			forms: []string{
				"link ops  a numbered link to the room", "link ops Grace Ken  a link for each label; a label or an e-mail address names the invitee",
				"link ops Grace again  make it even if the label has a link already",
			},
		},
		{
			name: "terms", does: "read and accept the terms of the identity server", Run: (*Conversation).terms, pages: []string{"termsPage"},
			forms: []string{"terms  the terms that you have not accepted yet"},
		},
		{
			name: "contacts", does: "find people in your address books",
			forms: []string{"contacts grace  people with grace in the name or the address"},
		},
		{
			name: "forget", does: "delete the remembered addresses of invitees",
			forms: []string{"forget"},
		},
	}
}

func wordsOfAccounts() []word {
	return []word{
		{
			name: "login", does: "sign in, also to another account", Run: (*Conversation).login,
			pages: []string{"ServerPage", "MethodsPage", "DevicePage", "BrowserPage", "SecretPage", "VaultPage", "PassphrasePage", "UnlockPage"},
			forms: []string{
				"login  ask for your Matrix ID or homeserver", "login @you:example.org",
				"login example.org with password  sign in this way: device, browser, sso, password or token",
			},
		},
		{
			name: "accounts", does: "read the accounts that are signed in here", pages: []string{"AccountsPage"},
			forms: []string{"accounts"},
		},
		{
			name: "switch", does: "use another account", Run: (*Conversation).switchAccount, pages: []string{"AccountsPage"},
			forms: []string{"switch 2  the account with the number 2 in the last list of accounts", "switch @you:example.org"},
		},
		{
			name: "logout", does: "sign out", Run: (*Conversation).logout, pages: []string{"AccountsPage"},
			forms: []string{"logout  of the account in use", "logout 2  of the account with this number", "logout all"},
		},
	}
}

func wordsOfProgram() []word {
	return []word{
		{
			name: "settings", does: "read the settings, and change one", Run: (*Conversation).changeSettings, pages: []string{"Palette", "SettingCard"},
			forms: []string{"settings  all of them", "settings theme  one of them", "settings theme mono  change it"},
		},
		{
			name: "accessible", does: "choose whether mxinvite starts in this mode without a flag", Run: (*Conversation).keepAccessible,
			forms: []string{"accessible on  keep this mode", "accessible off  open the screen the next time"},
		},
		{
			name: "demo", does: "try everything on servers that are part of this program", Run: (*Conversation).runDemo,
			forms: []string{"demo  quit leaves the demo"},
		},
		{name: "doctor", does: "check the installation, and suggest fixes", local: true, forms: []string{"doctor"}},
	}
}
