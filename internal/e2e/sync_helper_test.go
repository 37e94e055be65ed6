package e2e

import (
	"net/http"
	"net/url"
)

// sync asks for everything, with a filter. Synapse answers the same question within two minutes with the same words,
// whatever has happened since: who asks again needs another filter, or a since.
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

// account returns the content of account data that a sync brought.
func account(sync object, kind string) any {
	list, _ := in(sync, "account_data")["events"].([]any)
	for _, event := range list {
		if event.(object)["type"] == kind {
			return content(event.(object))
		}
	}
	return nil
}
