package keycheck

import "net/url"

// maxURL bounds, in bytes, a URL and its key: many servers take no longer ones.
const maxURL = 8 << 10

// A Question is whether a key still counts
// (https://spec.matrix.org/v1.19/client-server-api/#mroomthird_party_invite).
type Question struct {
	URL       string // the key's key_validity_url
	PublicKey string // the key exactly as the event has it: servers compare it letter by letter
}

// Host is the host that the question goes to: in lower case, without a trailing
// dot, and with a port only if that is not the scheme's own. Such a name holds
// nothing but letters, digits and ".-:[]", so it may be shown as it is. It is
// empty if the question cannot be asked.
func (q Question) Host() string {
	if u := q.target(); u != nil {
		return u.Host
	}
	return ""
}

// target is the URL to request: the event's, with the key in its query. It is
// nil if the question cannot be asked.
//
// A public_key that a stranger put there before ours might be the one that the
// server looks at, so it goes. For the same reason a query that servers read
// differently ("a;public_key=…") is not asked.
func (q Question) target() *url.URL {
	if len(q.URL)+len(q.PublicKey) > maxURL {
		return nil
	}
	u, err := url.Parse(q.URL)
	if err != nil || u.User != nil {
		return nil
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil
	}
	query.Set("public_key", q.PublicKey)
	host, ok := hostOf(u)
	if !ok {
		return nil
	}
	// Built anew, so that nothing is in it but what is named here.
	return &url.URL{Scheme: u.Scheme, Host: host, Path: u.Path, RawPath: u.RawPath, RawQuery: query.Encode()}
}
