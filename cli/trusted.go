package cli

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/config"
)

// trustedHosts are the hosts that a person has said may be asked about keys.
// Its methods may be called from many goroutines.
type trustedHosts struct {
	home  config.Home
	mu    sync.RWMutex
	hosts map[string]allowed // in the form of parseHost
}

// allowed is what a person allows a trusted host beyond https at a public address.
type allowed struct{ http, private bool }

func (a allowed) and(b allowed) allowed { return allowed{a.http || b.http, a.private || b.private} }

// words are what stands behind a host on its line.
func (a allowed) words() string {
	s := ""
	if a.http {
		s += " http"
	}
	if a.private {
		s += " private"
	}
	return s
}

// clause ends a sentence about a host.
func (a allowed) clause() string {
	switch {
	case a.http && a.private:
		return ", also over http and at private addresses"
	case a.http:
		return ", also over http"
	case a.private:
		return ", also at private addresses"
	}
	return ""
}

// loadTrusted reads them. Lines that name no host count for nothing: mxinvite
// trust shows them.
func loadTrusted(home config.Home) (*trustedHosts, error) {
	lines, err := home.TrustedHosts()
	if err != nil {
		return nil, err
	}
	t := &trustedHosts{home: home, hosts: map[string]allowed{}}
	for _, line := range lines {
		if host, may, err := parseTrust(line); err == nil {
			t.hosts[host] = t.hosts[host].and(may)
		}
	}
	return t, nil
}

// has reports whether a host, as keycheck writes it, may be asked.
func (t *trustedHosts) has(host string) bool {
	_, ok := t.of(host)
	return ok
}

// of is what a trusted host is allowed.
func (t *trustedHosts) of(host string) (may allowed, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	may, ok = t.hosts[host]
	return may, ok
}

// lend makes a host one of them for this run.
func (t *trustedHosts) lend(host string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.hosts[host]; !ok {
		t.hosts[host] = allowed{}
	}
}

// add makes a host one of them and allows it this, for good.
func (t *trustedHosts) add(name string, may allowed) error {
	host, err := parseHost(name)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	before, ok := t.hosts[host]
	may = may.and(before)
	if ok && may == before {
		return nil
	}
	if err := t.home.AddTrustedHost(host + may.words()); err != nil {
		return err
	}
	t.hosts[host] = may
	return nil
}

// drop makes a host none of them any more, and reports whether it was one.
func (t *trustedHosts) drop(host string) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.hosts, host)
	n, err := t.home.DropTrustedHosts(func(line string) bool {
		h, _, err := parseTrust(line)
		return err == nil && h == host
	})
	return n > 0, err
}

// keyTransport is the way to those who vouch for keys; nil if there is none.
func (a *app) keyTransport(t *trustedHosts) http.RoundTripper {
	if a.KeyTransport == nil {
		return nil
	}
	return a.KeyTransport(keycheck.TransportOptions{
		Plain:   func(host string) bool { may, _ := t.of(host); return may.http },
		Private: func(host string) bool { may, _ := t.of(host); return may.private },
	})
}

// parseTrust reads a line of the list: a host, and behind it what it is allowed,
// http or private or both. A URL's scheme says nothing there: older programs
// wrote no words, and people may have pasted what a stranger wrote.
func parseTrust(line string) (host string, may allowed, err error) {
	words := strings.Fields(line)
	name := ""
	if len(words) > 0 {
		name = words[0]
	}
	for _, word := range words[min(1, len(words)):] {
		switch word {
		case "http":
			may.http = true
		case "private":
			may.private = true
		default:
			name = line // which is no host
		}
	}
	host, err = parseHost(name)
	return host, may, err
}

// parseHost reads host[:port], or a URL there, and returns it in the one form in
// which hosts are compared: the one that keycheck asks by.
func parseHost(s string) (string, error) {
	u := s
	if !strings.Contains(u, "://") {
		u = "https://" + u
		if strings.ContainsAny(s, "/?#@") {
			u = ""
		}
	}
	if host := (keycheck.Question{URL: u}).Host(); host != "" {
		return host, nil
	}
	return "", fmt.Errorf("%q is not a host such as id.example.org or id.example.org:8090", s)
}
