package cli

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestDemoServesAnyClientUntilInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	out, w := io.Pipe()
	ended := make(chan int)
	go func() {
		ended <- Run(ctx, World{Out: w, Err: io.Discard, Now: time.Now}, []string{"demo", "--listen", "127.0.0.1:0"})
	}()

	told := map[string]string{}
	for lines := bufio.NewScanner(out); len(told) < 4 && lines.Scan(); {
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
	if code := <-ended; code != exitOK {
		t.Errorf("ended with %d", code)
	}
}
