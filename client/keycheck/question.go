package keycheck

import "net/url"

// maxURL is the maximum length of a URL and its key, in bytes. Many servers refuse
// longer URLs.
const maxURL = 8 << 10

// A Question asks whether a key is valid
// (https://spec.matrix.org/v1.19/client-server-api/#mroomthird_party_invite).
type Question struct {
	URL       string // the key_validity_url of the key
	PublicKey string // the encoded key as in the event: servers compare encoded keys
}

// Host returns the host of the URL in a normal form: in lower case, without a
// trailing dot, and without the default port. It contains only letters, digits and
// ".-:[]", so it is safe to print. It is empty if the question cannot be asked.
func (q Question) Host() string {
	if u := q.target(); u != nil {
		return u.Host
	}
	return ""
}

// target returns the URL of the request, which is q.URL with the key in its query.
// It is nil if the question cannot be asked.
//
// A public_key that is already in the query is removed, because the server might
// read it instead of ours. Queries that servers parse in different ways
// ("a;public_key=…") are refused for the same reason.
func (q Question) target() *url.URL {
	if q.tooLong() {
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
	// A new URL, so that it has no other fields of u.
	return &url.URL{Scheme: u.Scheme, Host: host, Path: u.Path, RawPath: u.RawPath, RawQuery: query.Encode()}
}

func (q Question) tooLong() bool { return len(q.URL)+len(q.PublicKey) > maxURL }
