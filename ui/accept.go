package ui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	maillink "github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// The fields of the form.
const (
	fieldLink = iota
	fieldRoomID
	fieldInviter
)

// acceptPage is the page to accept an invite with the link from its mail. The user pastes
// the link, sees its contents and the servers to contact, and confirms.
type acceptPage struct {
	sh         *shell.Shell
	ctx        context.Context
	form       *widget.Form
	step       step
	invitation client.Invitation
	done       client.Accepted // valid if joined is set
	joined     bool
	problem    error
	spinner    spinner.Model
}

func newAccept(sh *shell.Shell) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &acceptPage{sh: sh, ctx: ctx, form: sh.NewForm(), spinner: widget.NewSpinner()}
		p.form.Add("Link", "paste the link or the whole mail", "")
		p.form.Add("Room", "room ID, if the link has none", "")
		p.form.Add("Invited by", "@ada:example.org, if known; then no server has to confirm", "")
		return p
	}
}

func (p *acceptPage) Init() tea.Cmd { return nil }
func (p *acceptPage) Title() string { return "Accept an invite" }

// acceptedMsg is the result of accepting an invite.
type acceptedMsg struct {
	accepted client.Accepted
	err      error
}

func (p *acceptPage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case acceptedMsg:
		return p.accepted(msg)
	case spinner.TickMsg:
		return widget.UpdateSpinner(&p.spinner, msg, p.step == doing)
	case tea.PasteMsg:
		if p.step == editing && !p.joined {
			p.problem = nil
			return p.form.Update(msg)
		}
	case tea.KeyPressMsg:
		return p.press(msg)
	}
	return nil
}

func (p *acceptPage) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := p.sh.Keys
	switch {
	case p.joined:
		if _, err := p.room(); err == nil && key.Matches(msg, keys.Open) {
			p.sh.CloseScreen(p)
			return p.sh.Open(newRoomsAt(p.sh, p.done.RoomID))
		}
	case p.step == previewing && key.Matches(msg, keys.AcceptTerms):
		return p.accept()
	case p.step == previewing && key.Matches(msg, keys.Edit):
		p.step = editing
	case p.step != editing: // the request is running and cannot be cancelled
	case key.Matches(msg, keys.Submit):
		p.preview()
	case key.Matches(msg, keys.Next):
		p.form.Focus(p.form.At + 1)
	case key.Matches(msg, keys.Prev):
		p.form.Focus(p.form.At - 1)
	default:
		p.problem = nil
		return p.form.Update(msg)
	}
	return nil
}

// preview reads the form. It contacts no server.
func (p *acceptPage) preview() {
	l, err := maillink.Parse(p.form.Value(fieldLink))
	if room := p.form.Value(fieldRoomID); room != "" && err == nil {
		l.RoomID = id.RoomID(room)
		if !maillink.IsRoomID(room) {
			err = maillink.ErrRoom
			p.form.Focus(fieldRoomID)
		}
	}
	i := p.sh.Account.Preview(l)
	switch {
	case err != nil:
	case i.Joined != nil:
		err = client.ErrAlreadyJoined
	case l.RoomID == "":
		err = client.ErrNoRoomNamed
		p.form.Focus(fieldRoomID)
	case i.Asked() == "" && p.inviter() == "":
		err = client.ErrNoSigner
		p.form.Focus(fieldInviter)
	}
	if p.problem = err; err == nil {
		p.step, p.invitation = previewing, i
	}
}

// inviter returns the inviter that the user typed.
func (p *acceptPage) inviter() id.UserID { return id.UserID(p.form.Value(fieldInviter)) }

// accept accepts the invite. It uses the context of the program, not of the page, so that
// closing the page does not cancel the request to join.
func (p *acceptPage) accept() tea.Cmd {
	p.step, p.problem = doing, nil
	p.sh.Running++
	account, i := p.sh.Account, p.invitation
	consent := client.Consent{Host: i.Asked(), Inviter: p.inviter()}
	return tea.Batch(p.spinner.Tick, shell.Ask(p.sh.Ctx, p, func(ctx context.Context) tea.Msg {
		accepted, err := account.Accept(ctx, i, consent)
		return acceptedMsg{accepted, err}
	}))
}

func (p *acceptPage) accepted(msg acceptedMsg) tea.Cmd {
	p.sh.Running--
	p.step, p.problem = editing, msg.err
	p.done, p.joined = msg.accepted, msg.err == nil
	if p.problem != nil && p.sh.Top() != p {
		p.sh.ShowError(msg.err)
	}
	return p.sh.QuitIfWaiting(msg.err == nil)
}

