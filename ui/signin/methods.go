package signin

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// MethodsPage offers the sign-in methods of a homeserver, the recommended one first.
type MethodsPage struct {
	sh     *shell.Shell
	ctx    context.Context
	server server
	list   widget.List[method]
}

// A method is a sign-in method. Single sign-on has one for each identity provider.
type method struct {
	way      discovery.Way
	provider string // ID of the identity provider
	name     string // name of the identity provider
}

func newMethods(sh *shell.Shell, srv server) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &MethodsPage{sh: sh, ctx: ctx, server: srv}
		var ways []method
		for _, way := range srv.hs.Ways() {
			if way != discovery.WaySSO || len(srv.hs.Providers) == 0 {
				ways = append(ways, method{way: way})
				continue
			}
			for _, provider := range srv.hs.Providers {
				ways = append(ways, method{way, provider.ID, provider.Name})
			}
		}
		p.list.Set(ways)
		return p
	}
}

func (p *MethodsPage) Init() tea.Cmd { return nil }
func (p *MethodsPage) Title() string { return "Sign in on " + p.server.hs.Name }

func (p *MethodsPage) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	if key.Matches(press, p.sh.Keys.Open) {
		return p.open()
	}
	p.list.Press(press, p.sh.Keys.Keys, p.lines())
	p.list.Scroll(p.lines())
	return nil
}

func (p *MethodsPage) open() tea.Cmd {
	chosen, _ := p.list.Current()
	switch chosen.way {
	case discovery.WayDevice:
		return p.sh.Open(newDevice(p.sh, p.server))
	case discovery.WayBrowser, discovery.WaySSO:
		return p.sh.Open(newBrowser(p.sh, p.server, chosen))
	case discovery.WayToken:
		return p.sh.Open(newToken(p.sh, p.server))
	default:
		return p.sh.Open(newPassword(p.sh, p.server))
	}
}

// lines returns the number of methods that fit below the introduction. Each takes
// two lines.
func (p *MethodsPage) lines() int { return max(1, (p.sh.Height-6)/2) }

func (p *MethodsPage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	return []key.Binding{keymap.As(k.Open, "choose"), k.Up, k.Down, k.Back, k.Interrupt}
}

func (p *MethodsPage) FullHelp() [][]key.Binding {
	return [][]key.Binding{p.ShortHelp(), p.sh.Keys.Moves(true)}
}

func (p *MethodsPage) View(width, _ int) (string, *tea.Cursor) {
	st := p.sh.Styles
	width = min(width-4, 90)
	var b strings.Builder
	b.WriteString("\n")
	if user := p.server.again.UserID; user != "" {
		b.WriteString(cells.Cut("Signing in again as "+string(user)+". How do you want to sign in?", width))
	} else {
		b.WriteString(cells.Cut("How do you want to sign in?", width))
	}
	b.WriteString("\n\n")
	from, to := p.list.Window(p.lines())
	for n := from; n < to; n++ {
		chosen := n == p.list.At
		st := st.ForRow(chosen)
		name, what := p.list.Keys[n].words()
		lines := st.Row(chosen, " ", st.Name.Render(cells.Cut(name, width-3)), width) + "\n" + st.Row(chosen, " ", st.Faint.Render(cells.Cut(what, width-3)), width)
		b.WriteString(shell.RowSpot(p.sh, &p.list, n, p.sh.Keys.Open, lines) + "\n")
	}
	if err := p.server.hs.OAuthErr; err != nil {
		b.WriteString("\n" + st.Warn.Render(cells.Wrap("! "+phrase.Sentence(err.Error()), width)))
	}
	return cells.Indent(b.String(), 2), nil
}

// words returns the name of a method and a description.
func (w method) words() (name, what string) {
	switch w.way {
	case discovery.WayDevice:
		return "With your phone or another browser", "Scan a QR code there, or type a short code."
	case discovery.WayBrowser:
		return "With a browser", "It returns to mxinvite, or you paste its last address."
	case discovery.WaySSO:
		if w.name != "" {
			return "With " + w.name, "In a browser, by single sign-on."
		}
		return "With single sign-on", "In a browser, by your organization's sign-in page."
	case discovery.WayPassword:
		return "With a password", "It is sent only to your homeserver and is not stored."
	default:
		return "With an access token", "From another client's settings, for instance."
	}
}
