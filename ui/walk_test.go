package ui

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/signin"
	"github.com/mxinvite/mxinvite/ui/statistics"
)

// The test opens every page and every card by keys and then by the mouse, and checks
// each at all sizes. The golden has the whole frames; other goldens leave out the
// footer.
func TestWalkByKeys(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1) // the code is random
	walkThrough(t, false)
}

func TestWalkByMouse(t *testing.T) {
	t.Parallel()
	walkThrough(t, true)
}

func walkThrough(t *testing.T, mouse bool) {
	t.Helper()
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.SetWays(sandbox.Ways{OAuth: true, Password: true})
		n.invite(t, n.compilers, "grace@navy.example")
		time.Sleep(time.Hour)
		n.invite(t, n.ops, "lin@kernel.example")
		h, _ := newMemoryAccounts(t, n)
		box := n.passphraseVault(t)
		opt := shell.Options{Location: time.UTC, Client: n.options(), Accounts: h.accounts(), Display: shell.Display{Mouse: true}, Vault: box.vault(), Remember: box.remember}
		opt.Export = &shell.Exporter{
			Path: func(context.Context, *client.Account, string, []invite.Invite) string { return "/home/ada/invites.csv" },
			Write: func(_ context.Context, e shell.Export) (shell.Exported, error) {
				return shell.Exported{Path: e.Path}, nil
			},
		}
		opt.OfferDemo = true
		opt.Settings = newSettingsFile().settings()
		d := n.dump(t)
		opt.Inspect = func(context.Context, string) (shell.Dump, error) { return d, nil }
		w := &walker{t: t, testWorld: n, mouse: mouse, seen: map[string]bool{}}
		w.term = termtest.Run(t, 80, 24, func(ctx context.Context) tea.Model {
			w.model = New(ctx, opt)
			return w.model
		})
		w.signIn()
		w.visitReadOnlyPages()
		w.inviteUser()
		w.makeLink()
		w.quit()
		if !mouse {
			w.term.GoldenText("screens", w.whole.String())
		}
		if want := screensInTheSource(t); !slices.Equal(slices.Sorted(maps.Keys(w.seen)), want) {
			t.Errorf("visited %v, want %v", slices.Sorted(maps.Keys(w.seen)), want)
		}
	})
}

