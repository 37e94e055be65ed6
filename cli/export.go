package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/export"
)

// The formats that invites are exported in.
const (
	formatTable    = "table"
	formatCSV      = "csv"
	formatJSON     = "json"
	formatMarkdown = "markdown"
)

// exportFlags say in which format something is written, and where to.
type exportFlags struct {
	format, output string
	force          bool // overwrites a file
}

func (e *exportFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&e.format, "format", "", "write `FORMAT`: table, csv, json or markdown")
	c.Flags().StringVarP(&e.output, "output", "o", "", "write to `FILE`; its extension sets the format")
	c.Flags().BoolVar(&e.force, "force", false, "overwrite the file of --output")
}

// check settles on a format.
func (e *exportFlags) check(c *cobra.Command, a *app) error {
	formats := []string{formatTable, formatCSV, formatJSON, formatMarkdown}
	switch {
	case e.format == "" && a.json:
		e.format = formatJSON
	case e.format == "":
		e.format = formatOf(e.output)
	case !slices.Contains(formats, e.format):
		return usage(c, fmt.Errorf("no format is %q, only %s", e.format, strings.Join(formats, ", ")))
	}
	if a.json && e.format != formatJSON {
		return usage(c, errors.New("either --json or another --format"))
	}
	if e.output != "" && e.format == formatTable {
		return usage(c, errors.New("a file takes --format csv, json or markdown"))
	}
	return nil
}

// formatOf is the format that the name of a file tells; a table for none.
func formatOf(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return formatCSV
	case ".json":
		return formatJSON
	case ".md", ".markdown":
		return formatMarkdown
	}
	return formatTable
}

// write writes what was found in a format that is no table.
func (e *exportFlags) write(ctx context.Context, a *app, findings []finding) error {
	data, err := exported(findings, e.format)
	if err != nil {
		return err
	}
	if e.output == "" {
		_, err = a.Out.Write(data)
		return err
	}
	if err := e.writeFile(ctx, a, data); err != nil {
		return err
	}
	a.say("%s written to %s.", count(len(findings), "invite"), e.output)
	return nil
}

// writeFile writes the file of --output. One that is there already is overwritten
// only if the user agrees.
func (e *exportFlags) writeFile(ctx context.Context, a *app, data []byte) error {
	write := export.Create
	if e.force {
		write = export.Write
	}
	err := write(e.output, data)
	if errors.Is(err, fs.ErrExist) {
		if !a.mayAsk() {
			return fmt.Errorf("%s is there already; --force overwrites it", e.output)
		}
		agreed, err := a.confirm(ctx, "Overwrite "+e.output+"?")
		if err != nil {
			return err
		}
		if !agreed {
			return errDeclined
		}
		e.force = true
		return e.writeFile(ctx, a, data)
	}
	if err != nil {
		return fmt.Errorf("write the invites: %w", err)
	}
	return nil
}

// exported is what was found in a format.
func exported(findings []finding, format string) ([]byte, error) {
	var b bytes.Buffer
	switch format {
	case formatJSON:
		return encodeJSON(newJSONInvites(findings), "  ")
	case formatCSV:
		err := export.CSV(&b, exportTable(findings))
		return b.Bytes(), err
	case formatMarkdown:
		err := export.Markdown(&b, exportTable(findings))
		return b.Bytes(), err
	}
	return nil, fmt.Errorf("no format is %q", format)
}

// exportTable is what was found as a table whose columns have the names of the
// JSON's members.
func exportTable(findings []finding) export.Table {
	t := export.Table{Columns: []string{
		"room_name", "room_id", "display_name", "address", "status", "keys", "verdict", "sender", "sent_at",
		"accepted_by", "accepted_at", "warnings", "token",
	}}
	for _, f := range findings {
		j := newJSONInvite(f)
		t.Rows = append(t.Rows, []string{
			j.RoomName, j.RoomID, j.DisplayName, j.Address, j.Status, f.invite.Standing(f.facts), j.Verdict, j.Sender, j.SentAt,
			j.AcceptedBy, j.AcceptedAt, strings.Join(j.Warnings, " "), j.Token,
		})
	}
	return t
}

// findingsOf is what an account knows of some invites.
func findingsOf(account *client.Account, invites []invite.Invite) ([]finding, error) {
	findings, facts := make([]finding, len(invites)), account.Facts()
	for n, i := range invites {
		room, err := account.Room(i.RoomID)
		if err != nil {
			return nil, err
		}
		findings[n] = findingOf(account, facts, room, i)
	}
	return findings, nil
}
