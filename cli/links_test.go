package cli

import (
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	linked  = regexp.MustCompile(`\]\(([^()\s]+)\)|(?:src|href)="([^"]*)"`)
	address = regexp.MustCompile(`[a-z]+://[^\s)"<>` + "`" + `]+`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

func TestLinksInDocsResolve(t *testing.T) {
	all := pages(t)
	anchors := map[string][]string{}
	for _, p := range all {
		anchors[p.path] = p.anchors()
	}
	for _, p := range all {
		for _, m := range linked.FindAllStringSubmatch(span.ReplaceAllString(p.prose, ""), -1) {
			to := m[1] + m[2]
			if strings.Contains(to, "://") {
				continue // other tests check the appearance
			}
			file, anchor, hasAnchor := strings.Cut(to, "#")
			path := p.path
			if file != "" {
				path = filepath.Join(filepath.Dir(p.path), file)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: %v", p.path, err)
			} else if hasAnchor && !slices.Contains(anchors[path], anchor) {
				t.Errorf("%s: %s has no heading #%s", p.path, path, anchor)
			}
		}
	}
}

// anchors returns the headings of a page in the form of links.
func (p page) anchors() []string {
	var all []string
	for _, m := range heading.FindAllStringSubmatch(p.prose, -1) {
		all = append(all, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, m[1]))
	}
	return all
}

// This checks only the form of a URL. It makes no requests.
func TestAddressesArePublic(t *testing.T) {
	for _, p := range pages(t) {
		for _, s := range address.FindAllString(p.text, -1) {
			u, err := url.Parse(s)
			mailServer := err == nil && u.Scheme == "smtps" // a setting; the user is part of it
			if err != nil || u.Scheme != "https" && !mailServer || u.User != nil && !mailServer || u.Port() != "" || !public(u.Hostname()) {
				t.Errorf("%s: %s is not a public https URL", p.path, s)
			}
		}
	}
}

// public reports whether a host name is public or reserved for documentation.
func public(host string) bool {
	_, err := netip.ParseAddr(host)
	top := host[strings.LastIndexByte(host, '.')+1:]
	return err != nil && top != host && !slices.Contains([]string{"internal", "local", "lan", "corp", "home", "intranet", "localhost", "test"}, top)
}
