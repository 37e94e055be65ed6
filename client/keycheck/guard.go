package keycheck

import (
	"fmt"
	"net/netip"
)

// A block is a range of addresses that public servers do not have.
type block struct {
	netip.Prefix
	what string
	// local is set for networks where users run their own servers. The other blocks
	// are always refused; for example, cloud providers serve credentials at
	// 169.254.169.254.
	local bool
}

// reserved lists the special-purpose address blocks: all of RFC 6890 and of
// https://www.iana.org/assignments/iana-ipv4-special-registry and
// https://www.iana.org/assignments/iana-ipv6-special-registry, and multicast. The
// first block that contains an address counts. IPv6 addresses that embed an IPv4
// address are refused whatever that address is, because it is not known which host
// translates them, and to which network.
var reserved = []block{
	{netip.MustParsePrefix("0.0.0.0/8"), "unspecified", false},          // RFC 791
	{netip.MustParsePrefix("10.0.0.0/8"), "private", true},              // RFC 1918
	{netip.MustParsePrefix("100.64.0.0/10"), "carrier-grade NAT", true}, // RFC 6598
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback", true},            // RFC 1122
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local", false},      // RFC 3927
	// Azure serves the settings of a machine at this address.
	{netip.MustParsePrefix("168.63.129.16/32"), "cloud platform", false},
	{netip.MustParsePrefix("172.16.0.0/12"), "private", true},             // RFC 1918
	{netip.MustParsePrefix("192.0.0.0/24"), "protocol assignment", false}, // RFC 6890
	{netip.MustParsePrefix("192.0.2.0/24"), "documentation", false},       // RFC 5737
	{netip.MustParsePrefix("192.31.196.0/24"), "AS112", false},            // RFC 7535
	{netip.MustParsePrefix("192.52.193.0/24"), "multicast tunnel", false}, // RFC 7450
	{netip.MustParsePrefix("192.88.99.0/24"), "6to4 relay", false},        // RFC 7526
	{netip.MustParsePrefix("192.168.0.0/16"), "private", true},            // RFC 1918
	{netip.MustParsePrefix("192.175.48.0/24"), "AS112", false},            // RFC 7534
	{netip.MustParsePrefix("198.18.0.0/15"), "benchmark", false},          // RFC 2544
	{netip.MustParsePrefix("198.51.100.0/24"), "documentation", false},    // RFC 5737
	{netip.MustParsePrefix("203.0.113.0/24"), "documentation", false},     // RFC 5737
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast", false},            // RFC 5771
	{netip.MustParsePrefix("255.255.255.255/32"), "broadcast", false},     // RFC 919
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved", false},             // RFC 1112
	{netip.MustParsePrefix("::/128"), "unspecified", false},               // RFC 4291
	{netip.MustParsePrefix("::1/128"), "loopback", true},                  // RFC 4291
	{netip.MustParsePrefix("::ffff:0:0/96"), "IPv4-mapped", false},        // RFC 4291
	{netip.MustParsePrefix("::ffff:0:0:0/96"), "IPv4-translated", false},  // RFC 2765
	{netip.MustParsePrefix("::/96"), "IPv4-compatible", false},            // RFC 4291
	{netip.MustParsePrefix("64:ff9b::/96"), "NAT64", false},               // RFC 6052
	{netip.MustParsePrefix("64:ff9b:1::/48"), "local NAT64", false},       // RFC 8215
	{netip.MustParsePrefix("100::/64"), "discard", false},                 // RFC 6666
	{netip.MustParsePrefix("100:0:0:1::/64"), "dummy", false},             // RFC 9780
	{netip.MustParsePrefix("2001::/32"), "Teredo", false},                 // RFC 4380
	{netip.MustParsePrefix("2001:2::/48"), "benchmark", false},            // RFC 5180
	{netip.MustParsePrefix("2001:3::/32"), "multicast tunnel", false},     // RFC 7450
	{netip.MustParsePrefix("2001:4:112::/48"), "AS112", false},            // RFC 7535
	{netip.MustParsePrefix("2001:10::/28"), "ORCHID", false},              // RFC 4843
	{netip.MustParsePrefix("2001:20::/28"), "ORCHIDv2", false},            // RFC 7343
	{netip.MustParsePrefix("2001:30::/28"), "drone identifier", false},    // RFC 9374
	{netip.MustParsePrefix("2001::/23"), "protocol assignment", false},    // RFC 2928
	{netip.MustParsePrefix("2001:db8::/32"), "documentation", false},      // RFC 3849
	{netip.MustParsePrefix("2002::/16"), "6to4", false},                   // RFC 3056
	{netip.MustParsePrefix("2620:4f:8000::/48"), "AS112", false},          // RFC 7534
	{netip.MustParsePrefix("3fff::/20"), "documentation", false},          // RFC 9637
	{netip.MustParsePrefix("5f00::/16"), "segment routing", false},        // RFC 9602
	{netip.MustParsePrefix("fc00::/7"), "unique-local", true},             // RFC 4193
	{netip.MustParsePrefix("fe80::/10"), "link-local", false},             // RFC 4291
	{netip.MustParsePrefix("fec0::/10"), "site-local", false},             // RFC 3879
	{netip.MustParsePrefix("ff00::/8"), "multicast", false},               // RFC 4291

	// Of the IPv6 addresses, only 2000::/3 is allocated for public use (RFC 3587).
	{netip.MustParsePrefix("::/3"), "reserved", false},
	{netip.MustParsePrefix("4000::/2"), "reserved", false},
	{netip.MustParsePrefix("8000::/1"), "reserved", false},
}

// isISATAP reports whether an address has the interface identifier of an ISATAP
// tunnel, which embeds an IPv4 address: 0:5efe or 200:5efe, and the address, below any
// prefix of 64 bits (RFC 5214, section 6.1).
func isISATAP(a netip.Addr) bool {
	b := a.As16()
	return a.Is6() && b[8]&^0x03 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe
}

// refuse returns why an address may not be dialled, or nil if it may. If local is
// true, addresses of private networks are allowed.
func refuse(a netip.Addr, local bool) error {
	if !a.IsValid() || a.Zone() != "" {
		return fmt.Errorf("%s is not the address of a public server", a)
	}
	if isISATAP(a) {
		return fmt.Errorf("%s is not the address of a public server (ISATAP)", a)
	}
	for _, b := range reserved {
		if !b.Contains(a) {
			continue
		}
		if b.local && local {
			return nil
		}
		if b.local {
			return fmt.Errorf("%s is not the address of a public server (%s): %w", a, b.what, errLocal)
		}
		return fmt.Errorf("%s is not the address of a public server (%s)", a, b.what)
	}
	return nil
}
