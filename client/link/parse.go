package link

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

const (
	maxText  = 64 << 10 // bytes; a whole mail may be pasted
	maxLink  = 8 << 10  // bytes; Sydent's have some 700
	maxField = 255      // bytes of a room ID or a token, as in the spec
	maxVia   = 10
	// maxLevels is how often a link may have been percent-encoded as a whole.
	// Each redirection service that a mail program puts in front adds one.
	maxLevels = 3
)

// Parse finds the link of an invite in a text: the URL itself, in angle brackets,
// broken over lines, quoted-printable, with HTML's ampersands, percent-encoded
// once or more, behind a redirection, or in the middle of its mail. Mail
// programs do all of that. The error is one of this package's, and says what is
// missing in what came closest to a link.
func Parse(text string) (Link, error) {
	if len(text) > maxText {
		return Link{}, ErrTooLong
	}
	if strings.TrimSpace(text) == "" {
		return Link{}, ErrEmpty
	}
	var bare *Link
	order, closest := farther(), error(ErrEmpty)
	for candidate := range candidates(text) {
		l, err := parse(candidate)
		switch {
		case err == nil && l.RoomID != "":
			return l, nil
		case err == nil:
			bare = &l // it may be but a part of the link
		case slices.Index(order, err) > slices.Index(order, closest):
			closest = err
		}
	}
	if bare != nil && !errors.Is(closest, ErrRoom) {
		return *bare, nil
	}
	return Link{}, closest
}

// parse reads what is nothing but a link.
func parse(s string) (Link, error) {
	address, query := split(s)
	p := readParams(query)
	signing, err := readSignURL(p.get("signurl"))
	if bare, bareErr := readSignURL(s); bareErr == nil {
		signing, err = bare, nil
		address, p = "", readParams(bare.query)
	}
	if err != nil && p.has("signurl") {
		return Link{}, ErrSignURL
	}
	// A signurl that was not encoded has come apart at its ampersand.
	token := cmp.Or(signing.get("token"), p.get("token"))
	key := cmp.Or(signing.get("private_key"), p.get("private_key"))
	if err != nil && token == "" && key == "" {
		return Link{}, ErrNotInvite
	}
	l := Link{
		Via: p.via(), Email: p.text("email"), RoomName: p.text("room_name"), RoomType: p.text("room_type"),
		RoomAvatar: p.text("room_avatar_url"), InviterName: p.text("inviter_name"),
		GuestUserID: p.text("guest_user_id"), GuestAccessToken: p.text("guest_access_token"),
		SignURL: signing.url, IdentityServer: signing.server, Token: token, secret: key,
	}
	switch {
	case token == "":
		return Link{}, ErrNoToken
	case !isToken(token):
		return Link{}, ErrToken
	case key == "":
		return Link{}, ErrNoKey
	}
	if l.Key, err = invite.ParsePrivateKey(key); err != nil {
		return Link{}, ErrKey
	}
	if l.RoomID, err = readRoom(cmp.Or(address, p.get("room_id"))); err != nil {
		return Link{}, err
	}
	if l.RoomID == "" && l.SignURL == "" {
		return Link{}, ErrNotInvite
	}
	return l, nil
}

// split takes a web client's link apart: which room it opens, and the query
// behind that. Clients keep both in the fragment, which no web server sees.
func split(s string) (room, query string) {
	if _, fragment, ok := strings.Cut(s, "#"); ok {
		// An alias has a # of its own, and so has a client inside a page.
		for _, mark := range []string{"#/room/", "#/"} {
			if _, after, ok := strings.Cut(s, mark); ok {
				fragment = after
				break
			}
		}
		s = fragment
	}
	path, query, _ := strings.Cut(s, "?")
	for part := range strings.SplitSeq(path, "/") {
		if part != "" && (part[0] == '!' || part[0] == '%' && isRoomish(decodeUntil(part, isRoomish))) {
			return part, query
		}
	}
	return "", query
}

func isRoomish(s string) bool { return strings.HasPrefix(s, "!") }

// IsRoomID reports whether s has the form of a room ID
// (https://spec.matrix.org/v1.19/appendices/#room-ids).
func IsRoomID(s string) bool {
	return len(s) > 1 && len(s) <= maxField && s[0] == '!' &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`/?#"<>%`, r) })
}

// readRoom checks a room ID. A bare sign URL names no room.
func readRoom(s string) (id.RoomID, error) {
	s = decodeUntil(s, IsRoomID)
	if s != "" && !IsRoomID(s) {
		return "", ErrRoom
	}
	return id.RoomID(s), nil
}

// isToken reports whether s may be an invite's token
// (https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2store-invite).
func isToken(s string) bool {
	return len(s) <= maxField && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune(".=_-", r)
	})
}

// signing is a sign URL taken apart.
type signing struct {
	url, server, query string
	params
}

// signPath is how the path of every sign URL ends, in each version of the API
// (https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2sign-ed25519).
const signPath = "/sign-ed25519"

// readSignURL reads the URL that signs. What it leads to gets the private key,
// so it has to look the part.
func readSignURL(s string) (signing, error) {
	u, err := url.Parse(decodeUntil(s, hasScheme))
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || !isServerName(u.Host) || u.User != nil ||
		!strings.HasSuffix(u.Path, signPath) || u.RawPath != "" {
		return signing{}, ErrSignURL
	}
	base, _, _ := strings.Cut(u.Path, "/_matrix/")
	base = strings.TrimSuffix(base, signPath)
	out := signing{
		url:    (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String(),
		server: (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: base}).String(),
	}
	// Mails of old had the ampersand between the two encoded once too often.
	out.query = decodeUntil(u.RawQuery, func(q string) bool { return readParams(q).get("private_key") != "" })
	out.params = readParams(out.query)
	return out, nil
}

func hasScheme(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http"))
}

// params are the members of a query, each as it stands there: a plus is a space
// in a text and a plus in a key.
type params map[string]string

// readParams reads a query. Of two members with one name the first counts,
// except for via, of which there may be some.
func readParams(query string) params {
	p := params{}
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		name = strings.ToLower(name)
		if _, twice := p[name]; !twice {
			p[name] = value
		} else if name == "via" {
			p[name] += "\n" + value
		}
	}
	return p
}

func (p params) has(name string) bool { return p[name] != "" }

// get is a member that a machine reads.
func (p params) get(name string) string { return unescape(p[name]) }

// text is a member that people read.
func (p params) text(name string) string { return unescape(strings.ReplaceAll(p[name], "+", " ")) }

func (p params) via() []string {
	var servers []string
	for s := range strings.SplitSeq(p["via"], "\n") {
		if s = unescape(s); s != "" && len(s) <= maxField && len(servers) < maxVia && isServerName(s) {
			servers = append(servers, s)
		}
	}
	return servers
}

// isServerName lets through what a server name is made of
// (https://spec.matrix.org/v1.19/appendices/#server-name).
func isServerName(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune(".-:[]", r)
	})
}

// unescape undoes one level of percent-encoding; what is none stays.
func unescape(s string) string {
	if out, err := url.PathUnescape(s); err == nil {
		return out
	}
	return s
}

// decodeUntil undoes levels of percent-encoding until good is satisfied, and
// leaves what never satisfies it.
func decodeUntil(s string, good func(string) bool) string {
	out := s
	for range maxLevels {
		if good(out) {
			return out
		}
		out = unescape(out)
	}
	if good(out) {
		return out
	}
	return s
}
