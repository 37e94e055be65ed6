// Package digest encodes and decodes values in a compact form that is fast to read. The
// form has neither names nor types: the reader reads what the writer has written, in the
// same order.
package digest

import (
	"encoding/binary"
	"time"
)

// A Writer appends values to Bytes.
type Writer struct{ Bytes []byte }

// Count writes a number of elements that follow.
func (w *Writer) Count(n int) { w.Bytes = binary.AppendUvarint(w.Bytes, uint64(n)) }

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
	if r.rest != "" && r.rest[0] < 0x80 && int(r.rest[0]) < len(r.rest) { // most numbers
		n := int(r.rest[0])
		r.rest = r.rest[1:]
		return n
	}
	n, size := binary.Uvarint(r.head())
	if size <= 0 || n > uint64(len(r.rest)-size) {
		r.Fail()
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
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

// Time reads a time, in UTC.
func (r *Reader) Time() time.Time {
	if !r.Flag() {
		return time.Time{}
	}
	return time.UnixMilli(r.Integer()).UTC()
}
