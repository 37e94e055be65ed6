package recipients

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	unicodeenc "golang.org/x/text/encoding/unicode"
)

// decode returns the text in data. Spreadsheets write UTF-16 or, in older versions,
// the code page of the country; the most common one is Windows-1252.
func decode(data []byte) (string, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		decoded, err := unicodeenc.UTF16(unicodeenc.LittleEndian, unicodeenc.ExpectBOM).NewDecoder().Bytes(data)
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

// normalize replaces the variants of line breaks, spaces and quotes by one form,
// and removes invisible characters. Links to users become Matrix IDs. The number of
// lines does not change. Text that is not UTF-8 is read as Windows-1252.
func normalize(text string) string {
	if !utf8.ValidString(text) {
		if decoded, err := charmap.Windows1252.NewDecoder().String(text); err == nil {
			text = decoded
		}
	}
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
		case '＠':
			return '@'
		case '\u00ad', '\u200c', '\u200d':
			return -1 // soft hyphen and joiners
		}
		switch {
		case r < utf8.RuneSelf && r >= ' ' && r != 0x7f:
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r): // zero width, byte order and direction marks
			return -1
		}
		return r
	}, text))
}

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
