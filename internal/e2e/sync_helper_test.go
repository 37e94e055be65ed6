package e2e

import (
	"net/http"
	"net/url"
)

// sync sends a /sync request without since. Within two minutes Synapse responds to an
// equal request with the same response, whatever has happened since. To get a new one,
// use another filter or a since token.
func (p *person) sync(filter object) object {
	p.t.Helper()
	return p.syncSince("", filter)
}

func (p *person) syncSince(since string, filter object) object {
	p.t.Helper()
	p.w.Settle(p.t)
	query := url.Values{"filter": {string(encode(p.t, filter))}, "timeout": {"0"}}
	if since != "" {
		query.Set("since", since)
	}
	return p.must(http.MethodGet, "/sync?"+query.Encode(), nil).Body
}

// account returns the content of account data in a response to /sync.
func account(sync object, kind string) any {
	list, _ := in(sync, "account_data")["events"].([]any)
	for _, event := range list {
		if event.(object)["type"] == kind {
			return content(event.(object))
		}
	}
	return nil
}
