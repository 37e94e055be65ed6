package terminput

import (
	"bytes"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// theEscapeKey is the escape key as the Kitty keyboard protocol encodes it. The
// decoder does not wait for more bytes after it.
const theEscapeKey = "\x1b[27u"

// A splitter splits input into whole sequences.
type splitter struct {
	waits   Waits
	decoder uv.EventDecoder

	held  []byte    // an incomplete token
	begun time.Time // when its first byte came,
	last  time.Time // and the last byte of the input
	cut   bool      // it was too long, and held is only its end
	late  bool      // its ESC was the escape key already

	escaped time.Time // when a single ESC was the escape key
	pasting bool      // in a bracketed paste
	burst   burst
	out     []byte // for the decoder

	background time.Time // when the terminal replied to the query for its background color
}

// feed takes input that came at a time.
func (s *splitter) feed(p []byte, now time.Time) {
	s.expire(now)
	if len(s.held) == 0 {
		s.begun = now
	}
	s.begin(p, now)
	s.last = now
	s.held = append(s.held, p...)
	for len(s.held) > 0 {
		if s.pasting {
			if !s.paste() {
				return
			}
			continue
		}
		if n := lengthOfText(s.held); n > 0 {
			s.text(s.held[:n], now)
			s.drop(n)
			s.begun = now
			continue
		}
		k, n := next(s.held)
		if k == incomplete {
			s.shorten()
			return
		}
		s.token(k, s.held[:n], now)
		s.drop(n)
		s.begun = now
	}
}

// drop removes the first bytes of held.
func (s *splitter) drop(n int) {
	s.held = append(s.held[:0], s.held[n:]...)
	s.cut, s.late = false, false
}

// begin decides what an ESC was, after which p comes.
func (s *splitter) begin(p []byte, now time.Time) {
	switch {
	case string(s.held) == "\x1b" && now.Sub(s.last) > s.waits.Meta && !bytes.ContainsRune([]byte("\x1b[O]P_^X"), rune(p[0])):
		s.flush()
		s.out = append(s.out, theEscapeKey...)
		s.held = s.held[:0]
	case len(s.held) == 0 && !s.escaped.IsZero() && now.Sub(s.escaped) <= s.waits.Late && isRest(p):
		s.held, s.late = append(s.held, ansi.ESC), true
	}
	s.escaped = time.Time{}
}

// isRest reports whether p looks like a sequence without its ESC.
func isRest(p []byte) bool {
	switch p[0] {
	case '[':
		return true
	case 'O':
		_, n := endOfShift(p, 1)
		return len(p) > 1 && n == len(p)
	case ']', 'P':
		k, _ := afterEscape(append([]byte{ansi.ESC}, p...))
		return len(p) > 1 && k != meta
	case '_':
		return len(p) > 1 && p[1] == 'G'
	}
	return false
}

// token passes a token on, or drops it.
func (s *splitter) token(k kind, b []byte, now time.Time) {
	s.flush()
	if s.cut || s.late {
		return
	}
	switch k {
	case control:
		s.out = append(s.out, b...)
	case meta:
		s.out = append(s.out, withAlt(b)...)
	case escapeKey:
		s.out = append(s.out, theEscapeKey...)
	case sequence, controlString:
		if bytes.Contains(b, []byte("]11;")) {
			s.background = now
		}
		s.pasting = string(b) == ansi.BracketedPasteStart
		s.out = append(s.out, translate(&s.decoder, b)...)
	case incomplete, text, broken: // the last is dropped; the others do not come here
	}
}

// shorten limits an incomplete token. What is left of it is still its beginning or,
// after that, its end, so that the end is found.
func (s *splitter) shorten() {
	most := maxSequence
	if isString(s.held) {
		most = maxString
	}
	if len(s.held) > most {
		intro := 2
		if s.held[0] != ansi.ESC {
			intro = 1
		}
		kept := intro + 1 // with the first byte after the introducer, which tells a reply from a key
		if last := s.held[len(s.held)-1]; last == ansi.ESC {
			s.held = append(s.held[:kept], last)
		} else {
			s.held = s.held[:kept]
		}
		s.cut = true
	}
}

func isString(b []byte) bool {
	switch b[0] {
	case ansi.OSC, ansi.DCS, ansi.APC, ansi.PM, ansi.SOS:
		return true
	case ansi.ESC:
		return len(b) > 2 && bytes.IndexByte([]byte("]P_^X"), b[1]) >= 0
	}
	return false
}

// deadline returns when expire has to be called if no input comes.
func (s *splitter) deadline() (at time.Time, ok bool) {
	if s.burst.open() {
		return s.burst.last.Add(s.waits.Quiet), true
	}
	return s.last.Add(s.waits.Esc), s.isKey()
}

// isKey reports whether held is a key unless more bytes come.
func (s *splitter) isKey() bool {
	switch string(s.held) {
	case "\x1b", "\x1b\x1b":
		return !s.pasting
	case "\x1b[":
		return s.late
	}
	return isShiftedKey(s.held)
}

// expire ends what has waited for more bytes long enough.
func (s *splitter) expire(now time.Time) {
	if s.burst.open() && now.Sub(s.burst.last) >= s.waits.Quiet {
		s.flush()
	}
	idle := now.Sub(s.last)
	switch {
	case s.pasting:
		if idle >= s.waits.String {
			s.endPaste()
		}
	case len(s.held) == 0:
	case s.isKey():
		if idle >= s.waits.Esc {
			s.key(now)
		}
	case isString(s.held):
		if idle >= s.waits.String || now.Sub(s.begun) >= 2*s.waits.String {
			s.drop(len(s.held))
		}
	case idle >= s.waits.Rest:
		s.drop(len(s.held))
	}
}

// key passes on what is held, which is a key.
func (s *splitter) key(now time.Time) {
	s.flush()
	switch string(s.held) {
	case "\x1b":
		s.out = append(s.out, theEscapeKey...)
		s.escaped = now
	case "\x1b\x1b":
		if s.last.Sub(s.begun) <= s.waits.Meta {
			s.out = append(s.out, "\x1b[27;3u"...)
		} else {
			s.out = append(s.out, theEscapeKey+theEscapeKey...)
		}
		s.escaped = now
	case "\x1b[": // of which the ESC was a key before
		s.out = append(s.out, '[')
	default:
		s.out = append(s.out, translate(&s.decoder, s.held)...)
	}
	s.drop(len(s.held))
}

// take copies what is ready for the decoder to p.
func (s *splitter) take(p []byte) int {
	n := copy(p, s.out)
	s.out = append(s.out[:0], s.out[n:]...)
	return n
}
