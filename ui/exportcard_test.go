package ui

import (
	"context"
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/termtest"
)

func TestExport(t *testing.T) {
	inTown(t, func(t *testing.T, n *town) {
		n.invite(t, n.ops, "lin@kernel.example")
		n.invite(t, n.compilers, "rob@bell.example")
		account, opt := n.account(t), n.options()
		var formats []string
		export := func(_ context.Context, _ *client.Account, format string, invites []invite.Invite) (Exported, error) {
			formats = append(formats, format)
			switch {
			case len(invites) != 1 || string(invites[0].RoomID) != n.ops:
				return Exported{}, errors.New("that is not what is shown")
			case format == "csv":
				return Exported{Where: "invites.csv"}, nil
			case format == "json":
				return Exported{Text: "[]"}, nil
			case len(formats) == 3:
				return Exported{}, errors.New("write invites.md: no space left on device")
			}
			return Exported{Text: strings.Repeat("x", mostCopied+1)}, nil
		}
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, Options{Client: opt, Account: account, Export: export})
		})
		term.Press("/")
		term.Send("room:ops\r")
		term.Press("E")
		term.Golden("asked")
		term.Press("enter")
		term.Golden("written")
		term.Press("E", "down", "enter")
		if got := term.Clipboard(); got != "[]" {
			t.Errorf("copied %q", got)
		}
		term.Press("E", "G", "enter")
		term.Golden("failed")
		term.Press("enter")
		term.Golden("too long")
	})
}
