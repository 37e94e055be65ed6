package cli

import (
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

func TestWatchNotifiesOfAcceptedInvites(t *testing.T) {
	for _, tc := range []struct {
		kind string
		tty  bool
		what changeKind
		want string
	}{
		{"osc9", true, wasAccepted, "\x1b]9;mxinvite: gra...@nav... accepted the invite to Ops\x1b\\"},
		{"bell", true, hasJoined, "\a"},
		{"osc9", true, wasSent, ""},
		{"osc9", false, wasAccepted, ""},
		{"off", true, wasAccepted, ""},
	} {
		var err strings.Builder
		w := &watch{watchOptions: watchOptions{Program: host.NewProgram(host.World{Streams: out.Streams{Err: &err, ErrTTY: tc.tty, Env: []string{"TERM=xterm"}}})}}
		w.Settings.Notify = tc.kind
		w.notify(change{tc.what, client.Room{Name: "Ops"}, invite.Invite{DisplayName: "gra...@nav..."}})
		if err.String() != tc.want {
			t.Errorf("%+v: %q", tc, err.String())
		}
	}
}
