package signin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/style"
)

// DevicePage shows the code of a device authorization grant (RFC 8628) and waits
// until the user approves it on another device.
type DevicePage struct {
	sh      *shell.Shell
	ctx     context.Context
	server  server
	signIn  *login.Device // nil until the code is known
	problem error         // why the sign-in failed
}

func newDevice(sh *shell.Shell, srv server) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen { return &DevicePage{sh: sh, ctx: ctx, server: srv} }
}

func (p *DevicePage) Init() tea.Cmd { return p.begin() }
func (p *DevicePage) Title() string { return "Sign in on " + p.server.hs.Name }

// begin requests a code.
func (p *DevicePage) begin() tea.Cmd {
	p.signIn, p.problem = nil, nil
	opt, hs := clientOptions(p.sh, p.server), p.server.hs
	return shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		s, err := login.StartDevice(ctx, opt, hs)
		return deviceStarted{s, err}
	})
}

// deviceStarted has the code, or an error.
type deviceStarted struct {
	signIn *login.Device
	err    error
}

// secondMsg arrives every second while the page shows the remaining time.
type secondMsg struct{}

func (p *DevicePage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case deviceStarted:
		if p.problem = msg.err; msg.err != nil {
			return nil
		}
		p.signIn = msg.signIn
		s, keep := msg.signIn, signInFinisher(p.sh)
		return tea.Batch(p.second(), shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
			a, err := s.Wait(ctx)
			return keep(ctx, a, err)
		}))
	case secondMsg:
		if p.waiting() {
			return p.second()
		}
	case signInResult:
		if msg.account != nil {
			return showAccount(p.sh, msg)
		}
		p.problem = msg.err
	case tea.KeyPressMsg:
		return p.press(msg)
	}
	return nil
}

func (p *DevicePage) second() tea.Cmd {
	return shell.After(p.ctx, p, time.Second, secondMsg{})
}

func (p *DevicePage) waiting() bool { return p.signIn != nil && p.problem == nil }

func (p *DevicePage) press(msg tea.KeyPressMsg) tea.Cmd {
	switch keys := p.sh.Keys; {
	case p.problem != nil && key.Matches(msg, keys.Submit):
		return p.begin()
	case p.waiting() && key.Matches(msg, keys.CopyAddress):
		return p.sh.CopyURL(p.address())
	case p.waiting() && key.Matches(msg, keys.CopyCode):
		return p.sh.Copy(p.signIn.UserCode, "The code is in the clipboard.")
	}
	return nil
}

// address returns the URL to open. It contains the code if the server gave such a URL.
func (p *DevicePage) address() string {
	if a := p.signIn.VerificationURIComplete; a != "" {
		return a
	}
	return p.signIn.VerificationURI
}

func (p *DevicePage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	return []key.Binding{
		keymap.When(p.problem != nil, keymap.As(k.Submit, "try again")), keymap.When(p.waiting(), k.CopyCode), keymap.When(p.waiting(), k.CopyAddress), k.Back, k.Interrupt,
	}
}

func (p *DevicePage) FullHelp() [][]key.Binding { return [][]key.Binding{p.ShortHelp()} }

func (p *DevicePage) View(width, height int) (string, *tea.Cursor) {
	width -= 4
	switch {
	case p.problem != nil:
		return cells.Indent("\n"+p.sh.RenderError(p.problem, min(width, 76))+"\n\n"+
			"Press "+p.sh.Styles.Accent.Render("enter")+" to try again.", 2), nil
	case p.signIn == nil:
		return cells.Indent("\nAsking "+cells.Cut(p.server.hs.Name, width-16)+" for a code…", 2), nil
	}
	code, side := "", 0
	if !p.sh.Options.ASCII {
		code = DrawQR(p.sh.Styles, p.address(), width, height)
	}
	if code != "" {
		side = cells.Width(code) + 3
	}
	text := p.text(min(width-side, 60), code != "")
	if code == "" {
		return cells.Indent("\n"+text, 2), nil
	}
	lines := max(cells.Height(code), cells.Height(text))
	text = cells.Block("\n"+text, min(width-side, 60), lines+1)
	return cells.Indent(cells.Beside(text, cells.Block(code, cells.Width(code), lines+1), "   "), 2), nil
}

// text returns the instructions: the address to open and the code to type. If the
// address contains the code, the page there shows it, and the user compares the two.
func (p *DevicePage) text(width int, scan bool) string {
	st := p.sh.Styles
	s := p.signIn
	var b strings.Builder
	first, then := "On your phone or in any browser, open", "then type this code:"
	if scan {
		first = "Scan this with your phone, or open in any browser"
	}
	if s.VerificationURIComplete != "" {
		then = "and check that it shows this code, or type it:"
	}
	b.WriteString(cells.Wrap(first, width) + "\n\n")
	b.WriteString(cells.Indent(shell.RenderURL(st, s.VerificationURI, p.address(), width-2), 2) + "\n\n" + cells.Wrap(then, width) + "\n\n")
	b.WriteString(cells.Indent(st.Code.Render(grouped(st, s.UserCode)), 2) + "\n\n")
	left := max(0, s.ExpiresAt.Sub(p.sh.Now())).Round(time.Second)
	b.WriteString(cells.Wrap("Sign in there and approve the request. This page continues automatically.", width) + "\n")
	b.WriteString(st.Faint.Render(fmt.Sprintf("Waiting, %02d:%02d left.", int(left.Minutes()), int(left.Seconds())%60)))
	return b.String()
}

// grouped draws a code as two groups, which are easier to read. Only the second is
// underlined. There is no space between them, because a user who copies the code with
// the mouse would copy the space.
func grouped(st style.Styles, code string) string {
	code = safetext.Line(code)
	half := len(code) / 2
	if len(code) < 6 || len(code) > 12 || len(code)%2 != 0 || strings.ContainsAny(code, "-_") {
		return code
	}
	strong := style.Bold(st.Accent)
	return strong.Render(code[:half]) + strong.Underline(true).Render(code[half:])
}

// DrawQR draws the QR code of an http or https URL. It returns the empty string for
// another URL, or if the code and a few lines of text do not fit.
func DrawQR(st style.Styles, address string, width, height int) string {
	const text = 34 // width of the text beside the code, in cells
	if !shell.IsWebURL(address) {
		return ""
	}
	code := shell.DrawQR(st, address)
	if cells.Height(code) > height || cells.Width(code)+3+text > width {
		return ""
	}
	return code
}
