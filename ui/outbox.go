package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// outboxPage shows the invites in the outbox and their states.
type outboxPage struct {
	sh     *shell.Shell
	items  map[int64]client.Item
	list   widget.List[int64]
	marked map[int64]bool
}

func newOutbox(sh *shell.Shell) func(context.Context) shell.Screen {
	return func(context.Context) shell.Screen {
		p := &outboxPage{sh: sh, marked: map[int64]bool{}}
		p.refresh()
		for n, number := range p.list.Keys { // the cursor starts at the first unfinished invite
			if p.items[number].State.Active() {
				p.list.At = n
				break
			}
		}
		p.list.Scroll(p.lines())
		return p
	}
}

func (p *outboxPage) Init() tea.Cmd { return p.sh.Sending.Read() }
func (p *outboxPage) Title() string { return "Outbox" }

// refresh updates the page from the latest copy of the outbox.
func (p *outboxPage) refresh() {
	p.items = map[int64]client.Item{}
	var numbers []int64
	for _, i := range p.sh.Sending.Outbox.Items {
		p.items[i.Number] = i
		numbers = append(numbers, i.Number)
	}
	p.list.Set(numbers)
	for number := range p.marked {
		if _, ok := p.items[number]; !ok {
			delete(p.marked, number)
		}
	}
}

func (p *outboxPage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case shell.OutboxMsg:
		p.refresh()
	case tea.KeyPressMsg:
		cmd := p.press(msg)
		p.list.Scroll(p.lines())
		return cmd
	}
	return nil
}

func (p *outboxPage) press(msg tea.KeyPressMsg) tea.Cmd {
	sh, keys := p.sh, p.sh.Keys
	number, some := p.list.Current()
	switch {
	case key.Matches(msg, keys.Invite):
		return sh.Open(newComposePage(sh))
	case key.Matches(msg, keys.Pause):
		return p.pause()
	case key.Matches(msg, keys.TryNow) && p.delayed():
		return p.sh.Sending.Change("Trying now.", func(ctx context.Context, a *client.Account) error { return a.RetryNow(ctx) })
	case key.Matches(msg, keys.AcceptTerms):
		return p.acceptTerms()
	case !some:
	case key.Matches(msg, keys.ClearFinished):
		return p.clearFinished()
	case key.Matches(msg, keys.Mark):
		p.mark(number)
	case key.Matches(msg, keys.MarkAll):
		p.markAll()
	case key.Matches(msg, keys.Clear) && len(p.marked) > 0:
		clear(p.marked)
	case key.Matches(msg, keys.Cancel):
		return p.cancel()
	case key.Matches(msg, keys.SendAgain):
		return p.retry()
	case key.Matches(msg, keys.MarkSent):
		return p.markSent()
	case key.Matches(msg, keys.ShowLink):
		return openLinks(sh, p.chosen(countedStates()...))
	default:
		p.list.Press(msg, keys.Keys, p.lines())
	}
	return nil
}

func (p *outboxPage) mark(number int64) {
	if p.marked[number] {
		delete(p.marked, number)
	} else {
		p.marked[number] = true
	}
	p.list.At = min(p.list.At+1, len(p.list.Keys)-1)
}

// markAll marks all items. If all are marked, it removes all marks.
func (p *outboxPage) markAll() {
	if len(p.marked) == len(p.items) {
		clear(p.marked)
		return
	}
	for number := range p.items {
		p.marked[number] = true
	}
}

// chosen returns the marked items in one of the states. If no item is marked, it
// considers the item under the cursor.
func (p *outboxPage) chosen(states ...client.ItemState) []client.Item {
	var chosen []client.Item
	for n, number := range p.list.Keys {
		meant := p.marked[number] || (len(p.marked) == 0 && n == p.list.At)
		if i := p.items[number]; meant && slices.Contains(states, i.State) {
			chosen = append(chosen, i)
		}
	}
	return chosen
}

func numbers(items []client.Item) []int64 {
	var numbers []int64
	for _, i := range items {
		numbers = append(numbers, i.Number)
	}
	return numbers
}

