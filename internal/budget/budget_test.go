package budget

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"
)

func TestSessionThatUsesTooMuchEndsAlone(t *testing.T) {
	b := New(100, 10)
	var ended []string
	share := func(name string) *Share {
		return b.Share(func(err error) { ended = append(ended, name+": "+err.Error()) })
	}
	ada, grace := share("ada"), share("grace")
	if ada.Take(10) != nil || grace.Take(5) != nil || ended != nil {
		t.Fatal(ended)
	}
	var tooMuch *ExceededError
	var maxBytes *http.MaxBytesError
	if err := ada.Take(1); !errors.As(err, &tooMuch) || tooMuch.All || !errors.As(err, &maxBytes) {
		t.Error(err)
	}
	ada.Give(10)
	if ada.Take(1) == nil || ada.Keep(1) == nil || grace.Take(5) != nil || len(ended) != 1 || !strings.HasPrefix(ended[0], "ada: ") {
		t.Error(ended)
	}
}

func TestSessionWithTheMostEndsWhenAllUseTooMuch(t *testing.T) {
	b := New(25, 20)
	var ended []string
	share := func(name string) *Share { return b.Share(func(error) { ended = append(ended, name) }) }
	ada, grace, mallory := share("ada"), share("grace"), share("mallory")
	if ada.Take(5) != nil || mallory.Take(15) != nil || grace.Take(10) != nil {
		t.Error("an error for a session that goes on")
	}
	if fmt.Sprint(ended) != "[mallory]" || mallory.Take(1) == nil {
		t.Error(ended)
	}
	// What mallory has not given back yet is no reason to end another one.
	if grace.Take(5) != nil || len(ended) != 1 {
		t.Error(ended)
	}
}

func TestKeptMemoryIsCountedOnce(t *testing.T) {
	b := New(100, 100)
	s := b.Share(func(err error) { t.Error(err) })
	for _, kept := range []int64{40, 60, 60, 20} {
		if err := s.Keep(kept); err != nil || b.Used() != kept {
			t.Errorf("%d are used, not %d: %v", b.Used(), kept, err)
		}
	}
	s.Close()
	s.Give(5)
	s.Close()
	if err := s.Take(5); err == nil || b.Used() != 0 {
		t.Errorf("%d are used after the end: %v", b.Used(), err)
	}
}

func TestShareWithoutAnEndRefusesOnlyWhatIsTooMuch(t *testing.T) {
	s := New(10, 10).Share(nil)
	if s.Take(8) != nil || s.Take(3) == nil || s.Take(2) != nil || s.Keep(1) == nil {
		t.Error("not that what is too much is refused")
	}
	s.Give(10)
	if err := s.Keep(10); err != nil {
		t.Error(err)
	}
}

func TestReadingWaitsUntilMemoryIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(10, 10)
		mallory, ada := b.Share(func(error) {}), b.Share(func(error) {})
		_, _ = mallory.Take(7), ada.Take(4) // mallory has to end
		time.AfterFunc(time.Second, mallory.Close)
		begun := time.Now()
		if err := ada.wait(t.Context()); err != nil || time.Since(begun) != time.Second {
			t.Error(err, time.Since(begun))
		}
		mallory = b.Share(func(error) {})
		_, _ = mallory.Take(6), ada.Take(1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := ada.wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func TestBodyIsCountedUntilItIsClosed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "["+strings.Repeat("1,", 1000)+"1]")
	}))
	defer server.Close()
	b := New(1<<20, 1<<20)
	s := b.Share(func(err error) { t.Error(err) })
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	res, err := s.Transport(http.DefaultTransport).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(res.Body); err != nil {
		t.Fatal(err)
	}
	if want := int64(2*2003 + 1000*valueSize); b.Used() != want {
		t.Errorf("%d are used, not %d", b.Used(), want)
	}
	_, _ = res.Body.Close(), res.Body.Close()
	if b.Used() != 0 {
		t.Errorf("%d are used after the body was closed", b.Used())
	}
}

func TestResponseCountsWhatDecodingUses(t *testing.T) {
	for name, decode := range map[string]func([]byte) any{
		"raw": func(data []byte) any { var v []json.RawMessage; _ = json.Unmarshal(data, &v); return v },
	} {
		for _, element := range []string{`1`, `{}`, `""`, `{"a":1}`} {
			data := []byte("[" + strings.Repeat(element+",", 1_000_000) + "1]")
			counted := int64(2*len(data) + valueSize*1_000_000)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			v := decode(data)
			runtime.GC()
			runtime.ReadMemStats(&after)
			if used := int64(after.HeapAlloc-before.HeapAlloc) + int64(len(data)); used > counted {
				t.Errorf("%s of %s: %d bytes are used, and %d counted", name, element, used, counted)
			}
			runtime.KeepAlive(v)
		}
	}
}

func TestGroupLimitIsTheLowest(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"version 2": {map[string]string{
			"proc/self/cgroup": "0::/system.slice/x.service\n",
			"sys/fs/cgroup/system.slice/x.service/memory.max": "1073741824\n",
			"sys/fs/cgroup/system.slice/memory.max":           "max\n",
		}, 1 << 30},
		"above": {map[string]string{
			"proc/self/cgroup":             "0::/a/b\n",
			"sys/fs/cgroup/a/b/memory.max": "max\n",
			"sys/fs/cgroup/a/memory.max":   "3000\n",
			"sys/fs/cgroup/a/memory.high":  "2000\n",
			"sys/fs/cgroup/memory.max":     "max\n",
		}, 2000},
		"namespace": {map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "5000\n"}, 5000},
		"version 1": {map[string]string{
			"proc/self/cgroup": "4:cpu:/c\n3:memory:/docker/x\n0::/\n",
			"sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes": "7000\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes":          "9223372036854771712\n",
		}, 7000},
		"none":      {map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, 0},
		"no groups": {nil, 0},
		"nonsense":  {map[string]string{"proc/self/cgroup": "0\n0::/../../etc\n", "sys/fs/cgroup/etc/memory.max": "-5\n"}, 0},
	} {
		root := fstest.MapFS{}
		for path, text := range tc.files {
			root[path] = &fstest.MapFile{Data: []byte(text)}
		}
		if got, ok := groupLimit(root); got != tc.want || ok != (tc.want > 0) {
			t.Errorf("%s: %d, %v", name, got, ok)
		}
	}
}
