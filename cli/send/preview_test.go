package send

import (
	"bytes"
	"context"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// groupLine matches the heading of a group in both previews: the number of people,
// and what happens to them. Text after a semicolon says how to change that.
var groupLine = regexp.MustCompile(`(?m)^ +(?:[▌✓!·✗] +)*(\d+) +([a-z][^;▸▾\n]*?)(?:;[^▸▾\n]*?)? *[:▸▾]$`)

// headings returns the numbers and the headings of groups, in order.
func headings(shown string) []string {
	var all []string
	for _, found := range groupLine.FindAllStringSubmatch(shown, -1) {
		all = append(all, found[1]+" "+found[2])
	}
	return all
}

// The preview of the screen and that of send sort people into the same groups, in
// one order, and describe them with the same words.
func TestPreviewIsTheSameOnTheScreenAndInCommands(t *testing.T) {
	const list = "new@person.example\n@lin:example.org\nlin@kernel.example\npending@place.example\nqueued@place.example\n" +
		"grace@navy.example\nrob@bell.example\n@mallory:example.org\nnobody at all\nnew@person.example\n"
	synctest.Test(t, func(t *testing.T) {
		w := sandbox.New(sandbox.Options{Seed: 7, Now: time.Now})
		ada := w.AddUser("ada", "lovelace", "Ada")
		rob, grace, mallory, lin := w.AddUser("rob", "x", "Rob"), w.AddUser("grace", "x", "Grace"), w.AddUser("mallory", "x", "Mallory"), w.AddUser("lin", "x", "Lin")
		room := w.CreateRoom(ada, sandbox.RoomOptions{Name: "Operations", Preset: "private_chat", Members: []string{grace, mallory}})
		for address, user := range map[string]string{"grace@navy.example": grace, "lin@kernel.example": lin, "rob@bell.example": rob} {
			if err := w.Bind(address, user); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Ban(room, ada, mallory); err != nil {
			t.Fatal(err)
		}
		if _, err := w.InviteByEmail(room, ada, "pending@place.example"); err != nil {
			t.Fatal(err)
		}
		account := signIn(t, w, ada)
		queue(t, account, id.RoomID(room), "queued@place.example")

		read := recipients.Parse(list)
		var people []recipients.Invitee
		for _, r := range read.Recipients {
			people = append(people, r.Invitee)
		}
		in, err := account.Room(id.RoomID(room))
		if err != nil {
			t.Fatal(err)
		}
		plans, err := account.PlanAll(t.Context(), client.ByIdentityServer, []id.RoomID{in.ID}, people, nil)
		if err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		o := sendOptions{Program: host.NewProgram(host.World{Streams: out.Streams{Err: &said, Out: &said, Now: time.Now}}), list: read}
		o.announce(o.preview([]client.Room{in}, plans, true), time.Time{}, true)

		term := termtest.Run(t, 120, 40, func(ctx context.Context) tea.Model {
			return ui.New(ctx, shell.Options{Account: account, Client: client.Options{Transport: w, KeyTransport: w, Now: time.Now}})
		})
		term.Wait(time.Second)
		term.Press("i")
		term.Paste(list)
		term.Press("enter")
		term.Wait(2 * time.Second)

		commands, screen := headings(said.String()), headings(term.Screen())
		if d := cmp.Diff(commands, screen); d != "" || len(commands) < 8 {
			t.Errorf("%d groups; the commands (-) and the screen (+) differ:\n%s\n%s\n%s", len(commands), d, said.String(), term.Screen())
		}
	})
}

func signIn(t *testing.T, w *sandbox.World, user string) *client.Account {
	t.Helper()
	kept, err := store.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	opt := client.Options{Transport: w, KeyTransport: w, Now: time.Now, DeviceName: "test", Store: kept}
	hs, err := discovery.Find(t.Context(), opt.Transport, user)
	if err != nil {
		t.Fatal(err)
	}
	account, err := login.WithPassword(t.Context(), opt, hs, user, "lovelace")
	if err != nil {
		t.Fatal(err)
	}
	if err := account.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return account
}

// queue adds an invite to the outbox, which is paused.
func queue(t *testing.T, account *client.Account, room id.RoomID, address string) {
	t.Helper()
	if err := account.PauseOutbox(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	plan, err := account.Plan(t.Context(), room, recipients.Parse(address).Recipients[0].Invitee)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := account.Enqueue(t.Context(), []client.Plan{plan}); err != nil {
		t.Fatal(err)
	}
}
