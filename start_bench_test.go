//go:build unix

package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/mxinvite/mxinvite/internal/sandbox"
)

// programVar names another mxinvite to measure, to compare two versions.
const programVar = "MXINVITE_BENCH_PROGRAM"

const benchPassword = "correct horse battery staple"

// BenchmarkStart measures what a user waits for: the time from the start of a process
// in a terminal to the first row on the screen, and the memory of the process. The
// homeserver does not answer. The budget for 1,000 rooms and 10,000 invites is 50 ms
// and 60 MB.
func BenchmarkStart(b *testing.B) {
	program := os.Getenv(programVar)
	if program == "" {
		program = filepath.Join(b.TempDir(), "mxinvite")
		build := exec.CommandContext(b.Context(), "go", "build", "-o", program, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	for _, rooms := range []int{1, 1000, 10000} {
		b.Run(fmt.Sprintf("rooms=%d", rooms), func(b *testing.B) {
			home := b.TempDir()
			signIn(b, program, home, rooms, invitesPerRoom)
			measureStarts(b, program, home, strconv.Itoa(rooms*invitesPerRoom), "per...@pla...")
		})
	}
}

const invitesPerRoom = 10

// measureStarts starts the program until the benchmark has enough runs.
func measureStarts(b *testing.B, program, home string, texts ...string) {
	b.Helper()
	var runs []freshStart
	for b.Loop() {
		runs = append(runs, start(b, program, home, texts))
	}
	slices.SortFunc(runs, func(a, b freshStart) int { return cmp.Compare(a.took, b.took) })
	middle := runs[len(runs)/2]
	b.ReportMetric(float64(runs[0].took.Microseconds())/1000, "ms-least")
	b.ReportMetric(float64(middle.took.Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(middle.cpu.Microseconds())/1000, "ms-cpu")
	b.ReportMetric(float64(middle.peak)/1e6, "MB-peak")
}

// signIn makes an account with rooms and invites, signs in, and reads all of it.
func signIn(b *testing.B, program, home string, rooms, invites int) {
	b.Helper()
	w := sandbox.New(sandbox.Options{Now: time.Now})
	ada := w.AddUser("ada", benchPassword, "Ada")
	for r := range rooms {
		room := w.CreateRoom(ada, sandbox.RoomOptions{Name: fmt.Sprintf("Room %d", r)})
		for i := range invites {
			if _, err := w.InviteByEmail(room, ada, fmt.Sprintf("person%d@place%d.example", i, r)); err != nil {
				b.Fatal(err)
			}
		}
	}
	server := httptest.NewServer(w)
	defer server.Close()
	for _, args := range [][]string{
		{"login", server.URL, "--user", "ada", "--password-file", "-", "--vault", "plain"},
		{"rooms", "--quiet"},
	} {
		cmd := exec.CommandContext(b.Context(), program, append(args, "--home", home)...)
		cmd.Env = environment(home)
		cmd.Stdin = strings.NewReader(benchPassword + "\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("mxinvite %s: %v\n%s", args[0], err, out[:min(len(out), 2000)])
		}
	}
}

func environment(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TERM=xterm-256color", "LANG=C.UTF-8"}
}

// A freshStart is the cost of one start of the program.
type freshStart struct {
	took, cpu time.Duration
	peak      int64 // bytes
}

// start starts the program in a terminal, waits for texts on the screen, and ends
// the program.
func start(b *testing.B, program, home string, texts []string) freshStart {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "--home", home)
	cmd.Env = environment(home)
	begun := time.Now()
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		b.Skip("no pseudo-terminal:", err)
	}
	defer terminal.Close()
	var said []byte
	for buf := make([]byte, 64<<10); !containsAll(said, texts); {
		n, err := terminal.Read(buf)
		if err != nil {
			b.Fatalf("%v\n%q", err, said)
		}
		said = append(said, buf[:n]...)
	}
	run := freshStart{took: time.Since(begun), peak: peakMemory(cmd.Process.Pid)}
	if err := cmd.Process.Kill(); err != nil {
		b.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	run.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return run
}

// peakMemory returns the largest resident set of a process so far; 0 if the system does
// not say. It does not use ru_maxrss, which begins with that of the parent process.
func peakMemory(pid int) (bytes int64) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if _, peak, ok := strings.Cut(string(status), "VmHWM:"); ok {
		_, _ = fmt.Sscan(peak, &bytes)
	}
	return bytes * 1024
}

func containsAll(said []byte, texts []string) bool {
	return !slices.ContainsFunc(texts, func(text string) bool { return !bytes.Contains(said, []byte(text)) })
}
