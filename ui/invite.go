package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// invitePage is the page of one invite: its details, the history of its event, and the
// event as JSON if the user presses a key.
type invitePage struct {
	sh     *shell.Shell
	ctx    context.Context
	key    shell.InviteKey
	row    row
	past   []invite.Event // the versions of the event, the newest first
	raw    bool
	scroll widget.Scroll
}

func newInvite(sh *shell.Shell, i invite.Invite) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &invitePage{sh: sh, ctx: ctx, key: shell.KeyOf(i), row: row{invite: &i, room: &client.Room{}, facts: &invite.Facts{}}}
		p.refresh()
		return p
	}
}

// Init checks the keys again, because the page must show their present state.
func (p *invitePage) Init() tea.Cmd {
	account, i, tell := p.sh.Account, *p.row.invite, p.sh.KeysChanged.Send
	check := shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		account.CheckInvite(ctx, i, tell)
		return nil
	})
	return tea.Batch(p.readHistory(), check)
}

// historyMsg has the versions of the event, the newest first.
type historyMsg []invite.Event

// readHistory asks for the versions of the event, which may be in the store only.
func (p *invitePage) readHistory() tea.Cmd {
	account, of := p.sh.Account, p.key
	return shell.Ask(p.ctx, p, func(context.Context) tea.Msg {
		return historyMsg(account.History(of.Room, of.Token))
	})
}

func (p *invitePage) Title() string { return "Invite of " + p.row.who() }

// refresh reads the invite from the account. If the invite is gone, the page keeps its
// last known state.
func (p *invitePage) refresh() {
	if i, err := p.sh.Account.Invite(p.key.Room, p.key.Token); err == nil {
		r, _ := p.sh.Account.Room(p.key.Room) // the room and the invite disappear together
		facts := p.sh.Account.Facts()
		p.row = newRow(p.sh, &i, &r, &facts)
	}
}

func (p *invitePage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case shell.ChangedMsg, shell.RevokedMsg:
		p.refresh()
		return p.readHistory()
	case historyMsg:
		if len(msg) > 0 { // the page of an invite that is gone keeps its last known state
			p.past = msg
		}
	case tea.KeyPressMsg:
		return p.press(msg)
	}
	return nil
}

func (p *invitePage) press(msg tea.KeyPressMsg) tea.Cmd {
	sh, keys := p.sh, p.sh.Keys
	switch {
	case key.Matches(msg, keys.Revoke):
		return confirmRevoke(sh, []invite.Invite{*p.row.invite})
	case key.Matches(msg, keys.RevokeRedundant):
		return confirmRevoke(sh, leftovers(sh, *p.row.invite))
	case key.Matches(msg, keys.SendAgain):
		return sendAgain(sh, *p.row.invite)
	case key.Matches(msg, keys.Move):
		return moveInvites(sh, []invite.Invite{*p.row.invite})
	case key.Matches(msg, keys.Trust):
		return confirmTrust(sh, *p.row.invite)
	case key.Matches(msg, keys.Copy):
		return copyToken(sh, *p.row.invite)
	case key.Matches(msg, keys.CopyLink):
		return copyLink(sh, *p.row.invite)
	case key.Matches(msg, keys.ShowLink):
		return showLinks(sh, []invite.Invite{*p.row.invite})
	case key.Matches(msg, keys.Rooms):
		return sh.Open(newRoomsAt(sh, p.key.Room))
	case key.Matches(msg, keys.ShowJSON), p.raw && key.Matches(msg, keys.Clear):
		p.raw, p.scroll = !p.raw, 0
	default:
		p.scroll.Press(msg, keys.Keys, p.lines(), sh.Height)
	}
	return nil
}

