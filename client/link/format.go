package link

import (
	"net/url"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/linkkey"
)

// DefaultBase is the base of links for which no web page is configured. No program is
// registered for its scheme, so the link is pasted into mxinvite. No browser, and no
// program that fetches links to show a preview, sends it to a server.
const DefaultBase = "mxinvite://accept"

// IsBase reports whether a text can be the base of links: an https URL without query and
// fragment, or [DefaultBase]. The page at the URL sees the whole link, if it runs scripts.
func IsBase(base string) bool {
	if base == DefaultBase {
		return true
	}
	u, err := url.Parse(base)
	return err == nil && u.Scheme == "https" && u.Host != "" && isServerName(u.Host) && u.User == nil &&
		!strings.ContainsAny(base, "?#%\"'<>\\ ") && len(base) <= maxField
}

// Format returns the link as text, for a base that satisfies [IsBase]. A link of a links
// server opens on the page of that server instead.
func (l Link) Format(base string) string {
	if l.ByLinksServer() {
		base = l.IdentityServer
	}
	return l.FormatAt(base)
}

// FormatAt returns the link as text, for a base that satisfies [IsBase]. It is a link of
// Element Web with the additional parameters sender, token and private_key. All of it
// is in the fragment of the URL, which a browser does not send to the web server.
// [Parse] returns the same link.
func (l Link) FormatAt(base string) string {
	var q query
	for _, server := range l.Via {
		q.add("via", server)
	}
	q.add("sender", string(l.Sender))
	if l.SignURL != "" {
		var inner query
		inner.add("token", l.Token)
		inner.add("private_key", l.secret)
		q.add("signurl", l.SignURL+"?"+inner.String())
	} else {
		q.add("token", l.Token)
		q.add("private_key", l.secret)
	}
	q.add("email", l.Email)
	q.add("room_name", l.RoomName)
	q.add("room_type", l.RoomType)
	q.add("room_avatar_url", l.RoomAvatar)
	q.add("inviter_name", l.InviterName)
	return strings.TrimSuffix(base, "/") + "/#/room/" + escape(string(l.RoomID)) + "?" + q.String()
}

// SetPrivateKey sets the key from its text.
func (l *Link) SetPrivateKey(secret string) (err error) {
	if l.Key, err = parseKey(secret); err == nil {
		l.secret = secret
	}
	return err
}

// signEndpoint is the path of the endpoint at which a links server signs. It is that of
// the identity service
// (https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2sign-ed25519).
const signEndpoint = "/_matrix/identity/v2" + signPath

// SetCapsule sets the encrypted key of a link (see [linkkey.Key.Seal]), and the base URL
// of the links server that can open it.
func (l *Link) SetCapsule(server, capsule string) {
	l.IdentityServer = strings.TrimSuffix(server, "/")
	l.SignURL, l.Key, l.secret = l.IdentityServer+signEndpoint, invite.PrivateKey{}, capsule
}

// ByLinksServer reports whether a links server signs for the invitee: the private key in
// the link is encrypted, and only that server can open it.
func (l Link) ByLinksServer() bool { return l.SignURL != "" && linkkey.IsCapsule(l.secret) }

// ByOwnKey reports whether the sender of the invite issued it without an identity
// server: the link names the sender and no server that signs.
func (l Link) ByOwnKey() bool { return l.Sender != "" && l.SignURL == "" }

// query is a query whose values are encoded so that no mail program changes them: a
// space is %20, since + has two meanings.
type query struct{ strings.Builder }

// add adds a parameter, unless the value is empty.
func (q *query) add(name, value string) {
	if value == "" {
		return
	}
	if q.Len() > 0 {
		q.WriteByte('&')
	}
	q.WriteString(name + "=" + escape(value))
}

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// readSender returns the Matrix ID of the sender; empty if it is not valid.
func readSender(s string) id.UserID {
	user := id.UserID(s)
	_, server, err := user.Parse()
	if err != nil || len(s) > maxField || server == "" || !isServerName(server) || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return user
}
