package ui

import (
	"context"
	"fmt"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/internal/threepid"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// again is a card on which an invite is sent again: the old one is revoked, and
// a new one goes to the same address. That is known if it was sent from here;
// otherwise the person types it.
type again struct {
	sh      *shell
	ctx     context.Context
	invite  invite.Invite
	form    *widget.Form // nil if the address is known
	address threepid.ID
	doubted string // what was typed and does not fit the invite; entered again it goes
	busy    bool
	problem error
	spinner spinner.Model
}

// maySendAgain reports whether it makes sense to send an invite again.
func (sh *shell) maySendAgain(i invite.Invite) bool {
	switch i.Status {
	case invite.Pending, invite.Malformed:
		return sh.mayRevoke(i)
	case invite.Revoked:
		r, err := sh.account.Room(i.RoomID)
		return err == nil && r.MayInvite() && i.Acceptance == nil
	default:
		return false // they have taken it
	}
}

// sendAgain opens the card, or says why not.
func (sh *shell) sendAgain(i invite.Invite) tea.Cmd {
	if !sh.maySendAgain(i) {
		sh.notice = notice{text: "Only an invite that is not accepted yet can be sent again, by a user who may invite.", bad: true}
		return nil
	}
	return sh.openCard(func(ctx context.Context) screen {
		c := &again{sh: sh, ctx: ctx, invite: i, spinner: widget.NewSpinner()}
		var known bool
		if c.address, known = sh.account.AddressOf(i.RoomID, i.Token); !known {
			c.form = sh.newForm()
			c.form.Add("E-mail", "that it went to", "")
		}
		return c
	})
}

func (c *again) init() tea.Cmd { return nil }
func (c *again) title() string { return "Send again" }

// sentAgain is how it ended.
type sentAgain struct {
	revoked bool
	err     error
}

func (c *again) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case sentAgain:
		return c.done(msg)
	case spinner.TickMsg:
		return widget.Turn(&c.spinner, msg, c.busy)
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

func (c *again) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := c.sh.keys
	switch {
	case c.form == nil && key.Matches(msg, keys.Yes):
		return c.send()
	case c.form == nil && key.Matches(msg, keys.No), key.Matches(msg, keys.Back):
		c.sh.closeScreen(c)
	case c.form != nil && key.Matches(msg, keys.Submit):
		return c.submit()
	case c.form != nil:
		c.problem = nil
		return c.form.Update(msg)
	}
	return nil
}

// submit takes the address that was typed. One that the invite cannot have gone
// to has to be entered twice.
func (c *again) submit() tea.Cmd {
	typed := c.form.Value(0)
	address, err := threepid.ParseEmail(typed)
	if err != nil {
		c.problem = err
		return nil
	}
	if !invite.Matches(c.invite.DisplayName, address.Address) && c.doubted != typed {
		c.doubted = typed
		return nil
	}
	c.address = address
	return c.send()
}

// send looks first whether the new invite can go out, then revokes the old one,
// and puts the new one into the outbox.
func (c *again) send() tea.Cmd {
	c.busy, c.problem = true, nil
	c.sh.begun++
	account, old, address := c.sh.account, c.invite, c.address
	return tea.Batch(c.spinner.Tick, ask(c.sh.ctx, c, func(ctx context.Context) tea.Msg {
		plan, err := account.Plan(ctx, old.RoomID, recipients.Invitee{Address: address})
		switch {
		case err != nil:
			return sentAgain{err: err}
		case plan.Queued:
			return sentAgain{err: fmt.Errorf("an invite to %s is in the outbox already", address.Address)}
		}
		if old.Status != invite.Revoked {
			if err := account.Revoke(ctx, old.RoomID, old.Token); err != nil {
				return sentAgain{err: err}
			}
		}
		_, err = account.Enqueue(ctx, []client.Plan{plan})
		return sentAgain{revoked: true, err: err}
	}))
}

func (c *again) done(msg sentAgain) tea.Cmd {
	c.sh.begun--
	c.busy = false
	if msg.err == nil {
		c.sh.closeScreen(c)
		c.sh.say("The old invite is revoked, and a new one to %s is in the outbox.", c.address.Address)
		return tea.Batch(c.sh.leave(true), c.sh.sending.read())
	}
	if c.problem = msg.err; msg.revoked {
		c.problem = fmt.Errorf("the old invite is revoked, but no new one goes out: %w", msg.err)
		c.invite.Status = invite.Revoked // there is nothing left to revoke
	}
	return c.sh.leave(false)
}

func (c *again) ShortHelp() []key.Binding {
	k := c.sh.keys
	if c.form == nil {
		return []key.Binding{when(!c.busy, k.Yes), when(!c.busy, k.No), k.Interrupt}
	}
	return []key.Binding{when(!c.busy, as(k.Submit, "send again")), when(!c.busy, k.Back), k.Interrupt}
}

func (c *again) FullHelp() [][]key.Binding { return [][]key.Binding{c.ShortHelp()} }

func (c *again) view(width, _ int) (string, *tea.Cursor) {
	st := c.sh.styles
	width = min(width, 64)
	who := cells.Cut(c.sh.who(c.invite), nameWidth)
	text := "\n" + st.Strong.Render(cells.Wrap("Send the invite of "+who+" again?", width)) + "\n\n" +
		cells.Wrap("The link in the old mail stops working in this room, and a new mail goes out.", width) + "\n\n"
	if c.invite.Status == invite.Revoked {
		text = "\n" + st.Strong.Render(cells.Wrap("Invite "+who+" again?", width)) + "\n\n" +
			cells.Wrap("The old invite is revoked. A new mail goes out.", width) + "\n\n"
	}
	var cursor *tea.Cursor
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
		text += c.sh.problem(c.problem, width)
	case c.form == nil:
		text += c.sh.yesOrNo()
	case c.doubted != "" && c.doubted == c.form.Value(0):
		text += st.Warn.Render(cells.Wrap("! The invite was to "+cells.Cut(nameOf(c.invite), nameWidth)+", and this is another address. Press enter once more if it is right.", width))
	default:
		text += st.Faint.Render(cells.Wrap("It was not sent from here, so only you know the address.", width))
	}
	return text + "\n", cursor
}
