package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/cli/signin"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// A testTerminal is a user at a terminal of a machine without accounts.
type testTerminal struct {
	testAccount
	home           string
	passphraseFile string
	keyboard       *io.PipeWriter
	secrets        *secrets
	written        strings.Builder // all output
}

// passphrase encrypts the vault.
const passphrase = "a rose is a rose is a rose"

func newTestTerminal(t *testing.T, ways sandbox.Ways) *testTerminal {
	t.Helper()
	v := &testTerminal{home: t.TempDir()}
	v.t, v.World, v.ended = t, sandbox.New(sandbox.Options{Seed: 1, Now: time.Now}), make(chan int, 1)
	v.ada, v.grace = v.AddUser("ada", password, "Ada"), v.AddUser("grace", password, "Grace")
	v.room = v.CreateRoom(v.ada, sandbox.RoomOptions{Name: "Ops", Alias: "ops", Preset: "private_chat"})
	v.SetWays(ways)
	v.secrets = &secrets{RoundTripper: v.World}
	v.passphraseFile = filepath.Join(t.TempDir(), "passphrase")
	v.must(os.WriteFile(v.passphraseFile, []byte(passphrase+"\n"), 0o600))
	in, keyboard := io.Pipe()
	v.keyboard = keyboard
	v.w = host.World{
		Streams: out.Streams{
			In:     in,
			Out:    &v.out,
			Err:    &v.err,
			InTTY:  true,
			ErrTTY: true,
			Width:  80,
			Now:    time.Now,
			ReadPassword: func(ctx context.Context) (string, error) {
				line, err := out.ReadLine(ctx, in)
				return strings.TrimSuffix(line, "\n"), err
			},
			Env: []string{
				"MXINVITE_HOME=" + v.home, "MXINVITE_VAULT_KIND=sealed", "MXINVITE_VAULT_PASSPHRASE_COMMAND=cat " + v.passphraseFile,
			},
		},
		Machine: host.Machine{
			Transport:    v.secrets,
			KeyTransport: func(keycheck.TransportOptions) http.RoundTripper { return v.World },
		},
	}
	return v
}

// begin starts a command and returns its first output.
func (v *testTerminal) begin(args ...string) string {
	go func() { v.ended <- Run(v.t.Context(), v.w, args) }()
	return v.output()
}

// output returns the output since the last call, after all goroutines are blocked.
func (v *testTerminal) output() string {
	said := v.out.take() + v.err.take()
	v.written.WriteString(said)
	return said
}

// typeLine types a line of input.
func (v *testTerminal) typeLine(line string) { _, _ = io.WriteString(v.keyboard, line+"\n") }

// wait waits until the command ends with an exit code, and returns its output.
func (v *testTerminal) wait(code int) string {
	v.t.Helper()
	got := <-v.ended
	said := v.output()
	if got != code {
		v.t.Errorf("ended with %d: %s", got, said)
	}
	return said
}

// runOK runs a command that must succeed.
func (v *testTerminal) runOK(args ...string) {
	v.t.Helper()
	v.begin(args...)
	v.wait(exit.OK)
}

// find returns the first group of a pattern.
func (v *testTerminal) find(pattern, in string) string {
	v.t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(in)
	if m == nil {
		v.t.Fatalf("nothing like %s in %q", pattern, in)
	}
	return m[1]
}

// secrets is a network that records the secrets in requests and responses.
type secrets struct {
	http.RoundTripper
	mu   sync.Mutex
	seen map[string]string // kinds, by secret
}

var secretInJSON = regexp.MustCompile(`"(access_token|refresh_token|device_code|password|token)":\s*"([^"]+)"`)

func (s *secrets) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		s.note(body)
		form, _ := url.ParseQuery(string(body))
		for _, name := range []string{"code", "code_verifier", "refresh_token", "device_code"} {
			s.add(name, form.Get(name))
		}
	}
	res, err := s.RoundTripper.RoundTrip(req)
	if err != nil || strings.Contains(req.URL.Path, "/sync") || strings.Contains(req.URL.Path, "/invite") {
		return res, err // tokens of invites are not secret
	}
	body, err := io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(body))
	s.note(body)
	return res, err
}

func (s *secrets) note(body []byte) {
	for _, m := range secretInJSON.FindAllSubmatch(body, -1) {
		s.add(string(m[1]), string(m[2]))
	}
}

func (s *secrets) add(what, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]string{}
	}
	if secret != "" {
		s.seen[secret] = what
	}
}

func TestLoginByDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestTerminal(t, sandbox.Ways{OAuth: true, Password: true})
		v.w.Out, v.w.OutTTY = &v.out, true
		said := v.begin("login", "example.org", "--json")
		if !strings.Contains(said, "████████") || !strings.Contains(said, v.AuthServerURL()+"/link\n") {
			t.Errorf("said %q", said)
		}
		v.must(v.ApproveDevice(v.ada, v.find(`type this code:\s+(\w+)\s`, said)))
		time.Sleep(time.Minute)
		var told signin.LoginResult
		said = v.wait(exit.OK)
		if err := json.Unmarshal([]byte(said), &told); err != nil || told.UserID != v.ada || told.With != "device" || told.DeviceID == "" {
			t.Errorf("told %q, %v", said, err)
		}
		said = v.begin("login", "example.org")
		v.must(v.DenyDevice(v.ada, v.find(`type this code:\s+(\w+)\s`, said)))
		time.Sleep(time.Minute)
		if said := v.wait(exit.Error); !strings.Contains(said, "the sign-in was denied") {
			t.Errorf("said %q", said)
		}
	})
}

