package keycheck

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// hostOf returns the host of an http or https URL in the normal form of
// [Question.Host].
//
// The host must be a server name
// (https://spec.matrix.org/v1.19/appendices/#server-name), and not one that some
// programs parse as a name and others as an address. Non-ASCII names must be
// encoded as xn-- names (RFC 3986, section 3.2.2).
func hostOf(u *url.URL) (string, bool) {
	name, ok := hostname(strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")))
	if !ok {
		return "", false
	}
	standard, ok := defaultPort(u.Scheme)
	if !ok {
		return "", false
	}
	port := standard
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return "", false
		}
		port = strconv.FormatUint(n, 10)
	}
	if port != standard {
		return net.JoinHostPort(name, port), true
	}
	if strings.Contains(name, ":") {
		return "[" + name + "]", true
	}
	return name, true
}

func defaultPort(scheme string) (string, bool) {
	switch scheme {
	case "https":
		return "443", true
	case "http":
		return "80", true
	}
	return "", false
}

// hostname returns an IP address in its shortest form, or a DNS name.
func hostname(s string) (string, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.String(), a.Zone() == ""
	}
	return s, isDNSName(s)
}

// isDNSName reports whether s, in lower case, is a host name (RFC 1123, section
// 2.1) that cannot be parsed as an address. Some resolvers parse 2130706433, 0x7f.1
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
