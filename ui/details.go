package ui

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// detailsPage is the page of one invite.
type detailsPage struct {
	sh     *shell
	key    inviteKey
	invite invite.Invite
	room   client.Room
	offset int // lines scrolled away
}

func newDetails(sh *shell, i invite.Invite) func(context.Context) screen {
	return func(context.Context) screen {
		p := &detailsPage{sh: sh, key: keyOf(i), invite: i}
		p.refresh()
		return p
	}
}

func (p *detailsPage) init() tea.Cmd { return nil }

func (p *detailsPage) title() string { return "Invite of " + nameOf(p.invite) }

// refresh reads the invite anew. One that is gone stays as it was last seen.
func (p *detailsPage) refresh() {
	if i, err := p.sh.account.Invite(p.key.room, p.key.token); err == nil {
		p.invite = i
	}
	if r, err := p.sh.account.Room(p.key.room); err == nil {
		p.room = r
	}
}

func (p *detailsPage) update(msg tea.Msg) tea.Cmd {
	keys := p.sh.keys
	switch msg := msg.(type) {
	case changedMsg, revokedMsg:
		p.refresh()
	case tea.KeyPressMsg:
		switch {
		case key.Matches(msg, keys.Revoke):
			return p.sh.confirmRevoke(p.invite)
		case key.Matches(msg, keys.Up):
			p.offset = max(0, p.offset-1)
		case key.Matches(msg, keys.Down):
			p.offset = min(max(0, len(p.lines())-p.sh.height+1), p.offset+1)
		}
	}
	return nil
}

func (p *detailsPage) ShortHelp() []key.Binding {
	k := p.sh.keys
	return []key.Binding{
		when(p.sh.mayRevoke(p.invite), k.Revoke), when(len(p.sh.revokes) > 0, k.Undo), k.Back, k.Help, k.Quit,
	}
}

func (p *detailsPage) FullHelp() [][]key.Binding {
	return [][]key.Binding{p.ShortHelp(), {p.sh.keys.Up, p.sh.keys.Down}}
}

// lines are the text of the page.
func (p *detailsPage) lines() []string {
	return strings.Split(details(p.sh, p.invite, p.room, min(p.sh.width-4, 100)), "\n")
}

func (p *detailsPage) view(int, int) (string, *tea.Cursor) {
	lines := p.lines()
	return indent("\n"+strings.Join(lines[min(p.offset, len(lines)-1):], "\n"), 2), nil
}

// details tells everything about one invite, in a column of a given width.
func details(sh *shell, i invite.Invite, r client.Room, width int) string {
	st := sh.styles
	var b strings.Builder
	b.WriteString(st.status(i.Status).Bold(true).Render(glyph(i.Status)+" "+string(i.Status)) + "\n")
	b.WriteString(st.faint.Render(wrap(story(sh, i), width)) + "\n\n")

	field := func(label, value string) {
		const indentBy = 9
		text := wrap(cut(value, 3*width), width-indentBy)
		text = strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", indentBy))
		b.WriteString(st.label.Render(pad(label, indentBy)) + text + "\n")
	}
	field("Name", nameOf(i))
	field("Room", r.Name)
	if r.Alias != "" {
		field("", string(r.Alias))
	}
	if i.Sender != "" {
		field("By", string(i.Sender))
		field("Sent", moment(i.SentAt))
	}
	if a := i.Acceptance; a != nil {
		field("Taken by", string(a.UserID))
		if !a.At.IsZero() {
			field("", moment(a.At))
		}
	}
	if rev := i.Revocation; rev != nil {
		field("Revoked", moment(rev.At))
		field("", "by "+string(rev.Sender))
	}
	if len(i.Keys) > 0 {
		b.WriteString("\n" + st.label.Render("Keys") + "\n")
		for _, k := range i.Keys {
			b.WriteString(keyLine(st, k, width) + "\n")
		}
	}
	b.WriteString("\n")
	field("Token", shorten(i.Token, 24))
	field("Event", shorten(string(i.EventID), 24))
	return strings.TrimRight(b.String(), "\n")
}

// story says in a sentence what became of an invite.
func story(sh *shell, i invite.Invite) string {
	sent := "Sent " + ago(sh.now(), i.SentAt) + " by " + shortUser(string(i.Sender)) + "."
	who := ""
	if i.Acceptance != nil {
		who = shortUser(string(i.Acceptance.UserID))
	}
	switch i.Status {
	case invite.Pending:
		return sent + " Nobody has taken it yet."
	case invite.Invited:
		return sent + " " + who + " has taken it and not joined yet."
	case invite.Joined:
		return sent + " " + who + " took it and is in the room."
	case invite.Left:
		return sent + " " + who + " took it and is not in the room."
	case invite.Banned:
		return sent + " " + who + " took it and was banned."
	case invite.Revoked:
		text := "Taken back " + ago(sh.now(), i.Revocation.At) + " by " + shortUser(string(i.Revocation.Sender)) + "."
		if who != "" {
			text += " " + who + " had taken it before."
		}
		return text
	default:
		return sent + " It holds no key that anything could be checked with, so nobody can take it."
	}
}

// keyLine tells of a key who would be asked about it, or why it is of no use.
func keyLine(st styles, k invite.Key, width int) string {
	const keyWidth = 14
	public := pad(cut(shorten(k.Public, keyWidth-2), keyWidth), keyWidth) + " "
	switch u, err := url.Parse(k.ValidityURL); {
	case !k.Usable():
		return public + st.bad.Render(cut("✗ unusable: "+k.Problem, width-keyWidth-1))
	case k.ValidityURL == "":
		return public + st.faint.Render("counts for ever")
	case err != nil || u.Host == "":
		return public + st.warn.Render("! its validity URL is none")
	default:
		return public + st.faint.Render(cut("asked at "+u.Host, width-keyWidth-1))
	}
}

// shorten keeps the beginning of what only a machine reads whole.
func shorten(s string, n int) string {
	if len(s) <= n+1 {
		return s
	}
	return fmt.Sprintf("%.*s…", n, s)
}
