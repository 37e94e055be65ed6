package ui

import (
	"context"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/duration"
	"github.com/mxinvite/mxinvite/internal/threepid"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// sendAgainCard is a card on which an invite is sent again: the old one is revoked, and
// a new one goes to the same address, or the user gets a new link. The program knows the
// address or the label if it sent the old invite; otherwise the user types the address.
type sendAgainCard struct {
	sh      *shell.Shell
	ctx     context.Context
	invite  invite.Invite
	form    *widget.Form // nil if the invitee is known
	to      recipients.Invitee
	link    bool   // the user passes on the link of the new invite
	doubted string // typed address that does not match the invite; a second entry confirms it
	// plan holds the effects of sending. If they go beyond the first question, the
	// card asks for a second yes.
	plan    *client.Plan
	busy    bool
	problem error
	spinner spinner.Model
}

// resendable returns nil if an invite can be sent again, and otherwise the reason
// why not.
func resendable(sh *shell.Shell, i invite.Invite) error {
	if sh.Revocations.Has(shell.KeyOf(i)) {
		return errBeingRevoked
	}
	return sh.Account.Resendable(i)
}

func maySendAgain(sh *shell.Shell, i invite.Invite) bool { return resendable(sh, i) == nil }

// sendAgain opens the card, or shows the reason why the invite cannot be sent again.
func sendAgain(sh *shell.Shell, i invite.Invite) tea.Cmd {
	if err := resendable(sh, i); err != nil {
		sh.Notice = shell.Notice{Text: phrase.Sentence(reason(err)), Bad: true}
		return nil
	}
	return sh.OpenCard(func(ctx context.Context) shell.Screen {
		c := &sendAgainCard{sh: sh, ctx: ctx, invite: i, spinner: widget.NewSpinner()}
		c.to = sh.Account.InviteeOf(i)
		c.link = sh.Account.ResendWay(client.Resend{Invite: i, To: c.to}) == client.ByLink
		if c.to == (recipients.Invitee{}) {
			c.form = sh.NewForm()
			c.form.Add("E-mail", "address of the old invite", "")
		}
		return c
	})
}

func (c *sendAgainCard) Init() tea.Cmd { return nil }
func (c *sendAgainCard) Title() string { return "Send again" }

// sentAgain is the result of sending an invite again.
type sentAgain struct {
	revoked bool
	items   []client.Item // the new invite in the outbox
	err     error
}

func (c *sendAgainCard) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case plannedAgain:
		return c.planned(msg)
	case sentAgain:
		return c.done(msg)
	case spinner.TickMsg:
		return widget.UpdateSpinner(&c.spinner, msg, c.busy)
	case tea.PasteMsg:
		if c.form != nil && !c.busy {
			return c.form.Update(msg)
		}
	case tea.KeyPressMsg:
		if !c.busy {
			return c.press(msg)
		}
	}
	return nil
}

func (c *sendAgainCard) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := c.sh.Keys
	switch {
	case c.plan != nil && key.Matches(msg, keys.Yes):
		return c.send()
	case c.asks() && key.Matches(msg, keys.Yes):
		return c.makePlan()
	case c.asks() && key.Matches(msg, keys.No), key.Matches(msg, keys.Back):
		c.sh.CloseScreen(c)
	case c.asks():
	case key.Matches(msg, keys.Submit):
		return c.submit()
	default:
		c.problem = nil
		return c.form.Update(msg)
	}
	return nil
}

// asks reports whether the card asks for a yes, and not for an address.
func (c *sendAgainCard) asks() bool { return c.form == nil || c.plan != nil }

// submit reads the typed address. The user must enter an address twice if it does
// not match the invite.
func (c *sendAgainCard) submit() tea.Cmd {
	typed := c.form.Value(0)
	address, err := threepid.ParseEmail(typed)
	if err != nil {
		c.problem = err
		return nil
	}
	if !c.sh.Account.MayBeTo(c.invite, address) && c.doubted != typed {
		c.doubted = typed
		return nil
	}
	c.to = recipients.Invitee{Address: address}
	return c.makePlan()
}

// plannedAgain holds the effects of sending the invite again.
type plannedAgain struct {
	plan client.Plan
	err  error
}

// makePlan determines the effects of sending the invite again. It changes nothing.
func (c *sendAgainCard) makePlan() tea.Cmd {
	c.busy, c.problem = true, nil
	c.sh.Running++
	account, resend := c.sh.Account, client.Resend{Invite: c.invite, To: c.to}
	return tea.Batch(c.spinner.Tick, shell.Ask(c.sh.Ctx, c, func(ctx context.Context) tea.Msg {
		plans, err := account.PlanResend(ctx, resend.Invite.RoomID, []client.Resend{resend}, nil)
		if err != nil {
			return plannedAgain{err: err}
		}
		return plannedAgain{plans[0], plans[0].Err()}
	}))
}

// planned sends the invite, or asks once more if there is another pending invite
// or if the address belongs to a user on Matrix.
func (c *sendAgainCard) planned(msg plannedAgain) tea.Cmd {
	c.sh.Running--
	c.busy = false
	switch p := &msg.plan; {
	case msg.err != nil:
		c.problem = msg.err
	case p.Queued:
		c.problem = fmt.Errorf("an invite to %s is in the outbox already", c.to)
	case len(p.Similar) > 0, p.UserID != "":
		c.plan = p
	default:
		c.plan = p
		return c.send()
	}
	return c.sh.QuitIfWaiting(false)
}

