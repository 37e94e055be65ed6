package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// dump returns the content of a file with the state of the world's rooms.
func (n *testWorld) dump(t *testing.T) shell.Dump {
	t.Helper()
	account := n.account(t)
	if err := account.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := shell.Dump{Invites: account.Invites(), Rooms: map[id.RoomID]client.Room{}, Facts: invite.Facts{Now: time.Now()}, Unread: "1 thing unread"}
	for _, r := range account.Rooms() {
		d.Rooms[r.ID] = client.Room{ID: r.ID, Name: r.Name, Alias: r.Alias}
	}
	return d
}

func TestInspectBeforeSigningIn(t *testing.T) {
	for _, size := range sizes() {
		inWorld(t, func(t *testing.T, n *testWorld) {
			n.invite(t, n.compilers, "lin@kernel.example")
			n.invite(t, n.ops, "rob@bell.example")
			d, opt := n.dump(t), n.options()
			asked := len(n.Requests())
			term := termtest.Run(t, size[0], size[1], func(ctx context.Context) tea.Model {
				return New(ctx, shell.Options{Client: opt, OfferDemo: true, Inspect: func(_ context.Context, file string) (shell.Dump, error) {
					if file != "state.json" {
						return shell.Dump{}, fmt.Errorf("read %s: %w", file, errors.New("there are no events of rooms"))
					}
					return d, nil
				}})
			})
			term.Golden("offered")
			term.Press("ctrl+o")
			term.Golden("asked")
			term.Send("other.json\r")
			term.Golden("refused")
			term.Press("ctrl+u")
			term.Send("state.json\r")
			term.Press("down")
			term.Golden("found")
			term.Press("enter", "G")
			term.Golden("one")
			term.Press("esc", "esc", "esc")
			if !strings.Contains(term.Screen(), "Account") {
				t.Errorf("not back at signing in:\n%s", term.Screen())
			}
			if n := len(n.Requests()); n != asked {
				t.Errorf("%d requests for a file", n-asked)
			}
		})
	}
}

func TestFileWithoutInvites(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		opt := n.options()
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: opt, Inspect: func(context.Context, string) (shell.Dump, error) { return shell.Dump{}, nil }})
		})
		term.Press("ctrl+o")
		term.Send("state.json\r")
		term.Press("down", "enter") // an empty file
		term.Golden("empty")
	})
}

func TestFileWhoseInvitesCannotBeReadIsNotCalledEmpty(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		opt := n.options()
		const unread = "read in part: .log.entries[0].response.content.text: not read: it mentions m.room.third_party_invite, but is not an event"
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: opt, Inspect: func(context.Context, string) (shell.Dump, error) { return shell.Dump{Unread: unread}, nil }})
		})
		term.Press("ctrl+o")
		term.Send("trace.har\r")
		term.Golden("unread")
	})
}

// The program does not offer the demo to a user who resumes an ended session, and
// its key has no effect then.
func TestDemoIsNotOfferedToResumeASession(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		for _, o := range []shell.Options{
			{OfferDemo: true},
			{OfferDemo: true, Ended: client.Session{UserID: id.UserID(n.ada), Homeserver: n.HomeserverURL()}},
			{},
		} {
			o.Client = n.options()
			var m *shell.Model
			term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model { m = New(ctx, o); return m })
			offered := strings.Contains(term.Screen(), "try the demo")
			if begins := o.OfferDemo && o.Ended.UserID == ""; offered != begins {
				t.Errorf("offered: %t\n%s", offered, term.Screen())
			}
			term.Press("ctrl+t")
			if m.WantsDemo() != offered {
				t.Errorf("wanted: %t, offered: %t", m.WantsDemo(), offered)
			}
		}
	})
}

func TestFileIsFilteredAndSorted(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.compilers, "lin@kernel.example")
		time.Sleep(time.Hour)
		n.invite(t, n.ops, "rob@bell.example")
		d, opt := n.dump(t), n.options()
		term := termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			return New(ctx, shell.Options{Client: opt, Inspect: func(context.Context, string) (shell.Dump, error) { return d, nil }})
		})
		term.Press("ctrl+o")
		term.Send("state.json\r")
		term.Press("R")
		shows(t, term, "↑SENT")
		term.Press("s", "s")
		shows(t, term, "ROOM ↑")
		term.Press("/")
		term.Send("room:#o")
		term.Golden("filtered")
		term.Press("ctrl+u")
		term.Send("by:me")
		shows(t, term, `! "me" works only while signed in`)
		term.Press("esc")
		shows(t, term, "l...@ker...")
		term.Press("esc") // another file
		shows(t, term, "Inspect saved room state")
	})
}
