package keymap

// Synonyms are additional words by which the palette finds an action or a setting, by
// the name of the action or setting.
func Synonyms(name string) []string {
	settings := func(words ...string) []string {
		return append(words, "settings", "setting", "preferences", "options", "configuration", "configure", "config")
	}
	switch name {
	case "invite":
		return []string{"new", "add", "send", "mail", "e-mail", "email", "compose", "write"}
	case "open":
		return []string{"show", "view", "details", "look"}
	case "revoke":
		return []string{"delete", "remove", "withdraw", "take back", "recall"}
	case "move":
		return []string{"upgrade", "tombstone", "migrate", "successor", "replaced"}
	case "undo":
		return []string{"stop", "cancel", "restore"}
	case "send-again":
		return []string{"resend", "re-send", "repeat", "retry", "reinvite", "remind"}
	case "revoke-leftovers":
		return []string{"clean", "cleanup", "delete", "remove"}
	case "trust":
		return []string{"allow", "check", "verify", "host", "server"}
	case "copy-token", "copy-link", "copy-address", "copy-invite-link":
		return []string{"clipboard", "yank"}
	case "show-link":
		return []string{"qr", "qr code", "url", "address"}
	case "raw-event":
		return []string{"json", "source", "raw"}
	case "next-status", "previous-status":
		return []string{"tab", "pending", "joined", "revoked"}
	case "filter":
		return []string{"search", "find", "look for", "query"}
	case "sort":
		return []string{"order", "arrange"}
	case "reverse":
		return []string{"order", "descending", "ascending", "backwards"}
	case "operators":
		return []string{"help", "syntax", "fields"}
	case "mark":
		return []string{"select", "choose", "tick"}
	case "mark-all":
		return []string{"select all", "everything"}
	case "clear":
		return []string{"reset", "unmark", "unfilter", "deselect"}
	case "export":
		return []string{"save", "write", "download", "csv", "json", "markdown", "file"}
	case "outbox":
		return []string{"queue", "sending", "waiting"}
	case "rooms":
		return []string{"channels", "spaces"}
	case "statistics":
		return []string{"stats", "numbers", "progress", "chart", "graph", "share", "rate", "median"}
	case "accept-invite":
		return []string{"join", "redeem", "link"}
	case "accounts":
		return []string{"users", "profiles", "switch", "change account"}
	case "add-account":
		return []string{"login", "log in", "sign in", "new account"}
	case "sign-out":
		return []string{"logout", "log out", "logoff", "log off", "disconnect", "signout"}
	case "demo":
		return []string{"try", "example", "sandbox"}
	case "inspect":
		return []string{"file", "open", "import", "read"}
	case "pause":
		return []string{"stop", "hold", "resume", "continue"}
	case "cancel":
		return []string{"delete", "remove", "abort", "stop"}
	case "settle":
		return []string{"confirm", "sent", "resolve"}
	case "sweep":
		return []string{"delete", "remove", "clean", "forget"}
	case "mail-pending":
		return []string{"resend", "remind"}
	case "next-way":
		return []string{"link", "links", "via", "e-mail", "email", "mail", "identity server"}
	case "change":
		return []string{"edit", "back"}
	case "back":
		return []string{"close", "return", "cancel"}
	case "help":
		return []string{"keys", "shortcuts", "bindings", "manual"}
	case "suspend":
		return []string{"stop", "background", "shell", "ctrl+z"}
	case "quit":
		return []string{"exit", "leave", "close", "end"}

	case "theme":
		return settings("colors", "colours", "appearance", "look", "style", "skin")
	case "background":
		return settings("dark", "light", "day", "night", "mode", "theme", "colors", "colours")
	case "glyphs":
		return settings("ascii", "unicode", "characters", "symbols", "font")
	case "mouse":
		return settings("click", "pointer", "selection")
	case "notify":
		return settings("notifications", "notification", "bell", "desktop", "alert")
	case "sync_output":
		return settings("flicker", "tearing", "synchronized")
	case "color":
		return settings("colors", "colours", "colour")
	case "accessible":
		return settings("accessibility", "screen reader", "a11y", "plain")
	case "invites.via":
		return settings("link", "links", "e-mail", "email", "identity server", "way")
	case "invites.revoke_accepted":
		return settings("links", "once", "single use")
	case "invites.check_keys":
		return settings("verify", "validity", "identity server")
	}
	return nil
}
