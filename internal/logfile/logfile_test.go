package logfile_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/internal/logfile"
)

func open(t *testing.T, level slog.Level) (log *logfile.File, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "state", "mxinvite.log")
	log = logfile.New(path, level)
	t.Cleanup(func() { log.Close() })
	return log, path
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestLogIsPrivateAndEscaped(t *testing.T) {
	log, path := open(t, slog.LevelInfo)
	if _, err := os.Stat(path); err == nil {
		t.Error("there is a file before there is anything in it")
	}
	log.Info("looked", "room", "Ops\x1b]0;gotcha\x07\u202e", "err", errors.New("bad \x1b[31mred"))
	log.Info("sent", "err", errors.New("invite grace@navy.example: no"), "by", "@ada:example.org")
	log.Debug("not wanted")
	stat, err := os.Stat(path)
	if err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", stat.Mode(), err)
	}
	text := read(t, path)
	if !strings.Contains(text, "room=") || strings.ContainsAny(text, "\x1b\x07") || strings.Contains(text, "u202e") || strings.Contains(text, "not wanted") ||
		strings.Contains(text, "navy") || !strings.Contains(text, "@ada:example.org") {
		t.Errorf("%q", text)
	}
}

func TestLogSizeIsLimited(t *testing.T) {
	log, path := open(t, slog.LevelInfo)
	for range 5000 {
		log.Info(strings.Repeat("x", 1000))
	}
	for _, p := range []string{path, path + ".old"} {
		if stat, err := os.Stat(p); err != nil || stat.Size() > 1<<20 {
			t.Errorf("%s: %v, %v", p, stat, err)
		}
	}
	if names, _ := os.ReadDir(filepath.Dir(path)); len(names) != 2 {
		t.Errorf("%d files", len(names))
	}
	if err := log.Close(); err != nil {
		t.Error(err)
	}
	log.Info("too late")
	if strings.Contains(read(t, path), "too late") {
		t.Error("a closed log was written to")
	}
}

// answers is a transport that returns the same response for all requests.
type answers struct {
	status int
	err    error
}

func (a answers) RoundTrip(*http.Request) (*http.Response, error) {
	if a.err != nil {
		return nil, a.err
	}
	return &http.Response{StatusCode: a.status, Body: io.NopCloser(strings.NewReader("the-body"))}, nil
}

func TestRequestsAreLoggedWithoutPrivateData(t *testing.T) {
	log, path := open(t, slog.LevelDebug)
	const url = "https://matrix.example.org/_matrix/client/v3/rooms/%21room-of-ada:example.org/state/m.room.third_party_invite/tokenOfGrace?access_token=secret-of-ada"
	for _, network := range []answers{{200, nil}, {403, nil}, {0, errors.New("dial " + url)}} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, strings.NewReader("grace@navy.example"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer another-secret")
		res, err := logfile.Transport(network, log, time.Now).RoundTrip(req)
		if err == nil {
			res.Body.Close()
		}
	}
	text := read(t, path)
	if strings.Count(text, "/_matrix/client/v3/rooms/…/state/m.room.third_party_invite/…") != 3 || strings.Count(text, "\n") != 3 {
		t.Error(text)
	}
	for _, private := range []string{"secret", "grace", "Grace", "ada", "the-body"} {
		if strings.Contains(text, private) {
			t.Errorf("%q is in the log:\n%s", private, text)
		}
	}
}

func TestPathKeepsAPIWords(t *testing.T) {
	for path, want := range map[string]string{
		"/_matrix/client/v3/sync":                                       "/_matrix/client/v3/sync",
		"/.well-known/matrix/client":                                    "/.well-known/matrix/client",
		"/_matrix/client/v3/user/@ada:hs/account_data/m.accepted_terms": "/_matrix/client/v3/user/…/account_data/m.accepted_terms",
		"/_matrix/identity/v2/account/register":                         "/_matrix/identity/v2/account/register",
		"/_matrix/client/v3/rooms/!r:hs/invite":                         "/_matrix/client/v3/rooms/…/invite",
		"/_matrix/client/unstable/org.matrix.simplified_msc3575/sync":   "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync",
		"/m.Secret/kPzQxWb":                                             "/…/…",
		"/abcdefghijklmnopqrstuvwxyzabcdef":                             "/…",
	} {
		if got := logfile.Path(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestDiscard(t *testing.T) {
	log := logfile.Discard()
	log.Error("gone")
	network := answers{200, nil}
	if got := logfile.Transport(network, log, time.Now); got != network {
		t.Error("a request takes a detour for nothing")
	}
	if err := log.Close(); err != nil {
		t.Error(err)
	}
}
