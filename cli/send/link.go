package send

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/linkkey"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/duration"
)

const (
	// maxLinks is the most links that --count makes at once.
	maxLinks = 1000
	// maxLabel is the most characters of a label.
	maxLabel = 100
)

type linkOptions struct {
	sendOptions

	count int
}

// limitFlags are the flags for the limits of links, which need a links server.
type limitFlags struct {
	expires string
	uses    int
}

func (l *limitFlags) add(f *pflag.FlagSet) {
	f.StringVar(&l.expires, "expires", "", "let the link expire after `TIME`, such as 14d")
	f.IntVar(&l.uses, "uses", 0, "let the link work for `N` people")
}

// read returns the limits.
func (l *limitFlags) read(c *cobra.Command, settings config.Settings) (terms client.LinkTerms, err error) {
	for _, name := range []string{"expires", "uses"} {
		if c.Flags().Changed(name) && settings.LinksServer == "" {
			return terms, fmt.Errorf("--%s needs a links server, which homeservers ask before they accept the link; set its URL as invites.links_server (see docs/links.md)", name)
		}
	}
	if terms.Uses = l.uses; c.Flags().Changed("uses") && (l.uses < 1 || l.uses > linkkey.MaxUses) {
		return terms, fmt.Errorf("--uses is a number from 1 to %d", linkkey.MaxUses)
	}
	if c.Flags().Changed("expires") {
		terms.Lasts, err = duration.Parse(l.expires)
		if err == nil && terms.Lasts < time.Minute {
			err = errors.New("the shortest time is 1m")
		}
		if err != nil {
			return terms, fmt.Errorf("--expires: %w", err)
		}
	}
	return terms, nil
}

// NewLink returns the command mxinvite link.
func NewLink(a *host.Program) *cobra.Command {
	o := linkOptions{sendOptions: sendOptions{Program: a, via: client.ByLink}}
	c := &cobra.Command{
		Use:   "link ROOM [LABEL...]",
		Short: "Make links that invite to a room, without an identity server",
		Long: "Make invites to a room that need no identity server, and print a link for each.\n" +
			"You pass the links on yourself. A label such as \"Grace\" names the invitee; all\n" +
			"members of the room can read it. An e-mail address may be a label: the room has\n" +
			"it shortened, and nothing is mailed to it. Without labels the links are\n" +
			"numbered.\n\n" +
			"A link is a secret: any user who has it can accept the invite with mxinvite\n" +
			"accept, until it is revoked. The homeserver of the sender then sends an\n" +
			"ordinary invite. mxinvite revokes the link when it sees that it was accepted,\n" +
			"unless the setting invites.revoke_accepted is false. To show a link again, run:\n" +
			"mxinvite show --link ROOM TOKEN\n\n" +
			"With a links server (see docs/links.md) links open in a browser, work for one\n" +
			"person or for N with --uses, and expire with --expires.",
		Example: "  mxinvite link '#ops' Grace Ken\n" +
			"  mxinvite link '#ops' --count 20 --csv links.csv\n" +
			"  mxinvite link '#ops' Grace --expires 14d",
		Args: fail.Args(1, -1),
		PreRunE: func(c *cobra.Command, args []string) error {
			if o.count < 0 || o.count > maxLinks || c.Flags().Changed("count") && o.count == 0 {
				return fail.Usage(c, fmt.Errorf("--count is a number from 1 to %d", maxLinks))
			}
			if o.count > 0 && len(args) > 1 {
				return fail.Usage(c, errors.New("the links have either labels or --count"))
			}
			var err error
			if o.terms, err = o.limits.read(c, o.Settings); err != nil {
				return fail.Usage(c, err)
			}
			o.rooms = args[:1]
			return o.readLabels(c, args[1:])
		},
		RunE: func(c *cobra.Command, _ []string) error { return runLink(c.Context(), o) },
	}
	f := c.Flags()
	f.IntVar(&o.count, "count", 0, "make `N` numbered links")
	f.StringVar(&o.csv, "csv", "", "write the links also to `FILE`, for mail merge")
	o.limits.add(f)
	o.addFlags(f, "make a link even if the label has another invite")
	f.BoolVar(&o.oldRoom, "old-room", false, "make links even if the room was replaced by another one")
	return c
}

// readLabels reads the labels. A label with an @ has to be an address.
func (o *linkOptions) readLabels(c *cobra.Command, labels []string) error {
	for _, label := range labels {
		r := recipients.Recipient{Invitee: recipients.Invitee{Label: strings.TrimSpace(label)}}
		if strings.Contains(label, "@") {
			list := recipients.Parse(label)
			if len(list.Recipients) != 1 || list.Recipients[0].Address.Address == "" {
				return fail.Usage(c, fmt.Errorf("%q is not an e-mail address; a label has no @, and a user is invited by: mxinvite send", label))
			}
			r = list.Recipients[0]
		} else if n := utf8.RuneCountInString(r.Label); n == 0 || n > maxLabel || strings.ContainsFunc(r.Label, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return fail.Usage(c, fmt.Errorf("%q is not a label: it has 1 to %d printable characters", label, maxLabel))
		}
		if slices.ContainsFunc(o.list.Recipients, func(x recipients.Recipient) bool { return x.Canonical() == r.Canonical() }) {
			return fail.Usage(c, fmt.Errorf("%q is given twice", label))
		}
		o.list.Recipients = append(o.list.Recipients, r)
	}
	return nil
}

func runLink(ctx context.Context, o linkOptions) error {
	if len(o.list.Recipients) == 0 {
		account, room, err := o.AccountInRoom(ctx, o.rooms[0])
		if err != nil {
			return err
		}
		outbox, err := account.Outbox(ctx)
		if err != nil {
			return err
		}
		for _, label := range numbered(account, outbox, room, max(1, o.count)) {
			o.list.Recipients = append(o.list.Recipients, recipients.Recipient{Invitee: recipients.Invitee{Label: label}})
		}
	}
	return runSend(ctx, o.sendOptions)
}

// numbered returns labels such as "link 1" that no invite of the room and no queued one
// has.
func numbered(account *client.Account, outbox client.Outbox, room client.Room, count int) []string {
	used := map[string]bool{}
	for _, i := range account.Invites(room.ID) {
		used[i.DisplayName] = true
		used[account.LabelOf(room.ID, i.Token)] = true
	}
	for _, i := range outbox.Items {
		if i.Room == room.ID {
			used[i.Label] = true
		}
	}
	labels := make([]string, 0, count)
	for n := 1; len(labels) < count; n++ {
		if label := fmt.Sprintf("link %d", n); !used[label] {
			labels = append(labels, label)
		}
	}
	return labels
}

// addLinks adds the links to the deliveries that have one.
func (o sendOptions) addLinks(ctx context.Context, account *client.Account, p *preview) error {
	for _, d := range p.deliveries {
		if d.Way != client.ByLink || d.token == "" {
			continue
		}
		account.FindRoutes(ctx, d.Room.ID)
		l, err := account.Link(d.Room.ID, d.token)
		if err != nil {
			return err
		}
		d.link = l.Format(o.LinkBase())
	}
	return nil
}

// printLinks writes the links as text, each on its own line.
func (o sendOptions) printLinks(p *preview) error {
	for _, d := range p.deliveries {
		if d.link == "" {
			continue
		}
		if _, err := fmt.Fprintf(o.Out, "\n%s\n%s\n", d.Invitee(), d.link); err != nil {
			return err
		}
	}
	return nil
}
