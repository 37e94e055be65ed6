package recipients

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	unicodeenc "golang.org/x/text/encoding/unicode"
)

// decode returns the text in data. Spreadsheets write UTF-8, UTF-16 or, in older
// versions, the code page of the country; the most common one is Windows-1252, which
// [normalize] decodes.
func decode(data []byte) (string, error) {
	if err := binary(data); err != nil {
		return "", err
	}
	if endian, ok := utf16(data); ok {
		decoded, err := unicodeenc.UTF16(endian, unicodeenc.UseBOM).NewDecoder().Bytes(data)
		if err != nil {
			return "", ErrNotText
		}
		data = decoded
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return "", ErrNotText
	}
	return string(data), nil
}

// utf16 reports whether data is UTF-16: it begins with a byte order mark, or at least
// a third of its characters are ASCII and no byte on the other side is zero.
func utf16(data []byte) (unicodeenc.Endianness, bool) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return unicodeenc.LittleEndian, true
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return unicodeenc.BigEndian, true
	case len(data) < 4 || len(data)%2 != 0:
		return unicodeenc.LittleEndian, false
	}
	var zeros [2]int
	for n, b := range data {
		if b == 0 {
			zeros[n%2]++
		}
	}
	switch {
	case zeros[0] == 0 && 6*zeros[1] >= len(data):
		return unicodeenc.LittleEndian, true
	case zeros[1] == 0 && 6*zeros[0] >= len(data):
		return unicodeenc.BigEndian, true
	}
	return unicodeenc.LittleEndian, false
}

// normalize replaces the variants of line breaks, spaces, quotes and separators by one
// form. Links to users become Matrix IDs. The number of lines does not change. Text
// that is not UTF-8 is read as Windows-1252. Characters that are invisible or look like
// others stay, so that addresses with them are refused.
func normalize(text string) string {
	if !utf8.ValidString(text) {
		if decoded, err := charmap.Windows1252.NewDecoder().String(text); err == nil {
			text = decoded
		}
	}
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return replaceUserLinks(strings.Map(func(r rune) rune {
		switch r {
		case '\n', '\t':
			return r
		case '\r', '\u0085', '\u2028', '\u2029':
			return '\n'
		case '“', '”', '„', '‟', '＂':
			return '"'
		case '，', '、':
			return ','
		case '；':
			return ';'
		case noBreak, '\u2007', '\u202f':
			return noBreak
		}
		switch {
		case r < utf8.RuneSelf && r >= ' ' && r != 0x7f:
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text))
}

const noBreak = '\u00a0'

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// hasLetter reports whether s contains a letter or a digit: separators and bullets
// do not.
func hasLetter(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// holdsAt reports whether s contains an @, or a character that looks like one.
func holdsAt(s string) bool {
	return strings.Contains(s, "@") || !ascii(s) && strings.ContainsAny(s, "＠﹫")
}
