package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
)

func newTrust(a *host.Program) *cobra.Command {
	var may host.Allowed
	c := &cobra.Command{
		Use:   "trust [HOST...]",
		Short: "Allow key checks at hosts, or list the trusted hosts",
		Long: "Allow mxinvite to ask hosts whether the keys of invites are valid. The sender of\n" +
			"an invite chooses the host that is asked about its keys. The host learns your\n" +
			"network address, and that you look at the invite. Therefore only your identity\n" +
			"server and trusted hosts are asked. Without HOST the trusted hosts are listed.\n" +
			"HOST may have a port, and may be a URL.\n\n" +
			"A host is asked over https only, and never at an address of this machine or of a\n" +
			"private network. --http and --private allow both for your own identity server.\n" +
			"With --http anyone on the network can read and change the answers. With\n" +
			"--private anyone who controls the DNS name of the host chooses which address in\n" +
			"your network is contacted.",
		Example: "  mxinvite trust id.example.org\n" +
			"  mxinvite trust --http --private localhost:8090\n" +
			"  mxinvite list --check",
		Args: fail.Args(0, -1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 && may == (host.Allowed{}) {
				return runTrusted(a)
			}
			if len(args) == 0 {
				return fail.Usage(c, errors.New("HOST is missing: --http and --private need one"))
			}
			return runTrust(c, a, args, may)
		},
	}
	c.Flags().BoolVar(&may.HTTP, "http", false, "also allow http")
	c.Flags().BoolVar(&may.Private, "private", false, "also allow private network addresses")
	return c
}

func newUntrust(a *host.Program) *cobra.Command {
	return &cobra.Command{
		Use:   "untrust HOST...",
		Short: "Stop key checks at hosts",
		Args:  fail.Args(1, -1),
		RunE:  func(c *cobra.Command, args []string) error { return runUntrust(c, a, args) },
	}
}

// jsonHost is the stable JSON output of trust for a host.
type jsonHost struct {
	Host    string `json:"host"`
	HTTP    bool   `json:"http,omitempty"`
	Private bool   `json:"private,omitempty"`
}

func runTrusted(a *host.Program) error {
	home, err := a.Home()
	if err != nil {
		return err
	}
	lines, err := home.TrustedHosts()
	if err != nil {
		return err
	}
	trusted, err := host.LoadTrusted(home)
	if err != nil {
		return err
	}
	all := make([]jsonHost, 0, len(lines))
	t := &out.Table{Columns: []out.Column{{}}, Of: "host"}
	seen := map[string]bool{}
	for _, line := range lines {
		host, _, err := host.ParseTrust(line)
		if err != nil {
			a.Message("In %s: %s.", home.TrustPath(), err.Error())
			continue
		}
		if !seen[host] {
			seen[host] = true
			may, _ := trusted.Of(host)
			all = append(all, jsonHost{host, may.HTTP, may.Private})
			t.Add(out.Cell{Shown: host + may.Clause(), Exact: host + may.Words()})
			t.Call(host)
		}
	}
	if a.JSON {
		return a.WriteJSON(all)
	}
	if len(all) == 0 {
		a.Note("No hosts are trusted except your identity server.")
	}
	return a.WriteTable(t)
}

func runTrust(c *cobra.Command, a *host.Program, names []string, may host.Allowed) error {
	hosts, trusted, err := namedHosts(a, c, names)
	if err != nil {
		return err
	}
	for _, host := range hosts {
		if before, ok := trusted.Of(host); ok && before == before.And(may) {
			a.Note("%s is already trusted%s.", host, before.Clause())
			continue
		}
		if err := trusted.Add(host, may); err != nil {
			return err
		}
		now, _ := trusted.Of(host)
		a.Note("%s will be asked about keys%s.", host, now.Clause())
	}
	return nil
}

var errNotTrusted = errors.New("not a trusted host")

func runUntrust(c *cobra.Command, a *host.Program, names []string) error {
	hosts, trusted, err := namedHosts(a, c, names)
	if err != nil {
		return err
	}
	var failures []fail.Failure
	for _, host := range hosts {
		was, err := trusted.Drop(host)
		if err == nil && !was {
			err = fmt.Errorf("%s: %w", host, errNotTrusted)
		}
		if err != nil {
			failures = append(failures, fail.Failure{Subject: host, Err: err})
			continue
		}
		a.Note("%s will no longer be asked about keys.", host)
	}
	return fail.Batch("untrusted", len(hosts), failures)
}

// namedHosts parses the hosts of a command line. If one is malformed, it returns an
// error and no hosts.
func namedHosts(a *host.Program, c *cobra.Command, names []string) ([]string, *host.TrustedHosts, error) {
	hosts := make([]string, len(names))
	for i, name := range names {
		host, err := host.ParseHost(name)
		if err != nil {
			return nil, nil, fail.Usage(c, err)
		}
		hosts[i] = host
	}
	home, err := a.Home()
	if err != nil {
		return nil, nil, err
	}
	trusted, err := host.LoadTrusted(home)
	return hosts, trusted, err
}