// send revokes the old invite, and puts the new one into the outbox.
func (c *sendAgainCard) send() tea.Cmd {
	c.busy, c.problem = true, nil
	c.sh.Running++
	account, old, plan := c.sh.Account, c.invite, *c.plan
	return tea.Batch(c.spinner.Tick, shell.Ask(c.sh.Ctx, c, func(ctx context.Context) tea.Msg {
		if old.Status != invite.Revoked {
			if err := account.Revoke(ctx, old.RoomID, old.Token); err != nil {
				return sentAgain{err: err}
			}
		}
		items, err := account.Enqueue(ctx, []client.Plan{plan})
		return sentAgain{revoked: true, items: items, err: err}
	}))
}

func (c *sendAgainCard) done(msg sentAgain) tea.Cmd {
	c.sh.Running--
	c.busy, c.plan = false, nil
	if msg.err == nil {
		c.sh.CloseScreen(c)
		c.sh.ShowSuccess("The old invite is revoked, and a new invite to %s is in the outbox.", c.to)
		return tea.Batch(openLinks(c.sh, msg.items), c.sh.QuitIfWaiting(true), c.sh.Sending.Read())
	}
	if c.problem = msg.err; msg.revoked {
		c.problem = fmt.Errorf("the old invite is revoked, but no new invite was sent: %w", msg.err)
		c.invite.Status = invite.Revoked // there is nothing left to revoke
	}
	return c.sh.QuitIfWaiting(false)
}

func (c *sendAgainCard) ShortHelp() []key.Binding {
	k := c.sh.Keys
	if c.asks() {
		return []key.Binding{keymap.When(!c.busy, k.Yes), keymap.When(!c.busy, k.No), k.Interrupt}
	}
	return []key.Binding{keymap.When(!c.busy, keymap.As(k.Submit, "send again")), keymap.When(!c.busy, k.Back), k.Interrupt}
}

func (c *sendAgainCard) FullHelp() [][]key.Binding { return [][]key.Binding{c.ShortHelp()} }

func (c *sendAgainCard) View(width, _ int) (string, *tea.Cursor) {
	st := c.sh.Styles
	width = min(width, 64)
	who := cells.Cut(inviteeOf(c.sh, c.invite), phrase.NameWidth)
	question, what := "Send the invite of "+who+" again?", "The link in the old mail stops working in this room, and a new mail is sent."
	switch revoked := c.invite.Status == invite.Revoked; {
	case revoked && c.link:
		question, what = "Invite "+who+" again?", "The old invite is revoked. You get a new link to pass on."
	case revoked:
		question, what = "Invite "+who+" again?", "The old invite is revoked. A new mail is sent."
	case c.link:
		question, what = "Make a new link for "+who+"?", "The old link stops working, and you get a new one to pass on."
	}
	text := "\n" + st.Strong.Render(cells.Wrap(question, width)) + "\n\n" + cells.Wrap(what, width) + "\n\n"
	var cursor *tea.Cursor
	if c.plan != nil && !c.busy {
		return text + c.otherEffects(width) + "\n\n" + shell.YesOrNo(c.sh) + "\n", nil
	}
	if c.form != nil {
		var form string
		form, cursor = c.form.View(width, !c.busy)
		if cursor != nil {
			cursor.Y += cells.Height(text) - 1
		}
		text += form + "\n\n"
	}
	switch {
	case c.busy:
		text += c.spinner.View() + " Sending it again…"
	case c.problem != nil:
		text += c.sh.RenderError(c.problem, width)
	case c.form == nil:
		text += shell.YesOrNo(c.sh)
	case c.doubted != "" && c.doubted == c.form.Value(0):
		text += st.Warn.Render(cells.Wrap("! This address does not match "+cells.Cut(nameOf(c.invite), phrase.NameWidth)+", the name in the old invite. Press enter again to use it.", width))
	default:
		text += st.Faint.Render(cells.Wrap("mxinvite did not send the old invite and does not know its address.", width))
	}
	return text + "\n", cursor
}

// otherEffects describes the effects of the plan that the first question does not
// mention.
func (c *sendAgainCard) otherEffects(width int) string {
	const most = 3
	var lines []string
	add := func(format string, args ...any) {
		lines = append(lines, cells.Bullet(c.sh.Styles.Warn.Render("!"), fmt.Sprintf(format, args...), width))
	}
	room := cells.Cut(c.plan.Room.Name, phrase.NameWidth)
	if c.plan.UserID != "" {
		instead := "no mail is sent"
		if c.link {
			instead = "there is no new link"
		}
		add("%s is %s on Matrix. That user is invited to %s on Matrix, and "+instead+".",
			cells.Cut(c.to.String(), phrase.NameWidth), cells.Cut(string(c.plan.UserID), phrase.NameWidth), room)
	}
	for n, i := range c.plan.Similar {
		if n == most {
			add("%d more like it are pending.", len(c.plan.Similar)-most)
			break
		}
		add("Another invite to %s is pending: %s, sent %s by %s. It may be to the same address, and is not revoked.",
			room, cells.Cut(inviteeOf(c.sh, i), phrase.NameWidth), duration.Ago(c.sh.Now(), i.SentAt), cells.Cut(shortUser(string(i.Sender)), phrase.NameWidth))
	}
	return strings.Join(lines, "\n\n")
}