// itemNames returns the name of a single item, or the number of items.
func itemNames(items []client.Item) string {
	if len(items) == 1 {
		return "the invite to " + cells.Cut(addressOf(items[0]), phrase.NameWidth)
	}
	return phrase.Count(len(items), "invite")
}

// addressOf returns the e-mail address or the Matrix ID of the item's invitee, or a
// note if the item cannot be decrypted.
func addressOf(i client.Item) string {
	if i.Sealed {
		return "(encrypted with a lost session)"
	}
	return i.Invitee().String()
}

func (p *outboxPage) pause() tea.Cmd {
	pause, done := !p.sh.Sending.Outbox.Paused, "Sending is resumed."
	if pause {
		done = "Paused: no program sends invites until you resume sending."
	}
	return p.sh.Sending.Change(done, func(ctx context.Context, a *client.Account) error { return a.PauseOutbox(ctx, pause) })
}

// delayed reports whether invites wait although the user has not paused the outbox.
func (p *outboxPage) delayed() bool {
	o := p.sh.Sending.Outbox
	return p.sh.Sending.Stalled() || p.sh.Sending.Waiting() > 0 && !o.Paused && o.Next.After(p.sh.Now())
}

// terms returns the terms that the user must accept before sending continues.
func (p *outboxPage) terms() (terms *client.TermsError, wait bool) {
	return terms, errors.As(p.sh.Sending.Trouble, &terms)
}

func (p *outboxPage) acceptTerms() tea.Cmd {
	terms, wait := p.terms()
	if !wait {
		return nil
	}
	return p.sh.Open(newTerms(p.sh, terms, func() tea.Cmd {
		return p.sh.Sending.Change("Sending is resumed.", func(ctx context.Context, a *client.Account) error { return a.PauseOutbox(ctx, false) })
	}))
}

// clearFinished removes the finished invites from the outbox, after a confirmation.
func (p *outboxPage) clearFinished() tea.Cmd {
	if p.sh.Sending.Outbox.Finished() == 0 {
		return nil
	}
	question := "Clear " + phrase.Count(p.sh.Sending.Outbox.Finished(), "finished invite") + "?"
	if p.sh.Sending.Outbox.Finished() == 1 {
		question = "Clear the finished invite?"
	}
	return p.ask(question, "Finished invites are removed from this page. Sent invites stay in their rooms; failed and cancelled invites are deleted.",
		"Cleared the finished invites.", func(ctx context.Context, a *client.Account) error { return a.ClearOutbox(ctx) })
}

func (p *outboxPage) cancel() tea.Cmd {
	chosen := p.chosen(client.ItemQueued)
	if len(chosen) == 0 {
		return p.refuse("Only queued invites can be cancelled.")
	}
	return p.ask("Cancel "+itemNames(chosen)+"?", "No mail is sent. Cancelled invites stay on this page and can be sent later.",
		"Cancelled "+itemNames(chosen)+".", func(ctx context.Context, a *client.Account) error { return a.Cancel(ctx, numbers(chosen)...) })
}

// retry sends failed and cancelled invites again. Uncertain invites get a separate
// question, because sending them again may cause a second mail.
func (p *outboxPage) retry() tea.Cmd {
	chosen := p.chosen(client.ItemFailed, client.ItemCancelled)
	what := "mxinvite puts them back into the queue and sends them when the homeserver's limit allows it."
	question := "Queue " + itemNames(chosen) + " again?"
	if len(chosen) == 0 {
		if chosen = p.chosen(client.ItemUncertain); len(chosen) == 0 {
			return p.refuse("Only failed, cancelled and uncertain invites can be sent again.")
		}
		question = "Send " + itemNames(chosen) + " again?"
		what = "It is not known whether the first mail was sent. If it was, this sends a second mail to the same person."
		if len(chosen) == 1 {
			what = phrase.Sentence(chosen[0].Reason) + " " + what
		}
	}
	return p.ask(question, what, "Queued again: "+itemNames(chosen)+".",
		func(ctx context.Context, a *client.Account) error { return a.Retry(ctx, numbers(chosen)...) })
}

