// Package digest encodes and decodes values in a compact form that is fast to read. The
// form has neither names nor types: the reader reads what the writer has written, in the
// same order.
package digest

import (
	"encoding/binary"
	"math"
	"time"
)

// A Writer appends values to Bytes.
type Writer struct {
	Bytes  []byte
	shared map[string]uint64 // the numbers of the texts of Shared
}

// Count writes a number of elements that follow.
func (w *Writer) Count(n int) { w.Bytes = binary.AppendUvarint(w.Bytes, uint64(n)) }

// Index writes a number that is not negative, and not one of elements that follow.
func (w *Writer) Index(n int) { w.Count(n) }

// Integer writes an integer.
func (w *Writer) Integer(n int64) { w.Bytes = binary.AppendVarint(w.Bytes, n) }

// Flag writes a condition.
func (w *Writer) Flag(f bool) {
	var b byte
	if f {
		b = 1
	}
	w.Bytes = append(w.Bytes, b)
}

// Text writes a text.
func (w *Writer) Text(s string) {
	w.Count(len(s))
	w.Bytes = append(w.Bytes, s...)
}

// Shared writes a text that is likely to be repeated: it is in the digest once.
func (w *Writer) Shared(s string) {
	n, known := w.shared[s]
	w.Bytes = binary.AppendUvarint(w.Bytes, n)
	if known {
		return
	}
	w.Text(s)
	if w.shared == nil {
		w.shared = map[string]uint64{}
	}
	w.shared[s] = uint64(len(w.shared)) + 1
}

// Time writes a time with a precision of milliseconds, which is that of events.
func (w *Writer) Time(t time.Time) {
	w.Flag(!t.IsZero())
	if !t.IsZero() {
		w.Integer(t.UnixMilli())
	}
}

// A Reader reads the values of a digest. Texts share the memory of the digest. After an
// error it returns zero values, and Done returns false.
type Reader struct {
	rest   string
	shared []string
	failed bool
}

// NewReader returns a reader of a digest.
func NewReader(digest string) *Reader { return &Reader{rest: digest} }

// Done reports whether everything was read, without an error.
func (r *Reader) Done() bool { return !r.failed && r.rest == "" }

// Fail makes the reader return zero values from now on.
func (r *Reader) Fail() { r.rest, r.failed = "", true }

// Count reads a number of elements. It is not more than the remaining bytes, so that a
// damaged number does not allocate much memory: an element has at least one byte.
func (r *Reader) Count() int {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.Fail()
		return 0
	}
	return int(n)
}

// Index reads a number that is not negative.
func (r *Reader) Index() int {
	n := r.number()
	if n > math.MaxInt {
		r.Fail()
		return 0
	}
	return int(n)
}

// number reads a number that is not negative.
func (r *Reader) number() uint64 {
	if r.rest != "" && r.rest[0] < 0x80 { // most numbers
		n := r.rest[0]
		r.rest = r.rest[1:]
		return uint64(n)
	}
	n, size := binary.Uvarint(r.head())
	if size <= 0 {
		r.Fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// head returns the bytes that a number can have.
func (r *Reader) head() []byte { return []byte(r.rest[:min(len(r.rest), binary.MaxVarintLen64)]) }

// Integer reads an integer.
func (r *Reader) Integer() int64 {
	n, size := binary.Varint(r.head())
	if size <= 0 {
		r.Fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// Flag reads a condition.
func (r *Reader) Flag() bool {
	if r.rest == "" || r.rest[0] > 1 {
		r.Fail()
		return false
	}
	f := r.rest[0] == 1
	r.rest = r.rest[1:]
	return f
}

// Text reads a text.
func (r *Reader) Text() string {
	n := r.Count()
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

// Shared reads a text that [Writer.Shared] has written.
func (r *Reader) Shared() string {
	switch n := r.number(); {
	case n == 0:
		s := r.Text()
		r.shared = append(r.shared, s)
		return s
	case n <= uint64(len(r.shared)):
		return r.shared[n-1]
	default:
		r.Fail()
		return ""
	}
}

// Time reads a time, in UTC.
func (r *Reader) Time() time.Time {
	if !r.Flag() {
		return time.Time{}
	}
	return time.UnixMilli(r.Integer()).UTC()
}
