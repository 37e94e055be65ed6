package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/internal/serve"
)

// What the scripts tell the program about their world, in its environment.
const (
	envServer   = "TEST_SERVER"   // host and port where all of the world's servers are
	envTime     = "TEST_TIME"     // what the clock says; empty for the time of day
	envDemo     = "TEST_DEMO"     // host and port of a demo that is really there
	envKeyring  = "TEST_KEYRING"  // the directory of a keyring; without it there is none
	envTerminal = "TEST_TERMINAL" // standard output and error are a terminal this wide
	envUntil    = "TEST_UNTIL"    // the program is interrupted after it has written this
	envGuest    = "TEST_GUEST"    // a visitor's command line, from elsewhere
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mxinvite": runMain})
}

// runMain is main, in the world of a script.
func runMain() {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	clock := time.Now
	if said := os.Getenv(envTime); said != "" {
		now, err := time.Parse(time.RFC3339, said)
		if err != nil {
			panic(err)
		}
		clock = func() time.Time { return now }
	}
	w := host.Process(os.Stdin, os.Stdout, os.Stderr, os.Environ(), clock, time.Local, phoneBook(os.Getenv(envServer)))
	w.KeyTransport = func(o keycheck.TransportOptions) http.RoundTripper {
		return outside{phoneBook(os.Getenv(envServer)), os.Getenv(envDemo), keycheck.NewTransport(o)}
	}
	if demo := os.Getenv(envDemo); demo != "" {
		w.Transport = outside{w.Transport, demo, http.DefaultTransport}
	}
	w.Keyring, w.Agent, w.Browse = nil, nil, nil
	if dir := os.Getenv(envKeyring); dir != "" {
		w.Keyring = drawers(dir)
	}
	w.Out, w.Err = watched{w.Out}, watched{w.Err}
	if text := os.Getenv(envUntil); text != "" {
		w.Out, w.Err = ending{w.Out, text, stop}, ending{w.Err, text, stop}
	}
	if os.Getenv(envGuest) != "" {
		w.Guest = new(serve.Session)
	}
	if width, err := strconv.Atoi(os.Getenv(envTerminal)); err == nil {
		w.OutTTY, w.ErrTTY, w.Width, w.Height = true, true, width, 24
	}
	os.Exit(Run(ctx, w, os.Args[1:]))
}

// drawers are a keyring that keeps each secret in a file.
type drawers string

func (d drawers) Get(entry string) (string, error) {
	data, err := os.ReadFile(filepath.Join(string(d), entry))
	return string(data), err
}

func (d drawers) Set(entry, secret string) error {
	return errors.Join(os.MkdirAll(string(d), 0o700), os.WriteFile(filepath.Join(string(d), entry), []byte(secret), 0o600))
}

func (d drawers) Delete(entry string) error { return os.Remove(filepath.Join(string(d), entry)) }

// phoneBook is a network on which the servers of a script's world are found by
// their names, all of them at this address, and nothing else is.
type phoneBook string

func (p phoneBook) RoundTrip(req *http.Request) (*http.Response, error) {
	switch req.URL.Host {
	case string(p), "example.org", "matrix.example.org", "id.example.org", "account.example.org", "keys.example.net":
	default:
		return nil, &net.DNSError{Err: "no such host", Name: req.URL.Hostname(), IsNotFound: true}
	}
	there := req.Clone(req.Context())
	there.Host = req.URL.Host
	there.URL.Scheme, there.URL.Host = "http", string(p)
	return http.DefaultTransport.RoundTrip(there)
}

// outside has one host asked for real.
type outside struct {
	http.RoundTripper
	host string
	real http.RoundTripper
}

func (o outside) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host == o.host {
		return o.real.RoundTrip(req)
	}
	return o.RoundTripper.RoundTrip(req)
}

// watched is a stream on which no secret may ever appear.
type watched struct{ io.Writer }

// secretText is a password, or how a token begins.
var secretText = regexp.MustCompile(regexp.QuoteMeta(password) + `|\b(?:syt|syr|syl|mat|mar)_`)

func (w watched) Write(p []byte) (int, error) {
	if secretText.Match(p) {
		fmt.Fprintln(os.Stderr, "a secret was written:", secretText.ReplaceAllString(string(p), "SECRET"))
		os.Exit(99)
	}
	return w.Writer.Write(p)
}

// ending is a stream on which a text ends the program, as an interrupt would.
type ending struct {
	io.Writer
	text string
	stop context.CancelFunc
}

func (e ending) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(e.text)) {
		defer e.stop()
	}
	return e.Writer.Write(p)
}
