package keycheck_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client/invite"
)

func TestOnlyValidTrueIsValid(t *testing.T) {
	pad := strings.Repeat(" ", 64<<10)
	for reply, want := range map[string]invite.Validity{
		`{"valid":true}`: invite.Valid,
		` {"valid" : true, "more": [1,{}]} ` + "\n": invite.Valid,
		`{"valid":false}`: invite.Invalid,
		pad[len(`{"valid":true}`):] + `{"valid":true}`: invite.Valid,

		`{"valid":"true"}`:                 invite.Unreachable,
		`{"valid":1}`:                      invite.Unreachable,
		`{"valid":0}`:                      invite.Unreachable,
		`{"valid":null}`:                   invite.Unreachable,
		`{"valid":[true]}`:                 invite.Unreachable,
		`{"Valid":true}`:                   invite.Unreachable,
		`{"VALID":false}`:                  invite.Unreachable,
		`{"valid ":true}`:                  invite.Unreachable,
		`{}`:                               invite.Unreachable,
		`[{"valid":true}]`:                 invite.Unreachable,
		`true`:                             invite.Unreachable,
		`null`:                             invite.Unreachable,
		``:                                 invite.Unreachable,
		`valid=true`:                       invite.Unreachable,
		`<html>{"valid":true}</html>`:      invite.Unreachable,
		`{"valid":true}{"valid":true}`:     invite.Unreachable,
		`{"valid":true`:                    invite.Unreachable,
		"\ufeff" + `{"valid":true}`:        invite.Unreachable,
		pad + `{"valid":true}`:             invite.Unreachable,
		`{"valid":true}` + pad:             invite.Unreachable,
		strings.Repeat(`{"valid":`, 5_000): invite.Unreachable,
	} {
		c := newChecker(roundTripFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(reply))}, nil
		}))
		if got := askOne(t.Context(), c, testQuestion); got != want {
			t.Errorf("%.40q: %s, not %s", reply, got, want)
		}
	}
}

func TestOnlyStatus200IsAnAnswer(t *testing.T) {
	for _, status := range []int{101, 201, 202, 203, 204, 206, 301, 304, 400, 401, 403, 404, 418, 429, 500, 503} {
		b := &body{Reader: strings.NewReader(`{"valid":true}`)}
		c := newChecker(roundTripFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Body: b}, nil
		}))
		if got := askOne(t.Context(), c, testQuestion); got != invite.Unreachable || !b.closed {
			t.Errorf("%d: %s, body closed: %v", status, got, b.closed)
		}
	}
}

// endless is a reader that does not end, and counts the bytes read.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.n += len(p)
	return len(p), nil
}

func TestEndlessResponseIsTruncated(t *testing.T) {
	e := &endless{}
	c := newChecker(roundTripFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(e)}, nil
	}))
	if got := askOne(t.Context(), c, testQuestion); got != invite.Unreachable || e.n > 128<<10 {
		t.Errorf("%s after %d bytes", got, e.n)
	}
}
