package ui

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
)

// shell is what every screen shares: one pointer, made once, never copied.
type shell struct {
	ctx     context.Context // ends when the program ends
	opt     Options
	now     func() time.Time
	keys    keyMap
	styles  styles
	account *client.Account // nil before signing in
	link    link
	notice  notice
	stack   []layer
	revokes revokes
	batches int // of revocations, so far
	leaving bool
	sends   int // of invites, under way

	// forgotten is closed once the last session is dropped: the next one may not
	// be remembered before. Nil if there was none.
	forgotten <-chan struct{}

	multiplexer multiplexer // between us and the terminal

	keysChanged chan struct{} // holds one token while there is news of keys

	width, height int // of the place for a page
}

func newShell(ctx context.Context, opt Options) *shell {
	return &shell{
		ctx: ctx, opt: opt, now: opt.Client.Now, keys: newKeyMap(), styles: newStyles(true),
		revokes: revokes{}, keysChanged: make(chan struct{}, 1),
	}
}

// signedIn begins anew with an account's invites.
func (sh *shell) signedIn(a *client.Account) tea.Cmd {
	sh.account = a
	sh.link = link{}
	return sh.restart(newHome(sh))
}

// signedOut goes back to signing in and says why.
func (sh *shell) signedOut(why error) tea.Cmd {
	session := sh.account.Session()
	sh.account = nil
	sh.revokes, sh.leaving = revokes{}, false
	sh.opt.User, sh.opt.Password = string(session.UserID), ""
	sh.opt.Homeserver = session.Homeserver // the person may have typed another than the Matrix ID tells
	return tea.Batch(sh.restart(newSignIn(sh, why)), sh.forget())
}

// forget drops the session that is over.
func (sh *shell) forget() tea.Cmd {
	drop, done := sh.opt.Forget, make(chan struct{})
	sh.forgotten = done
	return func() tea.Msg {
		defer close(done)
		if drop == nil {
			return nil
		}
		return notKeptMsg{drop()}
	}
}

// update hears what is meant for no screen in particular.
func (sh *shell) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.EnvMsg:
		sh.multiplexer = multiplexerOf(msg)
	case minuteMsg:
		return sh.minute()
	case revokedMsg:
		return sh.revoked(msg)
	case notKeptMsg:
		if msg.err != nil {
			sh.complain(msg.err)
		}
	case signedOutMsg:
		switch {
		case msg.account != sh.account:
			return nil // the homeserver was quicker, and somebody may be signed in again
		case msg.err != nil:
			sh.complain(msg.err)
			return nil
		}
		return sh.signedOut(nil)
	}
	return nil
}

// quit ends the program, once nothing is left that the person wants done. Asked
// a second time it does not wait.
func (sh *shell) quit() tea.Cmd {
	if !sh.busy() || sh.leaving {
		return tea.Quit
	}
	sh.leaving = true
	sh.say("Finishing what was begun. Press the key again to leave at once.")
	sh.revokes.hurry()
	return nil
}

// busy reports whether something is under way that should not be cut off.
func (sh *shell) busy() bool { return len(sh.revokes) > 0 || sh.sends > 0 }

// leave ends the program if that was only waiting for what has just ended. What
// went wrong keeps it open: somebody has to read it.
func (sh *shell) leave(well bool) tea.Cmd {
	if !well {
		sh.leaving = false
	}
	if sh.leaving && !sh.busy() {
		return tea.Quit
	}
	return nil
}

// minuteMsg comes every minute, for what is told in minutes.
type minuteMsg struct{}

func (sh *shell) minute() tea.Cmd {
	return tea.Tick(time.Minute, func(time.Time) tea.Msg { return minuteMsg{} })
}

// changedMsg tells every screen that the account's rooms or invites changed.
type changedMsg struct{}

// link is how it stands with the homeserver.
type link struct {
	up      bool
	err     error
	retryAt time.Time
}

func (l link) view(st styles, now, asOf time.Time) string {
	old := ""
	if !asOf.IsZero() && now.Sub(asOf) > time.Minute {
		old = ", as of " + ago(now, asOf)
	}
	switch {
	case l.err != nil:
		return st.bad.Render("○ offline") + st.faint.Render(old+", again at "+l.retryAt.Format("15:04:05"))
	case l.up:
		return st.good.Render("● live")
	default:
		return st.faint.Render("◌ connecting" + old)
	}
}

// header is the line on top of every page.
func (sh *shell) header(width int) string {
	st := sh.styles
	left := " " + st.brand.Render("mxinvite")
	if sh.opt.Banner != "" {
		left += " " + st.banner.Render(sh.opt.Banner)
	}
	left += "   " + st.strong.Render(cut(sh.stack[sh.page()].title(), width/2))
	if sh.account == nil {
		return pad(left, width)
	}
	right := "   " + sh.link.view(st, sh.now(), sh.account.AsOf()) + " "
	if user := st.faint.Render(cut(string(sh.account.UserID()), width/3)); lineWidth(left+user+right) < width-3 {
		right = "   " + user + right
	}
	return ends(left, right, width)
}

// A notice is a line about something that just happened.
type notice struct {
	text string
	bad  bool
}

func (n notice) view(st styles) string {
	switch {
	case n.text == "":
		return ""
	case n.bad:
		return st.bad.Render("! " + cut(n.text, 400))
	default:
		return st.good.Render("✓ ") + cut(n.text, 400)
	}
}

// say tells that something worked.
func (sh *shell) say(format string, args ...any) {
	sh.notice = notice{text: fmt.Sprintf(format, args...)}
}

// complain tells that something did not work, and what to do.
func (sh *shell) complain(err error) {
	text := sentence(err.Error())
	if hint := client.Hint(err); hint != "" {
		text += " " + hint
	}
	sh.notice = notice{text: text, bad: true}
}

func size(w, h int) string { return fmt.Sprintf("%d columns and %d rows", w, h) }

// problem shows an error in the page: what happened, and what to do about it.
func (sh *shell) problem(err error, width int) string {
	st := sh.styles
	out := st.bad.Render(wrap("! "+sentence(err.Error()), width))
	if hint := client.Hint(err); hint != "" {
		out += "\n" + st.plain.Render(wrap(hint, width))
	}
	return out
}

// sentence makes an error's text one. A name in front keeps its small letter.
func sentence(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if !strings.ContainsAny(word, ".:@!#") {
		first, size := utf8.DecodeRuneInString(s)
		s = string(unicode.ToUpper(first)) + s[size:]
	}
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}
