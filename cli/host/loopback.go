package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

const (
	// loopbackPath is always the same: servers recognise a program by it.
	loopbackPath = "/callback"
	// loopbackTimeout is how long anything on this machine may take to ask, and
	// a browser to read the page.
	loopbackTimeout = 5 * time.Second
	maxLoopback     = 32 << 10
)

// loopbackPage is what a person sees who comes back, whatever they decided.
const loopbackPage = `<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>mxinvite</title>
<p>mxinvite has received the response of your server. You can close this window.</p></html>
`

// A Loopback is where a browser on this machine comes back to after a sign-in
// (RFC 8252, section 7.3).
type Loopback struct {
	listener net.Listener
}

// ListenLoopback listens on a port of the loopback interface, until ctx ends or
// Wait returns.
func ListenLoopback(ctx context.Context) (*Loopback, error) {
	var failed error
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err == nil {
			context.AfterFunc(ctx, func() { _ = listener.Close() })
			return &Loopback{listener}, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, fmt.Errorf("listen for the browser: %w", failed)
}

// RedirectURI is the address to have the browser sent to.
func (l *Loopback) RedirectURI() string { return "http://" + l.listener.Addr().String() + loopbackPath }

// Wait returns the URL of the redirect, which may report a refusal. It rejects
// other requests: expects reports whether a URL belongs to this sign-in.
func (l *Loopback) Wait(ctx context.Context, expects func(finalURL string) bool) (string, error) {
	came := make(chan string, 1)
	server := &http.Server{
		Handler:        l.answer(expects, came),
		ReadTimeout:    loopbackTimeout,
		WriteTimeout:   loopbackTimeout,
		MaxHeaderBytes: maxLoopback,
		ErrorLog:       log.New(io.Discard, "", 0), // it names addresses with codes in them
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l.listener) }()
	defer func() {
		// The page may still be on its way to the browser.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loopbackTimeout)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	}()
	select {
	case final := <-came:
		return final, nil
	case <-ctx.Done():
		return "", ctx.Err()
	case err := <-ended:
		if ctx.Err() != nil { // which closed it
			err = ctx.Err()
		}
		return "", fmt.Errorf("listen for the browser: %w", err)
	}
}

// answer returns the handler of the redirect. It shows the page only for an
// expected URL. It also compares the Host header, against DNS rebinding.
func (l *Loopback) answer(expects func(string) bool, came chan<- string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		final := "http://" + r.Host + r.URL.RequestURI()
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Connection", "close")
		if r.Method != http.MethodGet || r.Host != l.listener.Addr().String() || r.URL.Path != loopbackPath || !expects(final) {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		_, _ = io.WriteString(w, loopbackPage) // who left does not need it
		select {
		case came <- final:
		default: // the page was reloaded
		}
	})
}
