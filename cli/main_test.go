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

// Environment variables that configure the program in scripts.
const (
	envServer   = "TEST_SERVER"   // host and port of the servers
	envTime     = "TEST_TIME"     // time of the clock; empty for the current time
	envDemo     = "TEST_DEMO"     // host and port of a running demo
	envKeyring  = "TEST_KEYRING"  // directory of a keyring; without it there is no keyring
	envTerminal = "TEST_TERMINAL" // width; standard output and error are terminals
	envUntil    = "TEST_UNTIL"    // interrupts the program after it has written this text
	envGuest    = "TEST_GUEST"    // runs the command line as a visitor
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
	w := host.Process(os.Stdin, os.Stdout, os.Stderr, os.Environ(), clock, time.Local, scriptNetwork(os.Getenv(envServer)))
	w.KeyTransport = func(o keycheck.TransportOptions) http.RoundTripper {
		return realHost{scriptNetwork(os.Getenv(envServer)), os.Getenv(envDemo), keycheck.NewTransport(o)}
	}
	if demo := os.Getenv(envDemo); demo != "" {
		w.Transport = realHost{w.Transport, demo, http.DefaultTransport}
	}
	w.Keyring, w.Browse = nil, nil
	if dir := os.Getenv(envKeyring); dir != "" {
		w.Keyring = fileKeyring(dir)
	}
	w.Out, w.Err = secretGuard{w.Out}, secretGuard{w.Err}
	if text := os.Getenv(envUntil); text != "" {
		w.Out, w.Err = interruptAfter{w.Out, text, stop}, interruptAfter{w.Err, text, stop}
	}
	if os.Getenv(envGuest) != "" {
		w.Guest = new(serve.Session)
	}
	if width, err := strconv.Atoi(os.Getenv(envTerminal)); err == nil {
		w.OutTTY, w.ErrTTY, w.Width, w.Height = true, true, width, 24
	}
	os.Exit(Run(ctx, w, os.Args[1:]))
}

// fileKeyring is a keyring that stores each secret in a file. A file named locked locks it.
type fileKeyring string

func (d fileKeyring) Get(entry string) (string, error) {
	if _, err := os.Stat(filepath.Join(string(d), "locked")); err == nil {
		return "", errors.New("org.freedesktop.Secret.Error.IsLocked")
	}
	data, err := os.ReadFile(filepath.Join(string(d), entry))
	return string(data), err
}

func (d fileKeyring) Set(entry, secret string) error {
	return errors.Join(os.MkdirAll(string(d), 0o700), os.WriteFile(filepath.Join(string(d), entry), []byte(secret), 0o600))
}

func (d fileKeyring) Delete(entry string) error { return os.Remove(filepath.Join(string(d), entry)) }

// scriptNetwork is a network with only the servers of a script, all at this
// address.
type scriptNetwork string

func (p scriptNetwork) RoundTrip(req *http.Request) (*http.Response, error) {
	switch req.URL.Host {
	case string(p), "example.org", "matrix.example.org", "id.example.org", "account.example.org", "keys.example.net", "invite.example.org":
	default:
		return nil, &net.DNSError{Err: "no such host", Name: req.URL.Hostname(), IsNotFound: true}
	}
	there := req.Clone(req.Context())
	there.Host = req.URL.Host
	there.URL.Scheme, there.URL.Host = "http", string(p)
	return http.DefaultTransport.RoundTrip(there)
}

// realHost sends requests for one host over the real network.
type realHost struct {
	http.RoundTripper
	host string
	real http.RoundTripper
}

func (o realHost) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host == o.host {
		return o.real.RoundTrip(req)
	}
	return o.RoundTripper.RoundTrip(req)
}

// secretGuard is a stream that ends the process if a secret is written.
type secretGuard struct{ io.Writer }

// secretText matches the password and the beginning of tokens.
var secretText = regexp.MustCompile(regexp.QuoteMeta(password) + `|\b(?:syt|syr|syl|mat|mar)_`)

func (w secretGuard) Write(p []byte) (int, error) {
	if secretText.Match(p) {
		fmt.Fprintln(os.Stderr, "a secret was written:", secretText.ReplaceAllString(string(p), "SECRET"))
		os.Exit(99)
	}
	return w.Writer.Write(p)
}

// interruptAfter is a stream that interrupts the program when a text is written.
type interruptAfter struct {
	io.Writer
	text string
	stop context.CancelFunc
}

func (e interruptAfter) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(e.text)) {
		defer e.stop()
	}
	return e.Writer.Write(p)
}
