package terminput

import (
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sequences are sequences that terminals send.
var sequences = []string{
	"\x1b[A", "\x1b[1;5D", "\x1b[Z", "\x1b[3~", "\x1b[15;2~", "\x1bOP", "\x1bOa", "\x1bO5A", "\x1b[[A", "\x1b[[E", "\x1b[7$", "\x1b[7^",
	"\x1b\x1b[A", "\x1b\x1bOB", "\x1b[27u", "\x1b[97;5u", "\x1b[97:65;2u", "\x1b[27;5;13~", "\x1b[I", "\x1b[O",
	"\x1b[<0;5;5M", "\x1b[<65;10;3m", "\x1b[M !!", "\x1b[32;10;10M", "\x1b[?1;2c", "\x1b[>41;354;0c", "\x1b[?2026;2$y", "\x1b[4;1$y",
	"\x1b[12;40R", "\x1b[?12;40R", "\x1b[?1u", "\x1b[8;24;80t", "\x1b[?997;1n", "\x1b[?1;2z", "\x1b[1;2;3w",
	"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", "\x1b]10;rgb:ffff/ffff/ffff\x07", "\x1b]4;1;rgb:0/0/0\x1b\\", "\x1b]52;c;eHh4\x07", "\x1b]lxterm\x1b\\",
	"\x1bP>|XTerm(399)\x1b\\", "\x1bP1+r5463\x1b\\", "\x1bP!|00000000\x1b\\", "\x1bP1$r0m\x1b\\", "\x1b_Gi=1;OK\x1b\\", "\x1b^xyAE\x1b\\", "\x1bXxyAE\x1b\\",
	"\x1b[200~x\x1b[201~", "\x1b[200~xAE\r\x1b[Ay\x1b[201~", "j", "é", "\x03", "\x7f",
}

// FuzzSplits splits sequences of a terminal into pieces with pauses, and compares
// the events with those of the whole sequences, of which each read returns one.
func FuzzSplits(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 0))
		waits := Local()
		if random.IntN(2) == 0 {
			waits = Remote()
		}
		var whole, split []piece
		for range 1 + random.IntN(8) {
			s := sequences[random.IntN(len(sequences))]
			whole = append(whole, piece{3 * time.Second, s})
			pause := 3 * time.Second
			for s != "" {
				n := 1 + random.IntN(len(s))
				split = append(split, piece{pause, s[:n]})
				pause = time.Duration(random.Int64N(int64(waits.Esc)))
				s = s[n:]
			}
		}
		var want, got []string
		synctest.Test(t, func(*testing.T) { want = events(waits, whole...) })
		synctest.Test(t, func(*testing.T) { got = events(waits, split...) })
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%+v: %s", split, d)
		}
	})
}

// FuzzNoLetters sends the rest of a sequence too late for the sequence. It is not
// read as letters.
func FuzzNoLetters(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 1))
		s := sequences[random.IntN(len(sequences)-4)]
		n := 1 + random.IntN(len(s))
		pause := time.Duration(random.Int64N(int64(Local().Late)))
		if strings.ContainsAny(s[:2], "X^") || strings.HasPrefix(s, "\x1b[97") {
			return // the first are no replies, so that the rest could be text; the second is a letter
		}
		var got []string
		synctest.Test(t, func(*testing.T) { got = events(Local(), piece{0, s[:n]}, piece{pause, s[n:]}) })
		for _, e := range got {
			if len(e) == 1 || strings.HasPrefix(e, "at once") {
				t.Errorf("%q and after %v %q: %q", s[:n], pause, s[n:], got)
			}
		}
	})
}

// FuzzBytes sends any bytes in pieces. Nothing panics, and what comes afterwards is
// read.
func FuzzBytes(f *testing.F) {
	f.Add([]byte("\x1b[M\x80"), uint8(3))
	f.Add([]byte("\x9d\x1b\x1b\x1b[\x9b"), uint8(1))
	f.Add([]byte("\x1b[200~\xff\x1b[20"), uint8(2))
	f.Add([]byte("\x1b[200$\x1b[200;1~\x9b200~"), uint8(200))
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		var pieces []piece
		b = b[:min(len(b), 1<<10)]
		for rest := b; len(rest) > 0; {
			n := min(len(rest), 1+int(size))
			pieces = append(pieces, piece{time.Millisecond, string(rest[:n])})
			rest = rest[n:]
		}
		pieces = append(pieces, piece{time.Minute, "\x03"})
		synctest.Test(t, func(t *testing.T) {
			if got := events(Local(), pieces...); len(got) == 0 || got[len(got)-1] != "ctrl+c" {
				t.Errorf("%q: %q", b, got)
			}
		})
	})
}
