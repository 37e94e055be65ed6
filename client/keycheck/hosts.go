package keycheck

import "strings"

// maxHosts limits the cached hosts: other users choose the URLs.
const maxHosts = 256

// hosts caches the host of each URL, because the keys of most invites have the same.
type hosts struct{ known map[string]string }

// of returns the host of a question; empty if the question cannot be asked.
func (h *hosts) of(q Question) string {
	if q.tooLong() {
		return ""
	}
	host, ok := h.known[q.URL]
	if !ok {
		host = Question{URL: q.URL}.Host()
		if h.known == nil || len(h.known) == maxHosts {
			h.known = map[string]string{}
		}
		h.known[strings.Clone(q.URL)] = host
	}
	return host
}
