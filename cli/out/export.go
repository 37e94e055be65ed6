package out

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/export"
)

// The formats that invites are exported in.
const (
	FormatTable    = "table"
	FormatCSV      = "csv"
	FormatJSON     = "json"
	FormatMarkdown = "markdown"
)

// FormatOf returns the format for the extension of a file name. It returns
// [FormatTable] for an empty name.
func FormatOf(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return FormatCSV
	case ".json":
		return FormatJSON
	case ".md", ".markdown":
		return FormatMarkdown
	}
	return FormatTable
}

// Encode returns the findings in the given format.
func Encode(findings []Finding, format string) ([]byte, error) {
	var b bytes.Buffer
	switch format {
	case FormatJSON:
		return encodeJSON(NewJSONInvites(findings), "  ")
	case FormatCSV:
		err := export.CSV(&b, exportTable(findings))
		return b.Bytes(), err
	case FormatMarkdown:
		err := export.Markdown(&b, exportTable(findings))
		return b.Bytes(), err
	}
	return nil, fmt.Errorf("unknown format %q", format)
}

// exportTable returns the findings as a table. Its columns have the names of
// the JSON members.
func exportTable(findings []Finding) export.Table {
	t := export.Table{Columns: []string{
		"room_name", "room_id", "display_name", "address", "status", "keys", "verdict", "sender", "sent_at",
		"accepted_by", "accepted_at", "warnings", "token",
	}}
	for _, f := range findings {
		j := NewJSONInvite(f)
		t.Rows = append(t.Rows, []string{
			j.RoomName, j.RoomID, j.DisplayName, j.Address, j.Status, f.Invite.Standing(f.Facts), j.Verdict, j.Sender, j.SentAt,
			j.AcceptedBy, j.AcceptedAt, strings.Join(j.Warnings, " "), j.Token,
		})
	}
	return t
}

// FindingsOf returns the findings of invites of an account.
func FindingsOf(account *client.Account, invites []invite.Invite) ([]Finding, error) {
	findings, facts := make([]Finding, len(invites)), account.Facts()
	for n, i := range invites {
		room, err := account.Room(i.RoomID)
		if err != nil {
			return nil, err
		}
		findings[n] = FindingOf(account, facts, room, i)
	}
	return findings, nil
}