func TestLoginByPastedAddress(t *testing.T) {
	for with, ways := range map[string]sandbox.Ways{
		"browser": {OAuth: true}, "sso": {SSO: []sandbox.Provider{{ID: "navy", Name: "Navy"}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			v := newTestTerminal(t, ways)
			final, err := v.Approve(v.ada, v.find(`sign in there:\s+(\S+)\s`, v.begin("login", "example.org", "--with", with)))
			v.must(err)
			v.typeLine("http://127.0.0.1:4711/callback?state=wrong")
			if said := v.output(); !strings.Contains(said, "This is not the right address") {
				t.Errorf("said %q", said)
			}
			v.typeLine(final)
			if said := v.wait(exit.OK); !strings.Contains(said, "Signed in as @ada:example.org") {
				t.Errorf("said %q", said)
			}
		})
	}
}

// The browser of this test requests the page that it is sent to.
func TestLoginByBrowserRedirect(t *testing.T) {
	w := sandbox.New(sandbox.Options{Seed: 1, Now: time.Now})
	ada := w.AddUser("ada", password, "Ada")
	w.SetWays(sandbox.Ways{OAuth: true, NoDeviceGrant: true})
	in, keyboard := io.Pipe()
	defer keyboard.Close()
	var stdout, said bytes.Buffer
	home := host.World{
		Streams: out.Streams{
			In:     in,
			Out:    &stdout,
			Err:    &said,
			InTTY:  true,
			ErrTTY: true,
			Now:    time.Now,
			Env:    []string{"MXINVITE_HOME=" + t.TempDir(), "MXINVITE_VAULT_KIND=plain"},
		},
		Machine: host.Machine{
			Transport: w,
			Browse: func(address string) error {
				final, err := w.Approve(ada, address)
				if err == nil {
					go func() {
						if res, err := http.Get(final); err == nil {
							res.Body.Close()
						}
					}()
				}
				return err
			},
		},
	}
	if code := Run(t.Context(), home, []string{"login", "example.org", "--json"}); code != exit.OK || !strings.Contains(stdout.String(), `"with": "browser"`) {
		t.Errorf("ended with %d: %s", code, said.String())
	}
}

// A user signs in by each method, sends an invite and signs out. No file, and no
// output on the terminal, contains a secret that gives access to the account.
func TestSecretsAreNotWrittenAnywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newTestTerminal(t, sandbox.Ways{OAuth: true, Password: true})
		v.secrets.add("password", password)
		v.secrets.add("passphrase", passphrase)
		enters := map[string]func(){
			"device": func() {
				said := v.begin("login", v.ada, "--with", "device")
				v.must(v.ApproveDevice(v.ada, v.find(`type this code:\s+(\w+)\s`, said)))
				time.Sleep(time.Minute)
			},
			"browser": func() {
				final, err := v.Approve(v.ada, v.find(`sign in there:\s+(\S+)\s`, v.begin("login", v.ada, "--with", "browser")))
				v.must(err)
				v.typeLine(final)
			},
			"sso": func() {
				v.SetWays(sandbox.Ways{SSO: []sandbox.Provider{{ID: "navy", Name: "Navy"}}})
				final, err := v.Approve(v.ada, v.find(`sign in there:\s+(\S+)\s`, v.begin("login", v.ada, "--with", "sso")))
				v.must(err)
				v.typeLine(final)
			},
			"password": func() {
				v.SetWays(sandbox.Ways{Password: true})
				v.begin("login", v.ada)
				v.typeLine(password)
			},
		}
		for _, way := range []string{"device", "browser", "sso", "password"} {
			enters[way]()
			v.wait(exit.OK)
			v.runOK("send", "ops", way+"@navy.example", "--yes", "--again")
			v.ExpireTokens(v.ada)
			v.runOK("list", "--json")
			v.runOK("accounts")
			v.noteDataKey()
			v.grep(way)
			v.runOK("logout")
			v.grep(way + ", afterwards")
		}
		if len(v.secrets.seen) < 20 {
			t.Errorf("only %d secrets", len(v.secrets.seen))
		}
	})
}

// noteDataKey adds the key that encrypts addresses to the secrets.
func (v *testTerminal) noteDataKey() {
	v.t.Helper()
	opened, err := vault.Open(vault.Options{Dir: v.home, Passphrase: vault.FromFile(v.passphraseFile)})
	v.must(err)
	s, err := (&host.Sessions{Vault: opened}).Read(v.t.Context(), vault.Name{UserID: v.ada, Homeserver: v.HomeserverURL()})
	v.must(err)
	text, err := s.DataKey.MarshalText()
	v.must(err)
	v.secrets.add("data key", string(text))
	v.secrets.add("data key", string(s.DataKey[:]))
}

// grep searches all files and all output for the secrets.
func (v *testTerminal) grep(when string) {
	v.t.Helper()
	texts := map[string]string{"the terminal": v.written.String()}
	v.must(filepath.WalkDir(v.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		texts[filepath.Base(path)] = string(data)
		return err
	}))
	for where, text := range texts {
		for secret, what := range v.secrets.seen {
			if strings.Contains(text, secret) {
				v.t.Errorf("%s: a %s is in %s", when, what, where)
			}
		}
	}
}

// Goldens of tests are part of the public repository.
func TestGoldensHoldNoSecrets(t *testing.T) {
	token := regexp.MustCompile(`(syt|syr|syl|mat|mar)_[A-Za-z0-9]|loginToken=|[?&]code=[^_]`)
	err := filepath.WalkDir("../ui/testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, secret := range []string{"lovelace", "hopper", "babbage", token.FindString(string(data))} {
			if secret != "" && bytes.Contains(data, []byte(secret)) {
				t.Errorf("%s holds %q", path, secret)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
