package recipients

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ErrNotList is the error of files that are not lists of people, although they may
// contain addresses. The wrapping error says what the file is and what to do.
var ErrNotList = errors.New("not a list of people")

func notA(kind, instead string) error {
	return fmt.Errorf("%w: it is %s; %s", ErrNotList, kind, instead)
}

const (
	saveAsCSV = "save the sheet as CSV and use that file"
	copyText  = "copy the addresses into a text file and use that"
	unpack    = "unpack it and use the file in it"
)

// signatures are the first bytes of files that are not text.
var signatures = []struct{ start, kind, instead string }{
	{"%PDF", "a PDF", copyText},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a file of Microsoft Office 97 to 2003 (.xls, .doc or .msg)", saveAsCSV},
	{"{\\rtf", "a document in RTF", copyText},
	{"\x1f\x8b", "a gzip archive", unpack},
	{"BZh", "a bzip2 archive", unpack},
	{"\xfd7zXZ\x00", "an xz archive", unpack},
	{"(\xb5/\xfd", "a Zstandard archive", unpack},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", unpack},
	{"Rar!\x1a\x07", "a RAR archive", unpack},
	{"\x89PNG\r\n\x1a\n", "a picture", copyText},
	{"\xff\xd8\xff", "a picture", copyText},
	{"GIF8", "a picture", copyText},
	{"SQLite format 3\x00", "an SQLite database", "export the table as CSV and use that file"},
	{"!BDN", "an Outlook data file (.pst)", "export the contacts as CSV and use that file"},
}

// binary returns an error that wraps [ErrNotList] for the files that people have beside
// lists and that are not text.
func binary(data []byte) error {
	for _, s := range signatures {
		if bytes.HasPrefix(data, []byte(s.start)) {
			return notA(s.kind, s.instead)
		}
	}
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return nil
	}
	for _, part := range []struct{ name, kind, instead string }{
		{"xl/", "an Excel workbook (.xlsx)", saveAsCSV},
		{"word/", "a Word document (.docx)", copyText},
		{"ppt/", "a PowerPoint presentation (.pptx)", copyText},
		{"opendocument.spreadsheet", "a LibreOffice spreadsheet (.ods)", saveAsCSV},
		{"opendocument.text", "a LibreOffice document (.odt)", copyText},
		{"Index/Tables/", "a Numbers spreadsheet (.numbers)", "export the sheet as CSV and use that file"},
	} {
		if bytes.Contains(data, []byte(part.name)) {
			return notA(part.kind, part.instead)
		}
	}
	return notA("a ZIP archive", unpack)
}

// notList returns an error that wraps [ErrNotList] for texts in a format that is not a
// list: their addresses are not of people to invite.
func notList(text string) error {
	text = strings.TrimLeft(text, " \t\n\ufeff")
	start := strings.ToLower(text[:min(len(text), 1000)])
	switch {
	case strings.HasPrefix(start, "{\\rtf"):
		return binary([]byte(text))
	case strings.HasPrefix(start, "{") || strings.HasPrefix(start, "[") && strings.HasPrefix(strings.TrimLeft(start[1:], " \t\n"), "{"):
		return notListJSON(text)
	case strings.HasPrefix(start, "<!doctype html"), strings.HasPrefix(start, "<html"):
		if strings.Contains(text, "mx_EventTile") || strings.Contains(text, "mx_RoomView") || strings.Contains(text, "mx_MatrixChat") {
			return notA("a chat export of Element", chatInstead)
		}
		return notA("a web page (HTML)", "copy the addresses from it, or export them as CSV")
	case strings.HasPrefix(start, "<?xml"):
		return notA("an XML file", "export the addresses as CSV")
	}
	return nil
}

const chatInstead = "to invite its people, list their Matrix IDs in a text file; to see its invites, use: mxinvite inspect FILE"

// notListJSON returns nil if the text is not JSON.
func notListJSON(text string) error {
	var export struct {
		Messages []json.RawMessage `json:"messages"`
		By       string            `json:"exported_by"`
		Room     string            `json:"room_name"`
	}
	err := json.Unmarshal([]byte(text), &export)
	switch _, kind := errors.AsType[*json.UnmarshalTypeError](err); {
	case err == nil && export.Messages != nil && export.By+export.Room != "":
		return notA("a chat export of Element", chatInstead)
	case err == nil, kind, json.Valid([]byte(text)), cutJSON(text):
		return notA("JSON", "export the addresses as CSV, or put them into a text file, one on a line")
	}
	return nil
}

// cutJSON reports whether a text begins like an object of JSON, although it is not
// valid as a whole: it may be cut, or have an object on each line.
func cutJSON(text string) bool {
	d := json.NewDecoder(strings.NewReader(text))
	for range 3 {
		t, err := d.Token()
		if err != nil {
			return false
		}
		if _, name := t.(string); name {
			return true
		}
	}
	return false
}
