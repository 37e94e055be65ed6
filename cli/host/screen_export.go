package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/export"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// ScreenExporter returns how the screen exports invites. Visitors have no files
// here and get the text to copy.
func (p *Program) ScreenExporter() *shell.Exporter {
	e := &shell.Exporter{Write: p.exportForScreen}
	if p.Guest == nil {
		e.Path = p.suggestPath
	}
	return e
}

// suggestPath returns a file in the user's download or home directory, never in the
// current directory. It is named after the room if all invites are of one room.
func (p *Program) suggestPath(_ context.Context, account *client.Account, format string, invites []invite.Invite) string {
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
	return filepath.Join(export.Directory(p.Getenv), export.FileName("invites "+room, "invites", extension))
}

func (p *Program) exportForScreen(_ context.Context, e shell.Export) (shell.Exported, error) {
	findings, err := out.FindingsOf(e.Account, e.Invites)
	if err != nil {
		return shell.Exported{}, err
	}
	data, err := out.Encode(findings, e.Format)
	if err != nil {
		return shell.Exported{}, err
	}
	if p.Guest != nil {
		return shell.Exported{Text: string(data)}, nil
	}
	path := p.TypedPath(e.Path)
	write := export.Create
	if e.Overwrite {
		write = export.Write
	}
	err = write(path, data)
	if errors.Is(err, fs.ErrExist) && !e.Overwrite {
		return shell.Exported{Path: path, Exists: true}, nil
	}
	if err != nil {
		return shell.Exported{}, fmt.Errorf("write the invites: %w", err)
	}
	return shell.Exported{Path: path}, nil
}

// TypedPath returns the path for a file name that the user typed. It expands ~; a
// name without a directory is in the directory of the suggestion.
func (p *Program) TypedPath(path string) string {
	path = p.Expand(path)
	if !filepath.IsAbs(path) {
		path = filepath.Join(export.Directory(p.Getenv), path)
	}
	return filepath.Clean(path)
}

// Expand replaces ~ at the beginning of a path by the home directory.
func (p *Program) Expand(path string) string {
	home := cmp.Or(p.Getenv("HOME"), p.Getenv("USERPROFILE"))
	if rest, ok := strings.CutPrefix(path, "~"); ok && home != "" && (rest == "" || os.IsPathSeparator(rest[0])) {
		return filepath.Join(home, rest)
	}
	return path
}
