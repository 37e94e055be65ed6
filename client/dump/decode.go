package dump

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"golang.org/x/text/encoding/unicode"
)

// decode reads at most maxSize bytes of a file and returns its text in UTF-8. With an
// error it returns the text before the error.
func decode(from io.Reader, maxSize int) (text []byte, err error) {
	r := bufio.NewReader(from)
	compressed := false
	if magic, _ := r.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(r)
		if err != nil {
			return nil, gzipError(err)
		}
		r, compressed = bufio.NewReader(unzipped), true
	}
	// The largest number of bytes before the signature ends is in a tar archive.
	head, _ := r.Peek(262)
	if format := formatOf(head); format != "" {
		return nil, fmt.Errorf("it is %s, not JSON", format)
	}
	text, err = io.ReadAll(io.LimitReader(r, int64(maxSize)+1))
	switch {
	case len(text) > maxSize:
		text, err = text[:maxSize], fmt.Errorf("it is larger than %d MiB uncompressed", maxSize>>20)
	case compressed:
		err = gzipError(err)
	}
	return toUTF8(text), err
}

func gzipError(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errCut
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return errors.New("the compressed data is damaged")
	default:
		return err
	}
}

// formatOf names the format of a file that is not JSON but may contain it. The
// signatures are those in the documentation of each format.
func formatOf(head []byte) string {
	for _, f := range []struct {
		at        int
		signature string
		name      string
	}{
		{0, "PK\x03\x04", "a zip archive; extract its files first"},
		{257, "ustar", "a tar archive; extract its files first"},
		{0, "\x28\xb5\x2f\xfd", "compressed by zstd; decompress it first"},
		{0, "\xfd7zXZ\x00", "compressed by xz; decompress it first"},
		{0, "BZh", "compressed by bzip2; decompress it first"},
		{0, "7z\xbc\xaf\x27\x1c", "a 7z archive; extract its files first"},
		{0, "SQLite format 3\x00", "an SQLite database"},
	} {
		if len(head) >= f.at && bytes.HasPrefix(head[f.at:], []byte(f.signature)) {
			return f.name
		}
	}
	return ""
}

// toUTF8 decodes UTF-16 in both byte orders. Without a byte order mark, UTF-16 is
// recognized by its first character, which is ASCII in JSON.
func toUTF8(text []byte) []byte {
	order := unicode.LittleEndian
	switch {
	case len(text) < 2:
		return text
	case bytes.HasPrefix(text, []byte{0xfe, 0xff}), text[0] == 0 && text[1] != 0:
		order = unicode.BigEndian
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}), text[0] != 0 && text[1] == 0:
	default:
		return text
	}
	decoded, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(text)
	if err != nil {
		return text
	}
	return decoded
}

// pathless removes the path from an error: callers add it.
func pathless(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}