func (p *invitePage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	raw := k.ShowJSON
	if p.raw {
		raw = keymap.As(k.ShowJSON, "show details")
	}
	return []key.Binding{
		keymap.When(mayRevoke(p.sh, *p.row.invite), k.Revoke), keymap.When(len(leftovers(p.sh, *p.row.invite)) > 0, k.RevokeRedundant), keymap.When(maySendAgain(p.sh, *p.row.invite), k.SendAgain),
		keymap.When(mayMove(p.sh, []invite.Invite{*p.row.invite}), k.Move),
		keymap.When(p.sh.Revocations.Undoable() != nil, k.Undo),
		keymap.When(len(p.sh.Account.Untrusted(*p.row.invite)) > 0, k.Trust), keymap.When(len(withLink(p.sh, []invite.Invite{*p.row.invite})) > 0, k.ShowLink), raw, keymap.As(k.Rooms, "show room"), keymap.When(p.raw, keymap.As(k.Clear, "back")), keymap.When(!p.raw, k.Back), k.Help, k.Quit,
	}
}

func (p *invitePage) FullHelp() [][]key.Binding {
	k := p.sh.Keys
	return [][]key.Binding{p.ShortHelp(), {k.Copy, k.CopyLink, k.Palette}, k.Moves(true)}
}

func (p *invitePage) View(_, height int) (string, *tea.Cursor) {
	return p.scroll.View(p.sh.Styles, p.lines(), height), nil
}

// lines returns the text of the page.
func (p *invitePage) lines() []string {
	width := min(p.sh.Width-4, 100)
	text := details(p.sh, p.row, width) + "\n\n" + p.history(width)
	if p.raw {
		text = p.event(width)
	}
	return strings.Split(text, "\n")
}

// history returns the history of the event: the sender and the time of each version,
// and the kind of change.
func (p *invitePage) history(width int) string {
	st := p.sh.Styles
	lines := []string{st.Label.Render("History of the event")}
	timeWidth := 0
	for _, ev := range p.past {
		timeWidth = max(timeWidth, cells.Width(p.sh.Time(ev.At)))
	}
	for n, ev := range p.past {
		what := "wrote it"
		switch last := n == len(p.past)-1; {
		case string(ev.Content) == "{}":
			what = "revoked it"
		case !last && ev.Sender != p.past[n+1].Sender:
			what = "overwrote it"
		case !last:
			what = "wrote it again"
		case ev.Replaces != "":
			what = "wrote it; the earlier content is not known"
		}
		lines = append(lines, st.Faint.Render(cells.Pad(p.sh.Time(ev.At), timeWidth))+"  "+cells.Cut(string(ev.Sender)+" "+what, width-timeWidth-2))
		if n+1 < len(p.past) && ev.Replaces != "" && ev.Replaces != p.past[n+1].ID {
			lines = append(lines, st.Faint.Render("The versions between these are not shown."))
		}
	}
	return strings.Join(lines, "\n")
}

// event returns the event as the homeserver sent it.
func (p *invitePage) event(width int) string {
	const most, deepest = 64 << 10, 32
	if len(p.past) == 0 {
		return "The homeserver did not return the event."
	}
	var b bytes.Buffer
	raw := p.past[0].Raw
	if len(raw) > most || depth(raw) > deepest || json.Indent(&b, raw, "", "  ") != nil {
		b.Reset()
		b.Write(raw[:min(most, len(raw))])
	}
	var lines []string
	for line := range strings.SplitSeq(b.String(), "\n") {
		// json.Indent writes the indentation; the rest is untrusted text.
		body := strings.TrimLeft(line, " ")
		margin := line[:len(line)-len(body)]
		lines = append(lines, cells.Indent(cells.Wrap(safetext.Line(body), width-len(margin)), len(margin)))
	}
	return strings.Join(lines, "\n")
}

// depth returns the greatest number of brackets that are open at once in JSON. It also
// counts brackets in strings, so the result is an upper bound.
func depth(raw []byte) int {
	open, deepest := 0, 0
	for _, b := range raw {
		switch b {
		case '[', '{':
			open++
			deepest = max(deepest, open)
		case ']', '}':
			open--
		}
	}
	return deepest
}
