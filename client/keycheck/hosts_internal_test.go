package keycheck

import (
	"fmt"
	"strings"
	"testing"
)

func TestCachedHostsAreThoseOfTheQuestions(t *testing.T) {
	urls := []string{"", "https://ID.example.org.:443/x", "https://a@b/", "http://[::1]:8008/x?a;public_key=b", "https://" + strings.Repeat("a", maxURL)}
	for n := range 3 * maxHosts {
		urls = append(urls, fmt.Sprintf("https://host%d.example/isvalid", n))
	}
	var h hosts
	for range 2 {
		for _, url := range urls {
			if q := (Question{URL: url, PublicKey: "key"}); h.of(q) != q.Host() {
				t.Errorf("%.40s: %q, want %q", url, h.of(q), q.Host())
			}
		}
	}
	if len(h.known) > maxHosts {
		t.Errorf("%d hosts are cached", len(h.known))
	}
}
