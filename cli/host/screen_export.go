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

// ScreenExporter writes what the screen shows. Visitors have no files here, and
// get the text to copy.
func (p *Program) ScreenExporter() *shell.Exporter {
	e := &shell.Exporter{Write: p.exportForScreen}
	if p.Guest == nil {
		e.Path = p.suggestPath
	}
	return e
}

// suggestPath is a file in the user's directory of downloads or home directory,
// never in the current directory. It is named after the room if all invites are of
// one.
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

// TypedPath is the whole path that a user means: ~ is their home directory, and
// a name alone is in the directory that was suggested.
func (p *Program) TypedPath(path string) string {
	path = p.Expand(path)
	if !filepath.IsAbs(path) {
		path = filepath.Join(export.Directory(p.Getenv), path)
	}
	return filepath.Clean(path)
}

// Expand is a path that may begin with ~, where no shell has seen to that.
func (p *Program) Expand(path string) string {
	home := cmp.Or(p.Getenv("HOME"), p.Getenv("USERPROFILE"))
	if rest, ok := strings.CutPrefix(path, "~"); ok && home != "" && (rest == "" || os.IsPathSeparator(rest[0])) {
		return filepath.Join(home, rest)
	}
	return path
}
