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
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mxinvite/mxinvite/client/keycheck"
)

// What the scripts tell the program about their world, in its environment.
const (
	envServer   = "TEST_SERVER"   // host and port where all of the world's servers are
	envTime     = "TEST_TIME"     // what the clock says
	envDemo     = "TEST_DEMO"     // host and port of a demo that is really there
	envKeyring  = "TEST_KEYRING"  // the directory of a keyring; without it there is none
	envTerminal = "TEST_TERMINAL" // standard output and error are a terminal this wide
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mxinvite": program})
}

// program is main, in the world of a script.
func program() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	now, err := time.Parse(time.RFC3339, os.Getenv(envTime))
	if err != nil {
		panic(err)
	}
	w := Process(os.Stdin, os.Stdout, os.Stderr, os.Environ(), func() time.Time { return now }, phoneBook(os.Getenv(envServer)))
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
	if width, err := strconv.Atoi(os.Getenv(envTerminal)); err == nil {
		w.OutTTY, w.ErrTTY, w.Width = true, true, width
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

func (w watched) Write(p []byte) (int, error) {
	for _, secret := range []string{password, "syt_", "syr_", "syl_", "mat_", "mar_"} { // how tokens begin
		if bytes.Contains(p, []byte(secret)) {
			fmt.Fprintln(os.Stderr, "a secret was written:", strings.ReplaceAll(string(p), secret, "SECRET"))
			os.Exit(99)
		}
	}
	return w.Writer.Write(p)
}
