package link

import (
	"cmp"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"maunium.net/go/mautrix/id"
)

const (
	maxRoutes = 3
	// routingPower is the power level from which on the server of a member is chosen.
	routingPower = 50
)

// Routes returns servers through which a room can be joined: that of the sender, which
// has the invite, then that of the member with the highest power level, then those with
// the most members (https://spec.matrix.org/v1.19/appendices/#routing).
func Routes(sender id.UserID, members []id.UserID, power func(id.UserID) int, acl ACL) []string {
	count, highest := map[string]int{}, id.UserID("")
	for _, user := range slices.Sorted(slices.Values(members)) {
		server := user.Homeserver()
		if !routable(server) || acl.denies(server) {
			continue
		}
		count[server]++
		if level := power(user); level >= routingPower && (highest == "" || level > power(highest)) {
			highest = user
		}
	}
	servers := []string{sender.Homeserver()}
	if highest != "" {
		servers = append(servers, highest.Homeserver())
	}
	servers = append(servers, slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(count[b]-count[a], cmp.Compare(a, b))
	})...)
	var routes []string
	for _, s := range servers {
		if len(routes) < maxRoutes && !slices.Contains(routes, s) {
			routes = append(routes, s)
		}
	}
	return routes
}

// routable reports whether a server name is not an IP address, which the specification
// leaves out.
func routable(server string) bool {
	host := withoutPort(server)
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err != nil && host != "" && len(server) <= maxField && isServerName(server)
}

func withoutPort(server string) string {
	if at := strings.LastIndexByte(server, ':'); at > strings.LastIndexByte(server, ']') {
		return server[:at]
	}
	return server
}

// An ACL is the content of m.room.server_acl
// (https://spec.matrix.org/v1.19/client-server-api/#mroomserver_acl). The zero value
// denies no server.
type ACL struct {
	Allow []string `json:"allow"`
	Deny  []string `json:"deny"`
}

// denies reports whether a server must not take part in the room.
func (a ACL) denies(server string) bool {
	matches := func(glob string) bool { return matchesGlob(glob, withoutPort(server)) }
	if a.Allow == nil && a.Deny == nil {
		return false
	}
	return slices.ContainsFunc(a.Deny, matches) || !slices.ContainsFunc(a.Allow, matches)
}

// matchesGlob reports whether a name matches a glob, in which * stands for any text and
// ? for one character.
func matchesGlob(glob, name string) bool {
	pattern := regexp.QuoteMeta(glob)
	pattern = strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(pattern)
	re, err := regexp.Compile("(?is)^" + pattern + "$")
	return err == nil && re.MatchString(name)
}
