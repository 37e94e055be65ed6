package cli

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/internal/sshtest"
)

// The demo shows the commands that are needed to use it from another terminal.
func TestDemoPrintsCommandsForAnotherTerminal(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	said := newTerminal("Serving until interrupted.")
	ended := make(chan int)
	go func() {
		w := host.World{Streams: out.Streams{Out: io.Discard, Err: said, OutTTY: true, Now: time.Now}}
		ended <- Run(ctx, w, []string{"demo", "--listen", "127.0.0.1:0"})
	}()
	<-said.shown
	interrupt()
	if code := <-ended; code != exit.OK {
		t.Errorf("ended with %d", code)
	}
	text := string(said.drawn)
	for _, want := range []string{
		"mxinvite login http://127.0.0.1:", "--with password --user ada", "the password lovelace",
		"mxinvite list --check", "mxinvite send '#compilers' edith@clarke.example", "emily@amherst.example",
		"5 e-mail invites at once and then one in 20 seconds", "20 times as fast",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said:\n%s", want, text)
		}
	}
}

// A device code is approved on a page of the demo.
func TestDemoOffersADeviceCode(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	stdout, w := io.Pipe()
	ended := make(chan int)
	go func() {
		ended <- Run(ctx, host.World{Streams: out.Streams{Out: w, Err: io.Discard, Now: time.Now}}, []string{"demo", "--listen", "127.0.0.1:0"})
	}()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, base, _ := strings.Cut(strings.TrimSpace(line), "\t")

	words := &sshtest.Buffer{}
	person := host.World{
		Streams: out.Streams{
			Out:    io.Discard,
			Err:    words,
			ErrTTY: true,
			Now:    time.Now,
			Env:    []string{"MXINVITE_HOME=" + t.TempDir(), "MXINVITE_VAULT_KIND=plain"},
		},
		Machine: host.Machine{
			Transport: http.DefaultTransport,
		},
	}
	signedIn := make(chan int)
	go func() { signedIn <- Run(t.Context(), person, []string{"login", base, "--with", "device"}) }()
	shown := regexp.MustCompile(`type this code:\s+(\S+)\s`).FindStringSubmatch(words.Until(t, "The code expires at"))
	res, err := http.PostForm(base+"/link", url.Values{
		"code": {shown[1]}, "user": {"ada"}, "password": {"lovelace"}, "decision": {"approve"},
	})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if code := <-signedIn; code != exit.OK || !strings.Contains(words.String(), "Signed in as @ada:127.0.0.1:") {
		t.Errorf("ended with %d:\n%s", code, words.String())
	}
	interrupt()
	if code := <-ended; code != exit.OK {
		t.Errorf("ended with %d", code)
	}
}

func TestDemoServesAnyClientUntilInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	stdout, w := io.Pipe()
	ended := make(chan int)
	go func() {
		ended <- Run(ctx, host.World{Streams: out.Streams{Out: w, Err: io.Discard, Now: time.Now}}, []string{"demo", "--listen", "127.0.0.1:0"})
	}()

	told := map[string]string{}
	for lines := bufio.NewScanner(stdout); len(told) < 4 && lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), "\t")
		told[name] = value
	}
	for _, path := range []string{
		told["homeserver"] + "/_matrix/client/versions",
		told["identity server"] + "/_matrix/identity/v2",
	} {
		res, err := http.Get(path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s answers %s", path, res.Status)
		}
	}
	res, err := http.Post(told["homeserver"]+"/_matrix/client/v3/login", "application/json", strings.NewReader(
		`{"type":"m.login.password","identifier":{"type":"m.id.user","user":"`+told["user"]+`"},"password":"`+told["password"]+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("signing in is answered %s", res.Status)
	}
	interrupt()
	if code := <-ended; code != exit.OK {
		t.Errorf("ended with %d", code)
	}
}
