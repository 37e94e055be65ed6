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
	usable, denies := map[string]bool{}, acl.compile()
	for _, user := range slices.Sorted(slices.Values(members)) {
		server := user.Homeserver()
		may, known := usable[server]
		if !known { // a room has many more members than servers
			may = routable(server) && !denies(withoutPort(server))
			usable[server] = may
		}
		if !may {
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

// compile returns a function that reports whether the server with a name, without a port,
// must not take part in the room. It compiles each glob once: a room may have hundreds
// of them, and thousands of servers.
func (a ACL) compile() (denies func(name string) bool) {
	if a.Allow == nil && a.Deny == nil {
		return func(string) bool { return false }
	}
	allow, deny := compileGlobs(a.Allow), compileGlobs(a.Deny)
	return func(name string) bool {
		matches := func(glob *regexp.Regexp) bool { return glob.MatchString(name) }
		return slices.ContainsFunc(deny, matches) || !slices.ContainsFunc(allow, matches)
	}
}

// compileGlobs compiles globs, in which * matches any text and ? one character.
func compileGlobs(globs []string) (compiled []*regexp.Regexp) {
	wildcards := strings.NewReplacer(`\*`, ".*", `\?`, ".")
	for _, glob := range globs {
		if re, err := regexp.Compile("(?is)^" + wildcards.Replace(regexp.QuoteMeta(glob)) + "$"); err == nil {
			compiled = append(compiled, re)
		}
	}
	return compiled
}
