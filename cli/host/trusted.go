package host

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/config"
)

// TrustedHosts are the hosts that the user allows to be asked about keys. It is
// safe for concurrent use.
type TrustedHosts struct {
	home  config.Home
	mu    sync.RWMutex
	Hosts map[string]Allowed // keys in the form of [ParseHost]
}

// Allowed is what the user allows for a trusted host in addition to https at a
// public address.
type Allowed struct{ HTTP, Private bool }

// And returns everything that a or b allows.
func (a Allowed) And(b Allowed) Allowed { return Allowed{a.HTTP || b.HTTP, a.Private || b.Private} }

// Words returns the words that follow the host on its line.
func (a Allowed) Words() string {
	s := ""
	if a.HTTP {
		s += " http"
	}
	if a.Private {
		s += " private"
	}
	return s
}

// Clause returns the end of a sentence about a host.
func (a Allowed) Clause() string {
	switch {
	case a.HTTP && a.Private:
		return ", also over http and at private addresses"
	case a.HTTP:
		return ", also over http"
	case a.Private:
		return ", also at private addresses"
	}
	return ""
}

// LoadTrusted reads the trusted hosts. It ignores malformed lines; mxinvite trust
// shows them.
func LoadTrusted(home config.Home) (*TrustedHosts, error) {
	lines, err := home.TrustedHosts()
	if err != nil {
		return nil, err
	}
	t := &TrustedHosts{home: home, Hosts: map[string]Allowed{}}
	for _, line := range lines {
		if host, may, err := ParseTrust(line); err == nil {
			t.Hosts[host] = t.Hosts[host].And(may)
		}
	}
	return t, nil
}

// Has reports whether a host is trusted. The host is in the form of [ParseHost].
func (t *TrustedHosts) Has(host string) bool {
	_, ok := t.Of(host)
	return ok
}

// Of returns what a trusted host is allowed.
func (t *TrustedHosts) Of(host string) (may Allowed, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	may, ok = t.Hosts[host]
	return may, ok
}

// AddForThisRun adds a host, and does not save it.
func (t *TrustedHosts) AddForThisRun(host string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.Hosts[host]; !ok {
		t.Hosts[host] = Allowed{}
	}
}

// Add adds a host, or extends what it is allowed, and saves it.
func (t *TrustedHosts) Add(name string, may Allowed) error {
	host, err := ParseHost(name)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	before, ok := t.Hosts[host]
	may = may.And(before)
	if ok && may == before {
		return nil
	}
	if err := t.home.AddTrustedHost(host + may.Words()); err != nil {
		return err
	}
	t.Hosts[host] = may
	return nil
}

// Drop removes a host, and reports whether it was trusted.
func (t *TrustedHosts) Drop(host string) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.Hosts, host)
	n, err := t.home.DropTrustedHosts(func(line string) bool {
		h, _, err := ParseTrust(line)
		return err == nil && h == host
	})
	return n > 0, err
}

// KeyTransportTo returns the transport for key checks at the trusted hosts, or nil
// if there is none.
func (p *Program) KeyTransportTo(t *TrustedHosts) http.RoundTripper {
	if p.KeyTransport == nil {
		return nil
	}
	// The user's own links server may be in a private network.
	links := keycheck.Question{URL: p.Settings.LinksServer}.Host()
	plain := strings.HasPrefix(p.Settings.LinksServer, "http:")
	return p.KeyTransport(keycheck.TransportOptions{
		AllowHTTP:    func(host string) bool { may, _ := t.Of(host); return may.HTTP || plain && host == links },
		AllowPrivate: func(host string) bool { may, _ := t.Of(host); return may.Private || links != "" && host == links },
	})
}

// ParseTrust parses a line of the list: a host, followed by http, private, both or
// nothing. The scheme of a URL does not count, because older versions wrote no
// words, and users may have pasted a URL of another user.
func ParseTrust(line string) (host string, may Allowed, err error) {
	words := strings.Fields(line)
	name := ""
	if len(words) > 0 {
		name = words[0]
	}
	for _, word := range words[min(1, len(words)):] {
		switch word {
		case "http":
			may.HTTP = true
		case "private":
			may.Private = true
		default:
			name = line // it has no host
		}
	}
	host, err = ParseHost(name)
	return host, may, err
}

// ParseHost parses host[:port] or a URL, and returns the host in the form of
// [keycheck.Question.Host].
func ParseHost(s string) (string, error) {
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
