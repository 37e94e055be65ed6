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
	maxText  = 64 << 10 // bytes; the text may be a whole mail
	maxLink  = 8 << 10  // bytes; links of Sydent have about 700
	maxField = 255      // bytes of a room ID or a token, as in the spec
	maxVia   = 10
	// maxLevels is the maximum number of times that a whole link is
	// percent-encoded. Each redirection service of a mail program adds one.
	maxLevels = 3
)

// Parse finds the link of an invite in a text. The link may be surrounded by other
// text or brackets, broken over several lines, quoted-printable, escaped for HTML,
// percent-encoded several times, or the target of a redirection. If the text
// contains several possible links and none is valid, the error is about the one
// that is closest to a valid link.
func Parse(text string) (Link, error) {
	if len(text) > maxText {
		return Link{}, ErrTooLong
	}
	if strings.TrimSpace(text) == "" {
		return Link{}, ErrEmpty
	}
	var bare *Link
	order, closest := byProgress(), error(ErrEmpty)
	for candidate := range candidates(text) {
		l, err := parse(candidate)
		switch {
		case err == nil && l.RoomID != "":
			return l, nil
		case err == nil:
			bare = &l // another candidate may have the room
		case slices.Index(order, err) > slices.Index(order, closest):
			closest = err
		}
	}
	if bare != nil && !errors.Is(closest, ErrRoom) {
		return *bare, nil
	}
	return Link{}, closest
}

// parse parses a text that contains only a link.
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
	// The ampersand of a signurl that was not encoded splits it in two parameters.
	token := cmp.Or(signing.get("token"), p.get("token"))
	key := cmp.Or(signing.get("private_key"), p.get("private_key"))
	if err != nil && token == "" && key == "" {
		return Link{}, ErrNotInvite
	}
	l := Link{
		Via: p.via(), Sender: readSender(p.get("sender")), Email: p.text("email"), RoomName: p.text("room_name"), RoomType: p.text("room_type"),
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
	if !l.ByLinksServer() {
		if l.Key, err = parseKey(key); err != nil {
			return Link{}, err
		}
	}
	if l.RoomID, err = readRoom(cmp.Or(address, p.get("room_id"))); err != nil {
		return Link{}, err
	}
	if l.RoomID == "" && l.SignURL == "" {
		return Link{}, ErrNotInvite
	}
	return l, nil
}

func parseKey(s string) (invite.PrivateKey, error) {
	key, err := invite.ParsePrivateKey(s)
	if err != nil {
		return invite.PrivateKey{}, ErrKey
	}
	return key, nil
}

// split returns the room in the link of a web client and the query after it.
// Clients put both into the fragment, which is not sent to the web server.
func split(s string) (room, query string) {
	if _, fragment, ok := strings.Cut(s, "#"); ok {
		// The first # may not start the fragment of the client: room aliases
		// contain a #, and so may the path of the client.
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
		if part != "" && (part[0] == '!' || part[0] == '%' && startsRoomID(decodeUntil(part, startsRoomID))) {
			return part, query
		}
	}
	return "", query
}

func startsRoomID(s string) bool { return strings.HasPrefix(s, "!") }

// IsRoomID reports whether s has the form of a room ID
// (https://spec.matrix.org/v1.19/appendices/#room-ids).
func IsRoomID(s string) bool {
	return len(s) > 1 && len(s) <= maxField && s[0] == '!' &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`/?#"<>%`, r) })
}

// readRoom returns the room ID in s. It is empty if s is: a sign URL contains no
// room.
func readRoom(s string) (id.RoomID, error) {
	s = decodeUntil(s, IsRoomID)
	if s != "" && !IsRoomID(s) {
		return "", ErrRoom
	}
	return id.RoomID(s), nil
}

// isToken reports whether s is a valid token of an invite
// (https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2store-invite).
func isToken(s string) bool {
	return len(s) <= maxField && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune(".=_-", r)
	})
}

// signing is a parsed sign URL.
type signing struct {
	url, server, query string
	params
}

// signPath is the end of the path of every sign URL, in all versions of the API
// (https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2sign-ed25519).
const signPath = "/sign-ed25519"

// readSignURL parses a sign URL. It is strict because the private key is sent to
// this URL.
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
	// Older mails encoded the ampersand of the query once too often.
	out.query = decodeUntil(u.RawQuery, func(q string) bool { return readParams(q).get("private_key") != "" })
	out.params = readParams(out.query)
	return out, nil
}

func hasScheme(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http"))
}

// params are the parameters of a query, still percent-encoded: a plus sign means a
// space in some and a plus sign in others.
type params map[string]string

// readParams parses a query. If a parameter is repeated, the first value is used,
// except for via, which may have several.
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

// get returns a parameter in which a plus sign is a plus sign.
func (p params) get(name string) string { return unescape(p[name]) }

// text returns a parameter in which a plus sign is a space.
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

// isServerName reports whether s contains only characters of server names
// (https://spec.matrix.org/v1.19/appendices/#server-name).
func isServerName(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune(".-:[]", r)
	})
}

// unescape removes one level of percent-encoding. It returns s if s is not valid
// percent-encoding.
func unescape(s string) string {
	if out, err := url.PathUnescape(s); err == nil {
		return out
	}
	return s
}

// decodeUntil removes levels of percent-encoding until good returns true. It
// returns s if that never happens.
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
