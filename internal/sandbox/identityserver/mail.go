package identityserver

import (
	"net/url"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

// A Mail is what the identity server sent somebody.
type Mail struct {
	At      time.Time
	To      string
	Subject string
	Text    string
	Link    string // what the person is asked to open

	// Of an invite, all in the link too.
	RoomID     string
	Token      string
	PrivateKey string
	SignURL    string

	// Of a mail that confirms an address, to hand in with submitToken.
	Code string
}

// Mails returns the mailbox of an address, oldest first. Like mail servers it does not care for case.
func (s *IdentityServer) Mails(address string) []Mail {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	var out []Mail
	for _, m := range s.mailbox {
		if m.To == threepid.Fold(address) {
			out = append(out, m)
		}
	}
	return out
}

// validAddress is what Python's email.utils takes for an address and gives back unchanged: rather a lot.
func validAddress(s string) bool {
	if s == "" || s != strings.TrimSpace(s) || strings.ContainsAny(s, ",;:<>()\r\n") {
		return false
	}
	_, domain, ok := strings.Cut(s, "@")
	return !ok || domain != "" && !strings.ContainsAny(domain, "@ \t")
}

const webClient = "https://app.element.io"

// mailInvite writes the mail of an invite as Sydent's own template does, except that the signurl leads to this
// server: https://github.com/element-hq/sydent/issues/533.
func (s *IdentityServer) mailInvite(inv *storedInvite, args object, privateKey string, verified bool) {
	room, who := shorten(signedjson.String(args["room_name"]), 30, 25), shorten(signedjson.String(args["sender_display_name"]), 20, 19)
	sign := s.IdentityServerURL() + "/_matrix/identity/api/v1/sign-ed25519?token=" + inv.token +
		"&private_key=" + privateKey
	link := webClient + "/#/room/" + escape(inv.room) + "?email=" + escape(inv.id.Address) +
		"&signurl=" + escape(sign) + "&room_name=" + escape(room) +
		"&room_avatar_url=" + escape(signedjson.String(args["room_avatar_url"])) + "&inviter_name=" + escape(who) +
		"&guest_access_token=&guest_user_id=&room_type=" + escape(signedjson.String(args["room_type"]))
	bracketed := ""
	if verified {
		bracketed = "(" + inv.sender + ") "
	}
	where := ""
	if room != "" {
		where = "(" + room + ") "
	}
	s.mailbox = append(s.mailbox, Mail{
		At: s.Now(), To: inv.id.Address, Subject: who + " has invited you to chat",
		Text: "Hi,\n\n" + who + " " + bracketed + "has invited you into a room " + where + "on Matrix.\n" +
			"To join the conversation, please follow the link below.\n\n" + link + "\n",
		Link: link, RoomID: inv.room, Token: inv.token, PrivateKey: privateKey, SignURL: sign,
	})
	s.Changed()
}

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// shorten cuts what is too long for a mail.
func shorten(s string, most, keep int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:keep]) + "…"
	}
	return s
}
