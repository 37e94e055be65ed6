package ui

import (
	"cmp"
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
	"github.com/mxinvite/mxinvite/wording"
)

// offeredWays are the ways in which the account can invite people without a known Matrix
// ID.
type offeredWays struct{ offers []client.WayOffer }

func (c *composePage) askForWays() tea.Cmd {
	account := c.sh.Account
	return shell.Ask(c.ctx, c, func(ctx context.Context) tea.Msg { return offeredWays{account.OfferWays(ctx)} })
}

// way returns the way that the user has chosen, or that of the settings.
func (c *composePage) way() client.Way { return cmp.Or(c.sh.Draft.Way, c.sh.Options.Via) }

// noIdentityServer returns why the account cannot send by an identity server; nil if it
// can, or if that is not known.
func (c *composePage) noIdentityServer() error {
	for _, o := range c.offers {
		if o.Way == client.ByIdentityServer {
			return o.Err
		}
	}
	return nil
}

// offer returns the way in which people are invited, and whether the account can do that.
func (c *composePage) offer() client.WayOffer {
	way := c.way()
	if way == client.ByDefault {
		way = client.ByIdentityServer
		if c.noIdentityServer() != nil {
			way = client.ByLink
		}
	}
	for _, o := range c.offers {
		if o.Way == way {
			return o
		}
	}
	return client.WayOffer{Way: way}
}

// otherWays returns the other ways that the account can use, beginning with the next one.
func (c *composePage) otherWays() (other []client.Way) {
	now := c.offer().Way
	at := slices.IndexFunc(c.offers, func(o client.WayOffer) bool { return o.Way == now })
	for n := range c.offers {
		if o := c.offers[(at+1+n)%len(c.offers)]; o.Err == nil && o.Way != now {
			other = append(other, o.Way)
		}
	}
	return other
}

// hasWays reports whether the user can choose another way. An invite that is moved is sent
// in the way of the old one.
func (c *composePage) hasWays() bool { return c.moves == nil && len(c.otherWays()) > 0 }

// nextWay chooses the next way for this invite and for later ones.
func (c *composePage) nextWay() tea.Cmd {
	c.problem = nil
	return c.sh.Draft.Choose(c.otherWays()[0])
}

// DisabledReason returns the reason why the way cannot be changed.
func (c *composePage) DisabledReason(action string) string {
	if action != "next-way" {
		return ""
	}
	if c.moves != nil {
		return "each invite is moved in the way of the old one"
	}
	for _, o := range c.offers {
		if o.Err != nil {
			return o.Err.Error()
		}
	}
	return ""
}

// wayLine says in one line how people are invited, and how to change that.
func (c *composePage) wayLine(width int) string {
	st, offer := c.sh.Styles, c.offer()
	label := "  " + st.Label.Render(cells.Pad("Send", widget.LabelWidth))
	if c.moves != nil {
		return label + "in the way of the old invite"
	}
	width -= widget.LabelWidth + 2
	text := wording.Way(string(offer.Way), cells.Cut(offer.Server, phrase.NameWidth))
	if offer.Err != nil {
		return label + st.Warn.Render(cells.Cut(text+": "+offer.Err.Error(), width))
	}
	if !c.hasWays() || c.step != editing {
		return label + cells.Cut(text, width)
	}
	next := c.sh.Keys.NextWay.Help()
	change := st.Accent.Render(next.Key) + st.Faint.Render(" "+next.Desc)
	return label + cells.Cut(text, width-cells.Width(change)-2) + "  " + c.sh.KeySpot(change, c.sh.Keys.NextWay)
}

// noServerNote says why links are made although the user has not chosen them; empty if the
// user has, or if no links are made.
func (c *composePage) noServerNote(width int) string {
	if c.way() != client.ByDefault || c.moves != nil || !slices.ContainsFunc(c.preview.chosen(), client.Plan.IssuesLink) {
		return ""
	}
	return cells.Bullet(c.sh.Styles.Faint.Render("·"), wording.NoIdentityServer, width)
}
