package ui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
	"github.com/mxinvite/mxinvite/wording"
)

// linkPage shows the links of invites that the account issued itself, one at a time: as
// text and as a QR code. The invites may still be in the outbox.
type linkPage struct {
	sh     *shell.Shell
	links  []inviteLink
	at     int
	scroll widget.Scroll
}

// An inviteLink is a link on the page. It is empty until the invite is sent.
type inviteLink struct {
	who    string
	room   id.RoomID
	token  string // empty until the invite is sent
	item   client.Item
	status invite.Status // empty if the room does not show the invite yet
	text   string
}

// linkItems returns the items of the outbox that have a link, or will have one. The link of
// a mail is only shown when the invite is in the room: usually it is not needed.
func linkItems(items []client.Item) []client.Item {
	return slices.DeleteFunc(slices.Clone(items), func(i client.Item) bool {
		return i.Sealed || i.UserID != "" || i.Way != client.ByLink && !i.InRoom()
	})
}

// openLinks opens the page for those of some items that have a link, or will have one.
func openLinks(sh *shell.Shell, items []client.Item) tea.Cmd {
	var links []inviteLink
	for _, i := range linkItems(items) {
		links = append(links, inviteLink{who: addressOf(i), room: i.Room, token: i.Token, item: i})
	}
	return openLinkPage(sh, links)
}

// withLink returns those of some invites that the account issued itself.
func withLink(sh *shell.Shell, invites []invite.Invite) (own []invite.Invite) {
	for _, i := range invites {
		if sh.Account.IssuedByOwnKey(i.RoomID, i.Token) {
			own = append(own, i)
		}
	}
	return own
}

// showLinks opens the page for those of some invites that the account issued itself.
func showLinks(sh *shell.Shell, invites []invite.Invite) tea.Cmd {
	var links []inviteLink
	for _, i := range withLink(sh, invites) {
		links = append(links, inviteLink{who: cmp.Or(sh.Account.LabelOf(i.RoomID, i.Token), inviteeOf(sh, i)), room: i.RoomID, token: i.Token})
	}
	return openLinkPage(sh, links)
}

func openLinkPage(sh *shell.Shell, links []inviteLink) tea.Cmd {
	if len(links) == 0 {
		return nil
	}
	return sh.Open(func(context.Context) shell.Screen {
		p := &linkPage{sh: sh, links: links}
		p.refresh()
		return p
	})
}

func (p *linkPage) Init() tea.Cmd { return nil }
func (p *linkPage) Title() string {
	return "Link for " + cells.Cut(p.links[p.at].who, phrase.NameWidth)
}

// refresh reads the outbox and the invites of the account.
func (p *linkPage) refresh() {
	items := map[int64]client.Item{}
	for _, i := range p.sh.Sending.Outbox.Items {
		items[i.Number] = i
	}
	for n := range p.links {
		l := &p.links[n]
		if i, ok := items[l.item.Number]; ok {
			l.item, l.token = i, cmp.Or(i.Token, l.token)
		}
		if l.token == "" {
			continue
		}
		if made, err := p.sh.Account.Link(l.room, l.token); err == nil {
			l.text = made.Format(cmp.Or(p.sh.Options.LinkBase, link.DefaultBase))
		}
		if i, err := p.sh.Account.Invite(l.room, l.token); err == nil {
			l.status = i.Status
		}
	}
}

func (p *linkPage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case shell.OutboxMsg, shell.ChangedMsg, shell.RevokedMsg:
		p.refresh()
	case tea.KeyPressMsg:
		return p.press(msg)
	}
	return nil
}

func (p *linkPage) press(msg tea.KeyPressMsg) tea.Cmd {
	keys, l := p.sh.Keys, p.links[p.at]
	switch {
	case key.Matches(msg, keys.CopyInviteLink) && l.text != "":
		return p.sh.Copy(l.text, "The link is copied, if your terminal allows it.")
	case key.Matches(msg, keys.NextStatus):
		p.show(p.at + 1)
	case key.Matches(msg, keys.PrevStatus):
		p.show(p.at - 1)
	default:
		p.scroll.Press(msg, keys.Keys, p.lines(p.sh.Width, p.sh.Height), p.sh.Height)
	}
	return nil
}

func (p *linkPage) show(n int) {
	p.at, p.scroll = (n+len(p.links))%len(p.links), 0
}

func (p *linkPage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	several := len(p.links) > 1
	return []key.Binding{
		keymap.When(p.links[p.at].text != "", k.CopyInviteLink), keymap.When(several, keymap.As(k.NextStatus, "next link")),
		keymap.When(several, keymap.As(k.PrevStatus, "previous link")), k.Back, k.Help, k.Quit,
	}
}

