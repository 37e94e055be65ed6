package cli

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/internal/sshtest"
)

// get returns the body of a page.
func get(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res.StatusCode, err)
	}
	return string(body)
}

func TestServeLinksWithoutSSH(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	said := new(sshtest.Buffer)
	w := host.World{Streams: out.Streams{
		In: strings.NewReader(""), Out: io.Discard, Err: said, Now: time.Now, Env: []string{"MXINVITE_HOME=" + home},
	}}
	for _, first := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan int, 1)
		go func() {
			ended <- Run(ctx, w, []string{"serve", "--links", "127.0.0.1:0", "--public-url", "https://invite.example.org", "--metrics", "127.0.0.1:0"})
		}()
		text := said.Until(t, "/metrics")
		if got := strings.Contains(text, "Created the links key "+filepath.Join(home, "links.key")); got != first {
			t.Errorf("%v: %s", first, text)
		}
		base := regexp.MustCompile(`Serving links at (http://\S+) for https://invite\.example\.org\.`).FindStringSubmatch(text)[1]
		if page := get(t, base); !strings.Contains(page, "Accept an invite") {
			t.Error(page)
		}
		metrics := get(t, regexp.MustCompile(`http://\S+/metrics`).FindString(text))
		for _, want := range []string{`mxinvite_links_requests_total{route="GET /{$}",status="200"} 1`, "go_goroutines"} {
			if !strings.Contains(metrics, want) {
				t.Errorf("the metrics have no %s", want)
			}
		}
		cancel()
		if code := <-ended; code != exit.OK {
			t.Errorf("%d: %s", code, said)
		}
		if info, err := os.Stat(filepath.Join(home, "links.key")); err != nil || info.Mode().Perm() != 0o600 {
			t.Error(err, info.Mode())
		}
		*said = sshtest.Buffer{}
	}
}

func TestServeLinksBesideSSH(t *testing.T) {
	l := startServe(t, "--links", "127.0.0.1:0", "--public-url", "https://invite.example.org")
	base := regexp.MustCompile(`Serving links at (http://\S+)`).FindStringSubmatch(l.said.String())[1]
	if page := get(t, base); !strings.Contains(page, "Accept an invite") {
		t.Error(page)
	}
	metrics := get(t, l.metrics)
	for _, want := range []string{"mxinvite_links_requests_total", "mxinvite_keys 1", "go_goroutines"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics have no %s", want)
		}
	}
}

func TestServeFlagsOfLinks(t *testing.T) {
	for _, c := range []struct {
		args, want string
	}{
		{"", "--authorized-keys or --links is missing"},
		{"--public-url https://a.example --authorized-keys k", "--public-url is for a links server, and --links is missing"},
		{"--trusted-proxy 10.0.0.1 --authorized-keys k", "--trusted-proxy is for a links server"},
		{"--links 127.0.0.1:1", "--public-url is missing"},
		{"--links 8088 --public-url https://a.example", "--links must be HOST:PORT"},
		{"--links 127.0.0.1:1 --public-url http://a.example", "it has to be https"},
		{"--links 127.0.0.1:1 --public-url https://a.example/x", "without a path"},
		{"--links :8088 --public-url https://a.example", "which other machines can reach"},
		{"--links 0.0.0.0:8088 --public-url https://a.example", "--trusted-proxy"},
		{"--links :8088 --public-url https://a.example --trusted-proxy proxy.example", "is an address or a network"},
		{"--links 127.0.0.1:1 --public-url https://a.example --listen :2222", "--listen is for SSH"},
	} {
		said := new(sshtest.Buffer)
		w := host.World{Streams: out.Streams{In: strings.NewReader(""), Out: io.Discard, Err: said, Now: time.Now, Env: []string{"MXINVITE_HOME=" + t.TempDir()}}}
		if code := Run(t.Context(), w, append([]string{"serve"}, strings.Fields(c.args)...)); code != exit.Usage || !strings.Contains(said.String(), c.want) {
			t.Errorf("%s: %d: %s", c.args, code, said)
		}
	}
}

func TestTrustedProxyMayBeAnAddressOrANetwork(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.0.1":            "10.0.0.1/32",
		"10.1.2.3/8":          "10.0.0.0/8",
		"::1":                 "::1/128",
		"::ffff:10.0.0.1":     "10.0.0.1/32",
		"::ffff:10.0.0.0/104": "10.0.0.0/8",
		"::/0":                "::/0",
	} {
		if got, err := parseNetwork(text); err != nil || got.String() != want {
			t.Errorf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
}
