package keycheck

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// hostOf is the host of an http or https URL in the one form in which hosts are
// compared, dialled and shown; see [Question.Host].
//
// It takes what a server name may be
// (https://spec.matrix.org/v1.19/appendices/#server-name) and nothing that one
// program reads as a name and the next as an address. A name beyond ASCII is in
// a URL as its xn-- form or not at all (RFC 3986, section 3.2.2).
func hostOf(u *url.URL) (string, bool) {
	name, ok := hostname(strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")))
	if !ok {
		return "", false
	}
	own, ok := ownPort(u.Scheme)
	if !ok {
		return "", false
	}
	port := own
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return "", false
		}
		port = strconv.FormatUint(n, 10)
	}
	if port != own {
		return net.JoinHostPort(name, port), true
	}
	if strings.Contains(name, ":") {
		return "[" + name + "]", true
	}
	return name, true
}

func ownPort(scheme string) (string, bool) {
	switch scheme {
	case "https":
		return "443", true
	case "http":
		return "80", true
	}
	return "", false
}

// hostname is an IP address in its shortest form, or a DNS name.
func hostname(s string) (string, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.String(), a.Zone() == ""
	}
	return s, isDNSName(s)
}

// isDNSName reports whether s, in lower case, is a name by RFC 1123, section
// 2.1, that nobody takes for an address: some resolvers read 2130706433, 0x7f.1
// and 127.1 as 127.0.0.1 (https://url.spec.whatwg.org/#ends-in-a-number-checker).
func isDNSName(s string) bool {
	if len(s) > 253 {
		return false
	}
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return !isNumber(labels[len(labels)-1])
}

func isNumber(label string) bool {
	hex, ok := strings.CutPrefix(label, "0x")
	if ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}