// room returns the joined room. It returns an error until the homeserver has sent the
// room.
func (p *acceptPage) room() (client.Room, error) { return p.sh.Account.Room(p.done.RoomID) }

func (p *acceptPage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	switch {
	case p.joined:
		_, err := p.room()
		return []key.Binding{keymap.When(err == nil, keymap.As(k.Open, "open the room")), k.Back, k.Interrupt}
	case p.step == previewing:
		return []key.Binding{k.AcceptTerms, k.Edit, k.Interrupt}
	case p.step == doing:
		return []key.Binding{k.Interrupt}
	default:
		return []key.Binding{k.Submit, k.Next, k.Back, k.Interrupt}
	}
}

func (p *acceptPage) FullHelp() [][]key.Binding { return [][]key.Binding{p.ShortHelp()} }

func (p *acceptPage) View(width, _ int) (string, *tea.Cursor) {
	st := p.sh.Styles
	width = min(width-4, 90)
	switch {
	case p.joined:
		return cells.Indent("\n"+p.result(width), 2), nil
	case p.step == previewing:
		return cells.Indent("\n"+p.facts(width), 2), nil
	case p.step == doing:
		return cells.Indent("\n"+p.spinner.View()+" Accepting the invite…", 2), nil
	}
	form, cursor := p.form.View(width, true)
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+2, cursor.Y+1
	}
	below := st.Faint.Render(cells.Wrap("No server is contacted before you have seen the contents of the link. "+
		"An invite by e-mail cannot be declined. You can ignore it.", width))
	if p.problem != nil {
		below = p.sh.RenderError(p.problem, width)
	}
	return cells.Indent("\n"+form+"\n\n"+below, 2), cursor
}

// facts returns the contents of the link and the server that accepting will contact.
func (p *acceptPage) facts(width int) string {
	st, i := p.sh.Styles, p.invitation
	var b strings.Builder
	for _, row := range [][2]string{
		{"Room", i.Link.RoomName},
		{"", string(i.Link.RoomID)},
		{"Invited by", i.Link.InviterName},
		{"", string(i.Link.Sender)},
		{"Invited", i.Link.Email},
		{"Key", i.Link.Key.Public()},
		{"You join as", string(p.sh.Account.UserID())},
	} {
		if row[1] != "" {
			b.WriteString(st.Label.Render(cells.Pad(row[0], widget.LabelWidth)) + cells.Cut(row[1], width-widget.LabelWidth) + "\n")
		}
	}
	b.WriteString("\n" + st.Warn.Render(cells.Wrap("! This is what the link says. The names are not verified.", width)) + "\n")
	if by := p.inviter(); i.Link.ByLinksServer() && i.Homeserver != "" {
		b.WriteString(cells.Wrap(cells.Cut(i.Host, phrase.NameWidth)+" signs that you accept the invite, and counts it if the number of uses is limited. "+
			cells.Cut(i.Homeserver, phrase.NameWidth)+", the homeserver of the sender, is asked to invite you. Both learn your Matrix ID and your network address. "+
			"If the homeserver cannot invite you, yours is asked to accept the signature.", width))
	} else if i.Homeserver != "" {
		b.WriteString(cells.Wrap("mxinvite signs with the key in the link; no identity server is asked. "+cells.Cut(i.Homeserver, phrase.NameWidth)+
			", the homeserver of the sender, is asked to invite you, and learns your Matrix ID and your network address. "+
			"If it cannot, your homeserver is asked to accept the signature.", width))
	} else if by != "" {
		b.WriteString(cells.Wrap("You named "+cells.Cut(string(by), phrase.NameWidth)+" as the sender of the invite, so no server has to confirm it.", width))
	} else {
		b.WriteString(cells.Wrap("The link names "+cells.Cut(i.Host, phrase.NameWidth)+" as the host that confirms the invite. "+
			"That host learns your Matrix ID and your network address.", width))
	}
	b.WriteString("\n\nPress " + st.Accent.Render("a") + " to accept it, " + st.Accent.Render("esc") + " to change it.")
	return b.String()
}

// result returns a text with the name of the joined room, from the state of the room.
func (p *acceptPage) result(width int) string {
	st := p.sh.Styles
	name := string(p.done.RoomID)
	if r, err := p.room(); err == nil {
		name = r.Name
	}
	text := st.Good.Render("✓ ") + cells.Wrap("You are in "+cells.Cut(name, phrase.NameWidth)+" now.", width-2) + "\n"
	if p.done.Inviter == "" {
		return text + "\n" + cells.Wrap("Your Matrix ID was already invited, so the link was not used.", width)
	}
	return text + "\n" + cells.Wrap("Invited by "+cells.Cut(string(p.done.Inviter), phrase.NameWidth)+".", width)
}
