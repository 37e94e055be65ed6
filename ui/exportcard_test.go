package ui

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/shell"
)

func TestExportAsksWhere(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "lin@kernel.example")
		n.invite(t, n.compilers, "rob@bell.example")
		var written []shell.Export
		exporter := &shell.Exporter{
			Path: func(_ context.Context, _ *client.Account, _ string, _ []invite.Invite) string {
				return "/home/ada/Downloads/invites-ops.csv"
			},
			Write: func(_ context.Context, e shell.Export) (shell.Exported, error) {
				written = append(written, e)
				switch {
				case len(e.Invites) != 1 || string(e.Invites[0].RoomID) != n.ops:
					return shell.Exported{}, errors.New("that is not what is shown")
				case strings.HasPrefix(e.Path, "/full/"):
					return shell.Exported{}, errors.New("write the invites: no space left on device")
				case !e.Overwrite:
					return shell.Exported{Path: e.Path, Exists: true}, nil
				}
				return shell.Exported{Path: e.Path}, nil
			},
		}
		term := n.startWith(t, func(o *shell.Options) { o.Export = exporter })
		term.Press("/")
		term.Send("room:ops\r")
		term.Press("E")
		term.Golden("asks")
		term.Resize(60, 16)
		term.Golden("asks 60x16")
		term.Resize(80, 24)
		if len(written) > 0 {
			t.Errorf("wrote %+v before the confirmation", written)
		}
		term.Press("down", "enter") // JSON, because of the extension
		term.Golden("there already")
		term.Press("n")
		term.Golden("not overwritten")
		term.Press("enter", "y")
		shows(t, term, "Wrote 1 invite to /home/ada/Downloads/invites-ops.json.")
		term.Press("E", "ctrl+u")
		term.Send("/full/invites.md\r")
		term.Golden("failed")
		var got []string
		for _, e := range written {
			got = append(got, e.Format+" "+e.Path)
		}
		if want := "json /home/ada/Downloads/invites-ops.json, json /home/ada/Downloads/invites-ops.json, " +
			"json /home/ada/Downloads/invites-ops.json, markdown /full/invites.md"; strings.Join(got, ", ") != want {
			t.Errorf("written: %q", got)
		}
	})
}

// Over SSH the program writes no files, so it copies the text.
func TestExportIsCopiedWhereThereAreNoFiles(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "lin@kernel.example")
		exporter := &shell.Exporter{Write: func(_ context.Context, e shell.Export) (shell.Exported, error) {
			if e.Path != "" {
				return shell.Exported{}, errors.New("there is no file")
			}
			if e.Format == "json" {
				return shell.Exported{Text: "[]"}, nil
			}
			return shell.Exported{Text: strings.Repeat("x", maxCopied+1)}, nil
		}}
		term := n.startWith(t, func(o *shell.Options) { o.Export = exporter })
		term.Press("E")
		term.Golden("asks")
		term.Press("down", "enter")
		if got := term.Clipboard(); got != "[]" {
			t.Errorf("copied %q", got)
		}
		term.Press("E", "enter")
		term.Golden("too long")
	})
}
