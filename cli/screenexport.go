package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/export"
	"github.com/mxinvite/mxinvite/ui"
)

// screenExporter writes what the screen shows. Visitors have no files here, and
// get the text to copy.
func (a *app) screenExporter() *ui.Exporter {
	e := &ui.Exporter{Write: a.exportForScreen}
	if a.Guest == nil {
		e.Path = a.suggestPath
	}
	return e
}

// suggestPath is a file in the user's directory of downloads or home directory,
// never in the current directory. It is named after the room if all invites are of
// one.
func (a *app) suggestPath(_ context.Context, account *client.Account, format string, invites []invite.Invite) string {
	room := ""
	for n, i := range invites {
		if r, err := account.Room(i.RoomID); n == 0 && err == nil {
			room = r.Name
		}
		if i.RoomID != invites[0].RoomID {
			room = ""
			break
		}
	}
	extension := map[string]string{out.FormatCSV: "csv", out.FormatJSON: "json", out.FormatMarkdown: "md"}[format]
	return filepath.Join(export.Directory(a.Getenv), export.FileName("invites "+room, "invites", extension))
}

func (a *app) exportForScreen(_ context.Context, e ui.Export) (ui.Exported, error) {
	findings, err := out.FindingsOf(e.Account, e.Invites)
	if err != nil {
		return ui.Exported{}, err
	}
	data, err := out.Encode(findings, e.Format)
	if err != nil {
		return ui.Exported{}, err
	}
	if a.Guest != nil {
		return ui.Exported{Text: string(data)}, nil
	}
	path := a.typedPath(e.Path)
	write := export.Create
	if e.Overwrite {
		write = export.Write
	}
	err = write(path, data)
	if errors.Is(err, fs.ErrExist) && !e.Overwrite {
		return ui.Exported{Path: path, Exists: true}, nil
	}
	if err != nil {
		return ui.Exported{}, fmt.Errorf("write the invites: %w", err)
	}
	return ui.Exported{Path: path}, nil
}

// typedPath is the whole path that a user means: ~ is their home directory, and
// a name alone is in the directory that was suggested.
func (a *app) typedPath(path string) string {
	path = a.expand(path)
	if !filepath.IsAbs(path) {
		path = filepath.Join(export.Directory(a.Getenv), path)
	}
	return filepath.Clean(path)
}
