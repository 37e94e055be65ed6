package linkserver_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/linkkey"
	"github.com/mxinvite/mxinvite/internal/linkserver"
)

// Two servers with the same file, as two processes, and many users at once.
func TestNoMoreSignaturesThanUses(t *testing.T) {
	w := newWorld(t)
	const uses = 7
	l := w.link(linkkey.Terms{Uses: uses})
	first := w.host
	w.start()
	var given atomic.Int64
	var wait sync.WaitGroup
	for n := range 40 {
		host := []http.Handler{first, w.host}[n%2]
		wait.Go(func() {
			rec := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/_matrix/identity/v2/sign-ed25519?token="+l.Token+"&private_key="+l.PrivateKey()+"&mxid="+url.QueryEscape(fmt.Sprintf("@user%d:example.org", n)), nil)
			r.RemoteAddr = fmt.Sprintf("203.0.113.%d:1", n)
			host.ServeHTTP(rec, r)
			if rec.Code == http.StatusOK {
				given.Add(1)
			}
		})
	}
	wait.Wait()
	if given.Load() != uses {
		t.Errorf("%d signatures, not %d", given.Load(), uses)
	}
}

const childFile, childKey, childCapsule = "MXINVITE_TEST_USES", "MXINVITE_TEST_KEY", "MXINVITE_TEST_CAPSULE"

// TestChildSigns runs in another process: it signs for one user after the other and
// prints each user whose signature it gave out.
func TestChildSigns(t *testing.T) {
	if os.Getenv(childFile) == "" {
		t.Skip("it is for a child process")
	}
	w := newWorld(t, func(o *linkserver.Options) {
		o.Uses = os.Getenv(childFile)
		if err := o.Key.UnmarshalText([]byte(os.Getenv(childKey))); err != nil {
			t.Fatal(err)
		}
	})
	w.key = w.opt.Key
	l := link.Link{Token: "T"}
	l.SetCapsule(public, os.Getenv(childCapsule))
	for n := range 1000 {
		user := fmt.Sprintf("@user%d.%d:example.org", os.Getpid(), n)
		switch code := w.sign(l, user).Code; code {
		case http.StatusOK:
			fmt.Println("signed for " + user)
		case http.StatusGone:
			fmt.Println("used up")
			return
		case http.StatusTooManyRequests:
			w.now = w.now.Add(time.Minute)
		default:
			t.Fatal(code)
		}
	}
}

// A process that is killed at any time has not given out more signatures than are
// counted.
func TestKilledServersGiveOutNoMoreThanTheUses(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts many processes")
	}
	const uses = 60
	w := newWorld(t)
	key, err := w.key.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	capsule := w.key.Seal("T", linkkey.Capsule{Terms: linkkey.Terms{Uses: uses}, RoomID: "!r:example.org", Sender: ada})
	given, done := 0, false
	for round := 0; !done && round < 200; round++ {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestChildSigns$")
		child.Env = append(os.Environ(), childFile+"="+w.opt.Uses, childKey+"="+string(key), childCapsule+"="+capsule)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		inRound := 0
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "signed for ") {
				given++
				if inRound++; inRound == 1+round%5 {
					_ = child.Process.Kill()
				}
			}
			done = done || lines.Text() == "used up"
		}
		_ = child.Wait()
	}
	if !done || given > uses || given < uses/2 {
		t.Errorf("done %v, %d signatures of %d", done, given, uses)
	}
}
