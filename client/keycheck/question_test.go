package keycheck_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

func TestHostIsNormalized(t *testing.T) {
	for raw, want := range map[string]string{
		"https://id.example.org/isvalid":        "id.example.org",
		"HTTPS://ID.Example.ORG./isvalid":       "id.example.org",
		"https://id.example.org:443/":           "id.example.org",
		"https://id.example.org:0443/":          "id.example.org",
		"https://id.example.org:/":              "id.example.org",
		"https://id.example.org:8448":           "id.example.org:8448",
		"https://id.example.org:80":             "id.example.org:80",
		"http://id.example.org:80":              "id.example.org",
		"http://id.example.org:443":             "id.example.org:443",
		"https://localhost":                     "localhost",
		"https://xn--bcher-kva.example":         "xn--bcher-kva.example",
		"https://1e100.net":                     "1e100.net",
		"https://0x7f.example":                  "0x7f.example",
		"https://93.184.215.14/":                "93.184.215.14",
		"https://127.0.0.1./":                   "127.0.0.1",
		"https://[2606:4700:0:0:0:0:0:1111]:1/": "[2606:4700::1111]:1",
		"https://[::1]/":                        "[::1]",

		// These cannot be asked.
		"":                                                       "",
		"id.example.org":                                         "",
		"//id.example.org/":                                      "",
		"ftp://id.example.org/":                                  "",
		"javascript:alert(1)":                                    "",
		"https:id.example.org":                                   "",
		"https://":                                               "",
		"https:///isvalid":                                       "",
		"https://.":                                              "",
		"https://id..example.org":                                "",
		"https://id.example.org..":                               "",
		"https://-id.example.org":                                "",
		"https://id-.example.org":                                "",
		"https://user@id.example.org":                            "",
		"https://user:pass@id.example/":                          "",
		"https://@id.example.org":                                "",
		"https://id.example.org\\@evil/":                         "",
		"https://id.example.org:0/":                              "",
		"https://id.example.org:65536/":                          "",
		"https://id.example.org:x/":                              "",
		"https://id.example.org\x00.evil":                        "",
		"https://bücher.example/":                                "",
		"https://１２７.0.0.1/":                                     "",
		"https://127。0。0。1/":                                     "",
		"https://ⓔxample.com/":                                   "",
		"https://%31%32%37.0.0.1/":                               "",
		"https://2130706433/":                                    "",
		"https://0x7f000001/":                                    "",
		"https://0x7f.1/":                                        "",
		"https://0x7f.0x0.0x0.0x1/":                              "",
		"https://0X/":                                            "",
		"https://127.1/":                                         "",
		"https://127.0.0.1.5/":                                   "",
		"https://0177.0.0.01/":                                   "",
		"https://a.b.09/":                                        "",
		"https://[fe80::1%25eth0]/":                              "",
		"https://[::1/":                                          "",
		"https://[1.2.3.4]/":                                     "",
		"https://id.example.org?a;b":                             "",
		"https://id.example.org?a=%zz":                           "",
		"https://" + strings.Repeat("a", 64) + ".org":            "",
		"https://" + strings.Repeat("a.", 130) + "org":           "",
		"https://id.example.org/" + strings.Repeat("a", 1<<20):   "",
		"https://id.example.org\x1b]0;title\x07/":                "",
		"https://id.example.org/\r\nAuthorization: Bearer token": "",
	} {
		if got := (keycheck.Question{URL: raw}).Host(); got != want {
			t.Errorf("%.80q: %q, not %q", raw, got, want)
		}
	}
}

// asked returns the request for a question.
func asked(t *testing.T, q keycheck.Question) *http.Request {
	t.Helper()
	var got *http.Request
	c := newChecker(roundTripFunc(func(req *http.Request) (*http.Response, error) {
		got = req
		return nil, errNoConn
	}))
	askOne(t.Context(), c, q)
	return got
}

func TestKeyIsSentUnchanged(t *testing.T) {
	for _, key := range []string{
		"XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI",
		"a+b/c==", "a-b_c", "a b&c=d;e#f?g%20h", "ключ\x00\n", "",
	} {
		req := asked(t, keycheck.Question{URL: "https://id.example.org/isvalid?v=1&v=0&w=%26", PublicKey: key})
		query := req.URL.Query()
		if got := query["public_key"]; len(got) != 1 || got[0] != key {
			t.Errorf("%q arrives as %q", key, got)
		}
		if v, w := query["v"], query["w"]; len(v) != 2 || v[0] != "1" || v[1] != "0" || len(w) != 1 || w[0] != "&" {
			t.Errorf("the URL's own query arrives as %s", req.URL.RawQuery)
		}
	}
}

func TestURLIsRequestedUnchanged(t *testing.T) {
	for raw, want := range map[string]string{
		"https://ID.example.org.:443/a%2Fb//c/../d#frag":      "https://id.example.org/a%2Fb//c/../d?public_key=k",
		"https://id.example.org":                              "https://id.example.org?public_key=k",
		"https://id.example.org/?":                            "https://id.example.org/?public_key=k",
		"https://id.example.org/?public_key=other&public_key": "https://id.example.org/?public_key=k",
		"https://id.example.org/?%70ublic_key=other&a=b":      "https://id.example.org/?a=b&public_key=k",
	} {
		if got := asked(t, keycheck.Question{URL: raw, PublicKey: "k"}).URL.String(); got != want {
			t.Errorf("%s: %s, not %s", raw, got, want)
		}
	}
}

func TestBadURLIsUnreachableWithoutARequest(t *testing.T) {
	for _, q := range []keycheck.Question{
		{URL: "https://user:pass@id.example.org/"},
		{URL: "gopher://id.example.org/"},
		{URL: "https://id.example.org/", PublicKey: strings.Repeat("k", 1<<20)},
	} {
		c := newChecker(roundTripFunc(func(*http.Request) (*http.Response, error) {
			t.Errorf("%.80q was asked", q.URL)
			return nil, errNoConn
		}))
		if got := c.Known(q); got != invite.Unreachable {
			t.Errorf("%.80q is known as %s", q.URL, got)
		}
		if got := askOne(t.Context(), c, q); got != invite.Unreachable {
			t.Errorf("%.80q is %s", q.URL, got)
		}
	}
}
