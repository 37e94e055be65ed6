package budget

import (
	"bytes"
	"io"
	"net/http"
)

// valueSize is the memory of a JSON value when it is decoded, at most, in bytes.
// TestResponseCountsWhatDecodingUses compares it.
const valueSize = 48

// Transport returns a transport that counts the bodies of responses while they are
// open, after decompression: their text twice, since a buffer is copied as it grows,
// and the values in them, since a value may be shorter in JSON than in memory. Memory
// that is needed after a body is closed has to be counted separately.
func (s *Share) Transport(next http.RoundTripper) http.RoundTripper {
	return transport{next, s}
}

type transport struct {
	http.RoundTripper

	share *Share
}

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := t.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	res.Body = &body{ReadCloser: res.Body, req: req, share: t.share}
	return res, nil
}

// A body is the body of a response. It is used by one goroutine at a time.
type body struct {
	io.ReadCloser

	req   *http.Request
	share *Share
	taken int64
}

// Read implements [io.Reader].
func (b *body) Read(p []byte) (int, error) {
	if err := b.share.wait(b.req.Context()); err != nil {
		return 0, err
	}
	n, err := b.ReadCloser.Read(p)
	cost := int64(2*n + valueSize*bytes.Count(p[:n], []byte(",")))
	if exceeded := b.share.Take(cost); exceeded != nil {
		return 0, exceeded
	}
	b.taken += cost
	return n, err
}

// Close implements [io.Closer].
func (b *body) Close() error {
	b.share.Give(b.taken)
	b.taken = 0
	return b.ReadCloser.Close()
}
