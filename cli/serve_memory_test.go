package cli

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/internal/sshtest"
)

// attack writes the response of a hostile homeserver to a sync.
type attack func(w io.Writer)

// repeat writes a text until the client stops reading.
func repeat(before, text string, times int, after string) attack {
	return func(w io.Writer) {
		_, _ = io.WriteString(w, before)
		block := []byte(strings.Repeat(text, 1+(64<<10)/len(text)))
		for range times * len(text) / len(block) {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
		_, _ = io.WriteString(w, after)
	}
}

// numbered writes entries with their number.
func numbered(before, entry string, times int, after string) attack {
	return func(w io.Writer) {
		_, _ = io.WriteString(w, before)
		for i := range times {
			if _, err := fmt.Fprintf(w, entry, i); err != nil {
				return
			}
		}
		_, _ = io.WriteString(w, after)
	}
}

// slowly writes an endless response.
func slowly(w io.Writer) {
	for {
		if _, err := w.Write(bytes.Repeat([]byte(" "), 256<<10)); err != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

const hostileEvent = `{"type":"m.room.third_party_invite","event_id":"$%[1]d","state_key":"t%[1]d","sender":"@m:h","content":{"display_name":"a","public_key":"AAAA"}},`

// windows begins the names of attacks of homeservers that offer sliding sync.
const windows = "windows, "

// attacks are responses of one to two gigabytes, or that need as much memory when
// they are parsed.
var attacks = map[string]attack{
	"spaces":     repeat(`{"next_batch":"s"`, " ", 1500<<20, `}`),
	"one string": repeat(`{"next_batch":"`, "a", 1<<30, `"}`),
	"deep":       repeat(`{"next_batch":"s","rooms":`, `[`, 1<<30, ``),
	"many rooms": numbered(`{"next_batch":"s","rooms":{"join":{"!r:h":{}`, `,"!%d:h":{}`, 1_000_000, `}}}`),
	// These are short enough to be read completely.
	"short, many rooms":   numbered(`{"next_batch":"s","rooms":{"join":{"!r:h":{}`, `,"!%d:h":{}`, 150_000, `}}}`),
	"short, many invites": numbered(`{"next_batch":"s","rooms":{"join":{"!r:h":{"state":{"events":[`, hostileEvent, 20_000, `{}]}}}}}`),
	"empty members":       repeat(`{"next_batch":"s","rooms":{"join":{"!r:h":{"state":{"events":[{}`, `,{}`, 1<<28, `]}}}}}`),
	"many invites":        numbered(`{"next_batch":"s","rooms":{"join":{"!r:h":{"state":{"events":[`, hostileEvent, 3_000_000, `{}]}}}}}`),
	"without an end":      slowly,
	// These answer a sliding sync.
	windows + "spaces":              repeat(`{"pos":"1"`, " ", 1500<<20, `}`),
	windows + "many rooms":          numbered(`{"pos":"1","rooms":{"!r:h":{}`, `,"!%d:h":{}`, 1_000_000, `}}`),
	windows + "short, many rooms":   numbered(`{"pos":"1","rooms":{"!r:h":{}`, `,"!%d:h":{}`, 150_000, `}}`),
	windows + "short, many invites": numbered(`{"pos":"1","rooms":{"!r:h":{"required_state":[`, hostileEvent, 20_000, `{}]}}}`),
	windows + "many invites":        numbered(`{"pos":"1","rooms":{"!r:h":{"required_state":[`, hostileEvent, 3_000_000, `{}]}}}`),
	"long names":                    repeat(`{"next_batch":"s","rooms":{"join":{"!r:h":{"state":{"events":[{"type":"m.room.name","state_key":"","content":{"name":"`, `\u202e`, 1<<28, `"}}]}}}}}`),
}

// hostileServer is a homeserver whose response to a sync is an attack, compressed.
func hostileServer(t *testing.T, name string) *httptest.Server {
	t.Helper()
	sliding := strings.HasPrefix(name, windows)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/versions"):
			fmt.Fprintf(w, `{"versions":["v1.11"],"unstable_features":{"org.matrix.simplified_msc3575":%t}}`, sliding)
		case strings.HasSuffix(r.URL.Path, "/joined_rooms"):
			_, _ = io.WriteString(w, `{"joined_rooms":["!r:h"]}`)
		case sliding && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/sync"):
			_, _ = io.WriteString(w, `{"next_batch":"s"}`)
		case strings.HasSuffix(r.URL.Path, "/login") && r.Method == http.MethodGet:
			_, _ = io.WriteString(w, `{"flows":[{"type":"m.login.password"}]}`)
		case strings.HasSuffix(r.URL.Path, "/login"):
			_, _ = io.WriteString(w, `{"user_id":"@m:h","access_token":"t","device_id":"D"}`)
		case strings.HasSuffix(r.URL.Path, "/whoami"):
			_, _ = io.WriteString(w, `{"user_id":"@m:h","device_id":"D"}`)
		case strings.HasSuffix(r.URL.Path, "/sync"):
			w.Header().Set("Content-Encoding", "gzip")
			z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			attacks[name](z)
			_ = z.Close()
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"errcode":"M_UNRECOGNIZED"}`)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// peakMemory samples the memory in use until stop is called, which returns the
// largest number of bytes.
func peakMemory() (stop func() uint64) {
	var peak atomic.Uint64
	ended := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
			metrics.Read(sample)
			peak.Store(max(peak.Load(), sample[0].Value.Uint64()))
			select {
			case <-ended:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	})
	return func() uint64 {
		close(ended)
		wg.Wait()
		return peak.Load()
	}
}

// Without the limit of serve, the sessions need more than eight gigabytes.
func TestHostileHomeserversStayWithinTheMemoryOfVisitors(t *testing.T) {
	const limit = 128 << 20
	l := startServe(t, "--allow-private", "--memory", "128MiB")
	visitors := map[string]ssh.Signer{}
	keys := []ssh.Signer{l.ada}
	for name := range attacks {
		visitors[name] = sshtest.NewKey(t)
		keys = append(keys, visitors[name])
	}
	l.authorize(keys...)
	l.hangup <- syscall.SIGHUP
	l.said.Until(t, "were reloaded")
	l.signIn()
	for name := range attacks {
		if code, _, said := l.run(visitors[name], "x", "login --vault plain "+hostileServer(t, name).URL+" --user m"); code != exit.OK {
			t.Fatal(name, code, said)
		}
	}

	runtime.GC()
	stop := peakMemory()
	var wg sync.WaitGroup
	for name := range attacks {
		wg.Go(func() {
			begun := time.Now()
			code, _, said := l.run(visitors[name], "", "rooms")
			if code == exit.OK || !strings.Contains(said, "your homeserver or identity server sent more data than the 16 MiB of memory that a session may use") {
				t.Errorf("%s: %d %s", name, code, said)
			}
			t.Logf("%s ended after %s", name, time.Since(begun).Round(time.Millisecond))
		})
	}
	wg.Go(func() {
		for range 5 {
			if code, _, said := l.run(l.ada, "", "rooms"); code != exit.OK {
				t.Errorf("ada's rooms end with %d: %s", code, said)
			}
		}
	})
	wg.Wait()
	peak := stop()
	t.Logf("at most %d MiB of %d MiB", peak>>20, limit>>20)
	// Half of the peak may be garbage that is not collected yet.
	if peak > 3*limit {
		t.Errorf("%d MiB were in use", peak>>20)
	}
	if figures := l.figures(t); !strings.Contains(figures, "\nmxinvite_memory_used_bytes 0\n") || !strings.Contains(figures, fmt.Sprintf("\nmxinvite_sessions_evicted_total %d\n", len(attacks))) {
		t.Errorf("memory is not given back: %s", figures)
	}
}