// screensInTheSource returns the names of all types that implement [shell.Screen].
func screensInTheSource(t *testing.T) (names []string) {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.go", "*/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	methods := map[string]map[string]bool{} // by receiver
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				of := strings.TrimPrefix(types.ExprString(f.Recv.List[0].Type), "*")
				if methods[of] == nil {
					methods[of] = map[string]bool{}
				}
				methods[of][f.Name.Name] = true
			}
		}
	}
	for name, has := range methods {
		all, wanted := true, reflect.TypeFor[shell.Screen]()
		for n := range wanted.NumMethod() {
			all = all && has[wanted.Method(n).Name]
		}
		if all {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// signIn signs in, after visiting the pages of all sign-in methods.
func (w *walker) signIn() {
	w.at((*signin.UnlockPage)(nil), "Open your vault")
	w.do("set-vault-aside")
	w.at((*shell.Confirm)(nil), "Set the vault aside?")
	w.do("yes")
	w.at((*signin.ServerPage)(nil), "Sign in")
	w.do("inspect")
	w.term.Send("state.json")
	w.at((*inspectPage)(nil), "Inspect saved room state")
	w.do("continue")
	w.at((*inspectPage)(nil), "Invites in state.json")
	w.do("filter")
	w.term.Send("nav")
	w.at((*inspectPage)(nil), "Invites in state.json")
	w.do("clear")
	w.open(1, "gra...@nav...")
	w.at((*dumpInvitePage)(nil), "Invite of gra...@nav...")
	w.do("back")
	w.do("clear")
	w.do("back")
	w.term.Send("example.org")
	w.at((*signin.ServerPage)(nil), "Sign in")
	w.do("continue")
	w.at((*signin.MethodsPage)(nil), "Sign in on example.org")
	w.open(0, "With your phone")
	w.at((*signin.DevicePage)(nil), "Sign in on example.org")
	w.do("back")
	w.open(1, "With a browser")
	w.at((*signin.BrowserPage)(nil), "Sign in on example.org")
	w.do("back")
	w.open(1, "With a password")
	w.term.Send("ada")
	w.field("Password", "tab")
	w.term.Send("lovelace")
	w.at((*signin.SecretPage)(nil), "Sign in on example.org")
	w.do("continue")
	w.at((*signin.VaultPage)(nil), "Store your session")
	w.open(0, "With a passphrase")
	w.at((*signin.PassphrasePage)(nil), "Choose a passphrase")
	w.do("back")
	w.open(1, "Unencrypted")
	w.term.Wait(time.Second) // until the keys are checked
}

// visitReadOnlyPages visits every page that changes nothing.
func (w *walker) visitReadOnlyPages() {
	const all = "Invites of all rooms"
	w.at((*homePage)(nil), all)
	w.do("filter")
	w.term.Send("room:comp")
	w.at((*homePage)(nil), all)
	w.do("operators")
	w.at((*shell.FilterHelp)(nil), "Operators")
	w.dismiss()
	w.do("clear")
	w.do("help")
	w.at((*shell.HelpCard)(nil), "Keys")
	w.dismiss()
	w.do("palette")
	w.term.Send("a")
	w.at((*shell.Palette)(nil), "Actions")
	w.dismiss()
	w.do("palette")
	w.term.Send("theme")
	w.term.Press("enter")
	w.at((*shell.SettingCard)(nil), "Theme")
	w.dismiss()
	w.do("export")
	w.at((*exportCard)(nil), "Export")
	w.dismiss()

	w.open(1, "gra...@nav...")
	w.at((*invitePage)(nil), "Invite of gra...@nav...")
	w.do("raw-event")
	w.at((*invitePage)(nil), "Invite of gra...@nav...")
	w.do("revoke")
	w.at((*shell.Confirm)(nil), "Revoke the invite of gra...@nav...?")
	w.do("no")
	w.do("clear") // the event as JSON
	w.do("send-again")
	w.term.Send("grace@")
	w.at((*sendAgainCard)(nil), "Send again")
	w.dismiss()
	w.do("back")

	w.do("statistics")
	w.at((*statistics.StatsPage)(nil), "Statistics")
	w.open(1, "Operations")
	w.at((*homePage)(nil), "Invites of ")
	w.do("back")
	w.do("next-status")
	w.at((*statistics.StatsPage)(nil), "Statistics")
	w.do("back")
	w.do("accounts")
	w.at((*signin.AccountsPage)(nil), "Accounts")
	w.do("back")
	w.do("rooms")
	w.at((*roomsPage)(nil), "Rooms")
	w.do("filter")
	w.term.Send("o")
	w.at((*roomsPage)(nil), "Rooms")
	w.do("clear")
	w.do("invite")
	w.at((*composePage)(nil), "Invite people")
	w.do("back")
	w.do("next-status")
	w.do("next-status")
	w.open(0, "Operations")
	w.at((*homePage)(nil), "Invites of ")
	w.do("back")
	w.do("back")
	w.do("accept-invite")
	w.term.Paste(w.mailToAda().Link)
	w.at((*acceptPage)(nil), "Accept an invite")
	w.do("continue")
	w.at((*acceptPage)(nil), "Accept an invite")
	w.do("change")
	w.do("back")
	if sent := changes(w.Requests()); len(sent) > 0 {
		w.t.Errorf("visiting the pages changed something: %q", sent)
	}
}

// mailToAda returns the mail of an invite to a room that Ada has not joined.
func (w *walker) mailToAda() sandbox.Mail {
	w.t.Helper()
	room := w.CreateRoom(w.ken, sandbox.RoomOptions{Name: "Unix", Preset: "private_chat"})
	if _, err := w.InviteByEmail(room, w.ken, "ada@engine.example"); err != nil {
		w.t.Fatal(err)
	}
	return w.Mails("ada@engine.example")[0]
}

// inviteUser sends an invite and opens the outbox.
func (w *walker) inviteUser() {
	w.SetTerms(map[string]sandbox.Policy{"privacy": {Version: "1.2", Languages: map[string]sandbox.Document{
		"en": {Name: "Privacy Policy", URL: "https://id.example.org/privacy"},
	}}})
	w.LimitInvites(sandbox.StockInvitesPerSecond, 1)
	w.do("invite")
	w.term.Send("rob@bell.example")
	w.at((*composePage)(nil), "Invite people")
	w.field("Room", "shift+tab")
	w.at((*composePage)(nil), "Invite people")
	w.field("People", "tab")
	w.do("continue")
	w.at((*termsPage)(nil), "Terms of id.example.org")
	w.do("accept")
	w.term.Wait(time.Second)
	w.at((*composePage)(nil), "Invite people") // the preview
	w.do("change")
	w.term.Paste("ken@plan9.example\nnobody\n" + strings.Join(people(30), "\n"))
	w.do("continue")
	w.term.Wait(time.Second)
	w.at((*composePage)(nil), "Invite people") // expand the groups
	w.do("look-into")
	w.at((*composePage)(nil), "Invite people")
	w.do("send")
	w.term.Wait(time.Second)
	w.do("outbox")
	w.at((*outboxPage)(nil), "Outbox")
	w.do("mark")
	w.do("cancel")
	w.at((*shell.Confirm)(nil), "Cancel ")
	w.dismiss()
	w.do("clear")
	w.do("back")
}

// makeLink makes a link.
func (w *walker) makeLink() {
	w.do("invite")
	w.term.Send("dennis@bell.example")
	w.do("next-way")
	w.at((*composePage)(nil), "Invite people")
	w.do("continue")
	w.term.Wait(time.Second)
	w.do("send")
	w.term.Wait(time.Second)
	w.at((*linkPage)(nil), "Link for dennis@bell.example")
	w.do("copy-invite-link")
	w.do("back")
}

// quit quits the program while invites are in the outbox.
func (w *walker) quit() {
	w.do("revoke")
	w.do("yes")
	w.do("quit")
	w.at((*shell.QuitCard)(nil), "Revoke before you quit?")
	w.do("undo")
	w.at((*shell.Confirm)(nil), "Quit while ")
	w.do("yes")
	if !w.term.Exited() {
		w.t.Error("the program goes on")
	}
}
