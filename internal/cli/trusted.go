package cli

import (
	"fmt"
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
	hosts map[string]bool // in the form of parseHost
}

// loadTrusted reads them. Lines that name no host count for nothing: mxinvite
// trust shows them.
func loadTrusted(home config.Home) (*trustedHosts, error) {
	lines, err := home.TrustedHosts()
	if err != nil {
		return nil, err
	}
	t := &trustedHosts{home: home, hosts: map[string]bool{}}
	for _, line := range lines {
		if host, err := parseHost(line); err == nil {
			t.hosts[host] = true
		}
	}
	return t, nil
}

// has reports whether a host, as keycheck writes it, may be asked.
func (t *trustedHosts) has(host string) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.hosts[host]
}

// add makes a host one of them, for good.
func (t *trustedHosts) add(name string) error {
	host, err := parseHost(name)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hosts[host] {
		return nil
	}
	if err := t.home.AddTrustedHost(host); err != nil {
		return err
	}
	t.hosts[host] = true
	return nil
}

// drop makes a host none of them any more, and reports whether it was one.
func (t *trustedHosts) drop(host string) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.hosts, host)
	n, err := t.home.DropTrustedHosts(func(line string) bool {
		h, err := parseHost(line)
		return err == nil && h == host
	})
	return n > 0, err
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
	return "", fmt.Errorf("%q is no host such as id.example.org or id.example.org:8090", s)
}
