package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/client/linkkey"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/linkserver"
)

// linksFlags are the flags of serve for the links server.
type linksFlags struct {
	listen    string
	publicURL string
	proxies   []string

	trusted []netip.Prefix // the parsed proxies
}

func (l *linksFlags) add(f *pflag.FlagSet) {
	f.StringVar(&l.listen, "links", "", "serve links at `HOST:PORT`, over HTTP")
	f.StringVar(&l.publicURL, "public-url", "", "`URL` of the links server for browsers")
	f.StringArrayVar(&l.proxies, "trusted-proxy", nil, "trust X-Forwarded-For of `ADDRESS` or network")
}

// onlySSH has the flags that have no effect without --authorized-keys.
const onlySSH = "listen host-key memory"

// check checks the flags. The server speaks plain HTTP, so it is reached only from this
// machine or through proxies that are named.
func (l *linksFlags) check(c *cobra.Command, settings config.Settings) error {
	if l.listen == "" {
		for _, name := range []string{"public-url", "trusted-proxy"} {
			if c.Flags().Changed(name) {
				return fmt.Errorf("--%s is for a links server, and --links is missing", name)
			}
		}
		return nil
	}
	if err := host.CheckHostPort("--links", l.listen, "127.0.0.1:8088"); err != nil {
		return err
	}
	l.publicURL = cmp.Or(l.publicURL, settings.LinksServer)
	if l.publicURL == "" {
		return errors.New("--public-url is missing: it is the URL that browsers and homeservers use, such as https://invite.example.org")
	}
	if err := linkserver.CheckPublicURL(l.publicURL); err != nil {
		return fmt.Errorf("--public-url is %q, and %w", l.publicURL, err)
	}
	for _, text := range l.proxies {
		network, err := parseNetwork(text)
		if err != nil {
			return fmt.Errorf("--trusted-proxy is an address or a network such as 10.0.0.0/8, not %q", text)
		}
		l.trusted = append(l.trusted, network)
	}
	if len(l.trusted) == 0 && host.CheckLoopback("--links", l.listen, "") != nil {
		return fmt.Errorf("--links is %q, which other machines can reach, and the server has no TLS. Use an address such as 127.0.0.1:8088 with a proxy on this machine, "+
			"or name the proxy on the other machine with --trusted-proxy; connections from elsewhere are refused", l.listen)
	}
	return nil
}

// parseNetwork parses an address or a network. An IPv4 address may be written as IPv6
// (::ffff:10.0.0.1).
func parseNetwork(text string) (netip.Prefix, error) {
	network, err := netip.ParsePrefix(text)
	if address, addressErr := netip.ParseAddr(text); addressErr == nil {
		network, err = address.Prefix(address.BitLen())
	}
	const mapped = 96 // bits before the IPv4 address
	if a := network.Addr(); a.Is4In6() && network.Bits() >= mapped {
		network = netip.PrefixFrom(a.Unmap(), network.Bits()-mapped)
	}
	return network.Masked(), err
}

// openLinks opens the links server and its listener.
func (o serveOptions) openLinks(ctx context.Context, log *slog.Logger) (*linkserver.Server, net.Listener, error) {
	home, err := o.Home()
	if err != nil {
		return nil, nil, err
	}
	path := home.LinksKeyPath(o.Settings)
	key, fresh, err := config.MakeLinksKey(path)
	if err != nil {
		return nil, nil, fmt.Errorf("links key: %w", err)
	}
	private := func(string) bool { return o.allowPrivate }
	s, err := linkserver.New(ctx, linkserver.Options{
		PublicURL: o.links.publicURL, Key: linkkey.Key{Key: key}, Uses: filepath.Join(home.StateDir(), "links.db"),
		Proxies: o.links.trusted, OnlyProxies: host.CheckLoopback("--links", o.links.listen, "") != nil,
		Transport: keycheck.NewTransport(keycheck.TransportOptions{AllowPrivate: private}), Now: o.Now, Log: log,
	})
	if err != nil {
		return nil, nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.links.listen)
	if err != nil {
		_ = s.Close() // the first error is returned
		return nil, nil, err
	}
	if fresh {
		o.Note("Created the links key %s. Copy it over a safe channel, such as scp, to the people who make links,\n"+
			"beside their settings file. They also set: links_server = %q in the section [invites].", path, o.links.publicURL)
	}
	o.Note("Serving links at http://%s for %s.", listener.Addr().String(), o.links.publicURL)
	return s, listener, nil
}