// markSent marks uncertain invites as sent, after a confirmation.
func (p *outboxPage) markSent() tea.Cmd {
	chosen := p.chosen(client.ItemUncertain)
	if len(chosen) == 0 {
		return p.refuse("Only uncertain invites can be marked as sent.")
	}
	return p.ask("Mark "+itemNames(chosen)+" as sent?", "mxinvite will not send it again. If the mail was not sent, the person gets no invite.",
		"Marked as sent: "+itemNames(chosen)+".", func(ctx context.Context, a *client.Account) error { return a.MarkSent(ctx, numbers(chosen)...) })
}

func (p *outboxPage) refuse(why string) tea.Cmd {
	p.sh.Notice = shell.Notice{Text: why, Bad: true}
	return nil
}

// ask asks for confirmation before a change to the outbox. A confirmed change
// removes the marks.
func (p *outboxPage) ask(question, what, done string, change func(context.Context, *client.Account) error) tea.Cmd {
	return p.sh.OpenCard(shell.NewConfirm(p.sh, question, what, func() tea.Cmd {
		clear(p.marked)
		return p.sh.Sending.Change(done, change)
	}))
}

func (p *outboxPage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	again := len(p.chosen(client.ItemFailed, client.ItemCancelled, client.ItemUncertain)) > 0
	_, terms := p.terms()
	return []key.Binding{
		keymap.When(terms, keymap.As(k.AcceptTerms, "read the terms")), p.pauseKey(), p.tryNowKey(), keymap.When(len(p.chosen(client.ItemQueued)) > 0, k.Cancel), keymap.When(again, k.SendAgain),
		keymap.When(len(p.chosen(client.ItemUncertain)) > 0, k.MarkSent), keymap.When(len(linkItems(p.chosen(countedStates()...))) > 0, k.ShowLink), keymap.When(len(p.marked) > 0, keymap.As(k.Clear, "unmark")), keymap.When(len(p.marked) == 0, k.Back),
		k.Help, k.Quit,
	}
}

// pauseKey returns the pause key, named after its next effect.
func (p *outboxPage) pauseKey() key.Binding {
	o := p.sh.Sending.Outbox
	if o.Paused {
		return keymap.As(p.sh.Keys.Pause, "resume")
	}
	return keymap.When(len(o.Items) > 0, p.sh.Keys.Pause)
}

// longWait is a wait after which the footer shows how to end it.
const longWait = time.Hour

// tryNowKey returns the key that ends a wait, if it is one for the footer.
func (p *outboxPage) tryNowKey() key.Binding {
	s := &p.sh.Sending
	long := s.Stalled() && !s.Outbox.Stall.Decision() || s.Outbox.Next.Sub(p.sh.Now()) > longWait
	_, terms := p.terms()
	return keymap.When(p.delayed() && long && !terms, p.sh.Keys.TryNow)
}

func (p *outboxPage) FullHelp() [][]key.Binding {
	k := p.sh.Keys
	some := len(p.items) > 0
	return [][]key.Binding{
		p.ShortHelp(),
		{k.Invite, keymap.When(p.delayed(), k.TryNow), keymap.When(some, k.Mark), keymap.When(some, k.MarkAll), keymap.When(p.sh.Sending.Outbox.Finished() > 0, k.ClearFinished), k.Palette},
		k.Moves(some),
	}
}

// countedStates returns the states in the order in which the page counts them.
func countedStates() []client.ItemState {
	return []client.ItemState{
		client.ItemQueued, client.ItemSending, client.ItemSent, client.ItemResolved,
		client.ItemUncertain, client.ItemFailed, client.ItemCancelled,
	}
}

// itemGlyph returns the sign beside the name of a state.
func itemGlyph(s client.ItemState) string {
	switch s {
	case client.ItemQueued:
		return "◔"
	case client.ItemSending:
		return "↑"
	case client.ItemSent, client.ItemResolved:
		return "✓"
	case client.ItemUncertain:
		return "!"
	case client.ItemFailed:
		return "✗"
	default:
		return "○"
	}
}

// itemWords returns the name of a state with its sign.
func itemWords(s client.ItemState) string {
	if s == client.ItemResolved {
		return itemGlyph(s) + " invited" // instead of mailed
	}
	return fmt.Sprintf("%s %s", itemGlyph(s), s)
}