func (p *linkPage) FullHelp() [][]key.Binding {
	long := len(p.lines(p.sh.Width, p.sh.Height)) >= p.sh.Height
	return [][]key.Binding{p.ShortHelp(), {p.sh.Keys.Palette}, p.sh.Keys.Moves(long)}
}

func (p *linkPage) View(width, height int) (string, *tea.Cursor) {
	return p.scroll.ViewPlain(p.sh.Styles, p.lines(width, height), height), nil
}

// lines returns the text of the page. The link begins at the edge of the screen and has
// nothing beside it, so that a user can select it without other text.
func (p *linkPage) lines(width, height int) []string {
	const margin = 2
	l := p.links[p.at]
	indented := func(text string) string { return cells.Indent(text, margin) }
	top := indented(cells.Wrap(p.summary(l), width-2*margin)) + "\n\n"
	if l.text == "" {
		return strings.Split(top+indented(p.waiting(l, width-2*margin)), "\n")
	}
	top += shell.RenderURL(p.sh.Styles, l.text, l.text, width) + "\n\n"
	code := ""
	if !p.sh.Options.ASCII {
		code = shell.DrawQR(p.sh.Styles, l.text)
	}
	const gap, least, most = 3, 30, 70 // beside the code
	beside := min(most, width-2*margin-gap-cells.Width(code))
	if code == "" || beside < least {
		beside = width - 2*margin
	}
	text := cells.Wrap(p.advice(l), beside)
	body := text
	switch {
	case code == "":
		body += "\n\n" + p.sh.Styles.Faint.Render(cells.Wrap(p.noCode(), beside))
	case beside < width-2*margin:
		lines := max(cells.Height(text), cells.Height(code))
		body = cells.Beside(cells.Block(text, beside, lines), cells.Block(code, cells.Width(code), lines), strings.Repeat(" ", gap))
	default:
		body += "\n\n" + code
	}
	// The first line of the page is empty.
	rows, columns := 1+cells.Height(top+body)-height, cells.Width(code)+2*margin-width
	if code != "" && (rows > 0 || columns > 0) {
		width -= 2 * margin
		body = cells.Wrap(p.advice(l), width) + "\n\n" + p.sh.Styles.Faint.Render(cells.Wrap(tooSmallForCode(rows, columns), width))
	}
	return strings.Split(top+indented(body), "\n")
}

// tooSmallForCode says how many rows and columns a QR code lacks.
func tooSmallForCode(rows, columns int) string {
	var missing []string
	if rows > 0 {
		missing = append(missing, phrase.Count(rows, "row")+" higher")
	}
	if columns > 0 {
		missing = append(missing, phrase.Count(columns, "column")+" wider")
	}
	return "To see the QR code, make the terminal " + strings.Join(missing, " and ") + "."
}

// noCode says why there is no QR code.
func (p *linkPage) noCode() string {
	if p.sh.Options.ASCII {
		return "There is no QR code: this screen draws only ASCII."
	}
	return "There is no QR code: the link is too long for one."
}

// summary says who is invited by the link, and to which room.
func (p *linkPage) summary(l inviteLink) string {
	text := fmt.Sprintf("This link invites %s to %s. You pass it on yourself.", cells.Cut(l.who, phrase.NameWidth), cells.Cut(p.sh.RoomName(l.room), phrase.NameWidth))
	if n := len(p.links); n > 1 {
		text = fmt.Sprintf("Link %d of %d. ", p.at+1, n) + text
	}
	return text
}

// advice says who can use the link.
func (p *linkPage) advice(l inviteLink) string {
	if l.status == invite.Revoked {
		return "The invite is revoked: the link does not work any more."
	}
	return wording.LinkIsSecret
}

// waiting says why there is no link yet.
func (p *linkPage) waiting(l inviteLink, width int) string {
	st, i := p.sh.Styles, l.item
	text := itemStyle(st, i.State).Render(itemWords(i.State)) + st.Faint.Render(", "+stateSummary(p.sh, i)) + "\n\n"
	if i.UserID != "" {
		return text + cells.Wrap(fmt.Sprintf("The address now belongs to %s, who is invited on Matrix. There is no link.", cells.Cut(string(i.UserID), phrase.NameWidth)), width)
	}
	if i.State.Active() && i.State != client.ItemUncertain {
		text += cells.Wrap("The link is shown here once the homeserver has the invite.", width)
	}
	if i.Reason != "" {
		text += "\n\n" + cells.Wrap(p.sh.WithHint(cells.Cut(i.Reason, 4*width), i.Advice), width)
	}
	return text
}
