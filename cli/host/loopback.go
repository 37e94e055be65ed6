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
	// loopbackPath must not change, because servers register it as the redirect URI.
	loopbackPath = "/callback"
	// loopbackTimeout is the time limit for reading a request and for writing the
	// page.
	loopbackTimeout = 5 * time.Second
	maxLoopback     = 32 << 10
)

// loopbackPage is shown in the browser after the redirect, whether the user has
// approved the sign-in or not.
const loopbackPage = `<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>mxinvite</title>
<p>mxinvite has received the response of your server. You can close this window.</p></html>
`

// A Loopback is an HTTP server on this machine to which a browser is redirected
// after a sign-in (RFC 8252, section 7.3).
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

// RedirectURI returns the URL for the redirect.
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
		ErrorLog:       log.New(io.Discard, "", 0), // it would log URLs with authorization codes
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l.listener) }()
	defer func() {
		// Give the browser time to read the page.
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
		if ctx.Err() != nil { // the server was closed
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
		_, _ = io.WriteString(w, loopbackPage) // the waiting goroutine may have ended
		select {
		case came <- final:
		default: // the page was reloaded
		}
	})
}
