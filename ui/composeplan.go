package ui

import (
	"context"
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// askForPlan looks up what an invite to each person would do.
func (c *composePage) askForPlan() tea.Cmd {
	if err := c.invitees.err(); err != nil {
		c.problem = err
		return nil
	}
	c.people.close()
	c.step, c.problem = planning, nil
	var ctx context.Context
	ctx, c.stop = context.WithCancel(c.ctx)
	account, way, rooms, people := c.sh.Account, c.way(), slices.Clone(c.chosen), c.invitees.people()
	c.looked = widget.Progress{Total: len(people)}
	c.sh.Progress = c.looked
	done := make(chan int, 1)
	moves, progress := c.moves, func(n int) { latest(done, n) }
	return tea.Batch(c.spinner.Tick, c.waitForLookups(ctx, done), shell.Ask(ctx, c, func(ctx context.Context) tea.Msg {
		var plans []client.Plan
		var err error
		if moves != nil {
			plans, err = moves.plan(ctx, account, rooms, people, progress)
		} else {
			plans, err = account.PlanAll(ctx, way, rooms, people, progress)
		}
		return planned{plans, err}
	}))
}

// latest puts n into the channel, which holds one number. It replaces a number that
// the page has not read yet.
func latest(numbers chan int, n int) {
	select {
	case <-numbers:
	default:
	}
	numbers <- n
}

// lookedUp is the number of people who are looked up so far.
type lookedUp struct {
	ctx  context.Context
	done chan int
	n    int
}

// waitForLookups waits for the next number.
func (c *composePage) waitForLookups(ctx context.Context, done chan int) tea.Cmd {
	return shell.Ask(ctx, c, func(ctx context.Context) tea.Msg {
		select {
		case n := <-done:
			return lookedUp{ctx, done, n}
		case <-ctx.Done():
			return nil
		}
	})
}

func (c *composePage) lookedUp(msg lookedUp) tea.Cmd {
	c.looked.Done = msg.n
	c.sh.Progress = c.looked
	return c.waitForLookups(msg.ctx, msg.done)
}

// planned is the result of the lookup.
type planned struct {
	plans []client.Plan
	err   error
}

func (c *composePage) planned(msg planned) tea.Cmd {
	c.stop()
	c.sh.Progress = widget.Progress{}
	single := c.invitees.single() && len(c.chosen) == 1
	if msg.err == nil && single {
		msg.err = msg.plans[0].Err()
		switch msg.plans[0].Outcome() {
		case client.PlanQueued:
			msg.err = errQueued
		case client.PlanReplaced:
			msg.err = nil // the preview asks for it
		default:
		}
	}
	var terms *client.TermsError
	switch {
	case errors.As(msg.err, &terms):
		c.step = editing
		return c.sh.Open(newTerms(c.sh, terms, c.askForPlan))
	case msg.err != nil:
		c.step, c.problem = editing, msg.err
		return nil
	}
	c.step, c.preview = previewing, newPreview(c.invitees.list, msg.plans, single)
	return c.ready()
}

var errQueued = errors.New("an invite for this person is in the outbox already")

// readyMsg arrives when a preview has been on the screen for some time without a key
// press.
type readyMsg struct {
	preview *preview
	presses int
}

// ready waits until the user has had the time to read the preview.
func (c *composePage) ready() tea.Cmd {
	c.preview.presses++
	msg := readyMsg{c.preview, c.preview.presses}
	return shell.Ask(c.ctx, c, func(ctx context.Context) tea.Msg {
		select {
		case <-time.After(shell.Readable):
		case <-ctx.Done():
		}
		return msg
	})
}

// enqueue puts the confirmed invites into the outbox. It uses the context of the
// program, so closing the page does not cancel it.
func (c *composePage) enqueue() tea.Cmd {
	plans := c.preview.chosen()
	if len(plans) == 0 {
		return nil
	}
	c.step, c.problem = doing, nil
	c.sh.Running++
	account := c.sh.Account
	return tea.Batch(c.spinner.Tick, shell.Ask(c.sh.Ctx, c, func(ctx context.Context) tea.Msg {
		items, err := account.Enqueue(ctx, plans)
		return enqueued{items, err}
	}))
}

// enqueued is the result of enqueue.
type enqueued struct {
	items []client.Item
	err   error
}

func (c *composePage) enqueued(msg enqueued) tea.Cmd {
	c.sh.Running--
	if msg.err == nil && len(msg.items) == 0 {
		msg.err = errQueued // another program has queued them meanwhile
	}
	if msg.err != nil {
		c.step, c.preview, c.problem = editing, nil, msg.err
		return c.sh.QuitIfWaiting(false)
	}
	c.sh.CloseScreen(c)
	c.sh.Sending.ShowQueued(msg.items, c.sh.Keys.Outbox.Help().Key)
	links := openLinks(c.sh, msg.items)
	if c.moves != nil {
		cmds := []tea.Cmd{links, c.sh.QuitIfWaiting(true), c.sh.Sending.Read()}
		if old := c.obsolete(); len(old) > 0 {
			cmds = append(cmds, beginRevoking(c.sh, old))
		}
		return tea.Batch(cmds...)
	}
	return tea.Batch(links, c.sh.Draft.Note(nil), c.sh.QuitIfWaiting(true), c.sh.Sending.Read())
}
