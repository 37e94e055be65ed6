package identityserver

import (
	"net/url"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

// A Mail is a mail that the identity server sent.
type Mail struct {
	At      time.Time
	To      string
	Subject string
	Text    string
	Link    string // the link that the recipient opens

	// Only for the mail of an invite. The link contains these values, too.
	RoomID     string
	Token      string
	PrivateKey string
	SignURL    string

	// Only for a mail that confirms an address: the code for submitToken.
	Code string
}

// Mails returns the mails to an address, oldest first. Case does not matter.
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

// validAddress reports whether Python's email.utils returns an address unchanged, which it does for many texts.
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

// shorten cuts a text that is too long for a mail.
func shorten(s string, most, keep int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:keep]) + "…"
	}
	return s
}
