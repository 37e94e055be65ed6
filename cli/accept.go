package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/link"
)

// maxMail is the maximum number of bytes that are read from a mail.
const maxMail = 64 << 10

type acceptOptions struct {
	*host.Program

	link      string // the link, or - to read it from standard input
	room, via string
	inviter   string

	bind, yes bool
}

func newAccept(a *host.Program) *cobra.Command {
	o := acceptOptions{Program: a}
	c := &cobra.Command{
		Use:   "accept [LINK]",
		Short: "Accept an invite by the link in its mail",
		Long: "Accept an invite by the link in its mail. The link may be broken over several\n" +
			"lines, and the whole mail works as well. mxinvite shows what the link contains,\n" +
			"and asks before it contacts a server: the identity server that the link names\n" +
			"must confirm the acceptance, and learns your Matrix ID and your network address.\n" +
			"If the mail names the sender, --inviter makes the confirmation unnecessary. With\n" +
			"--bind you prove instead that the address is yours. The address is then publicly\n" +
			"linked to your Matrix ID on that server, and you get all invites for it.\n\n" +
			"A link that was made without an identity server names its sender. mxinvite then\n" +
			"signs itself, or asks the links server to sign, and asks the sender's homeserver\n" +
			"to invite you.\n\n" +
			"The link is a secret: anyone who has it can accept the invite, and every user\n" +
			"of this machine can read arguments. With - it is read from standard input;\n" +
			"without LINK mxinvite asks for it and does not show it.\n\n" +
			"Matrix has no way to decline an invite by e-mail. To decline it, ignore it.",
		Example: "  mxinvite accept\n" +
			"  mxinvite accept - --yes < mail.txt",
		Args: fail.Args(0, 1),
		PreRunE: func(c *cobra.Command, args []string) error {
			switch {
			case o.bind && !o.MayAsk():
				return fail.Usage(c, fmt.Errorf("--bind asks for a code, and %w", fail.ErrNoTerminal))
			case !o.yes && !o.MayAsk():
				return fail.MissingYes(c)
			case len(args) == 0 && !o.MayAsk():
				return fail.Usage(c, fmt.Errorf("LINK is missing, and %w; - reads it from standard input", fail.ErrNoTerminal))
			case o.room != "" && !link.IsRoomID(o.room):
				return fail.Usage(c, fmt.Errorf("%q is not a room ID such as !abc:example.org", o.room))
			}
			if _, _, err := id.UserID(o.inviter).Parse(); o.inviter != "" && err != nil {
				return fail.Usage(c, fmt.Errorf("%q is not a Matrix ID such as @ada:example.org", o.inviter))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.link = args[0]
			}
			return runAccept(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.room, "room", "", "room `ID`, if the link does not contain it")
	f.StringVar(&o.via, "via", "", "join through `SERVER`, if yours is not in the room")
	f.StringVar(&o.inviter, "inviter", "", "Matrix `ID` of the sender of the invite")
	f.BoolVar(&o.bind, "bind", false, "prove with a code that the address is yours, and bind it")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	return c
}

func runAccept(ctx context.Context, o acceptOptions) error {
	opt, _, err := o.AccountOptions(ctx)
	if err != nil {
		return err
	}
	account, err := o.Resume(ctx, opt)
	if err != nil {
		return err
	}
	l, err := o.readLink(ctx)
	if err != nil {
		return err
	}
	i := account.Preview(l)
	switch {
	case i.Joined != nil:
		return fmt.Errorf("%s: %w", i.Joined.Name, client.ErrAlreadyJoined)
	case l.RoomID == "":
		return client.ErrNoRoomNamed
	case o.inviter == "" && i.Asked() == "":
		return client.ErrNoSigner
	}
	o.announce(account, i)
	if !o.yes {
		yes, err := o.Confirm(ctx, "Accept the invite?")
		if err != nil {
			return err
		}
		if !yes {
			return fail.ErrDeclined
		}
	}
	got, err := o.accept(ctx, account, i)
	if err != nil {
		return err
	}
	return o.report(ctx, account, i, got)
}

// accept accepts the invite by its link or, with --bind, by proving that the
// address is the user's.
func (o acceptOptions) accept(ctx context.Context, account *client.Account, i client.Invitation) (got client.Accepted, err error) {
	if !o.bind {
		err = o.During(ctx, "Accepting the invite", func(ctx context.Context) (err error) {
			got, err = account.Accept(ctx, i, client.Consent{Host: i.Asked(), Inviter: id.UserID(o.inviter)})
			return err
		})
		return got, err
	}
	validation, err := account.MailCode(ctx, i)
	if err != nil {
		return got, err
	}
	o.Message("%s has mailed a code to %s.", i.Host, i.Link.Email)
	code, err := o.Ask(ctx, "Type the code, or paste the link from the mail. If you have opened the link, press Enter:")
	if err != nil {
		return got, err
	}
	err = o.During(ctx, "Accepting the invite", func(ctx context.Context) (err error) {
		got, err = account.AcceptByAddress(ctx, i, validation, code)
		return err
	})
	return got, err
}

// readLink reads and parses the link, and adds the values of --room and --via.
func (o acceptOptions) readLink(ctx context.Context) (link.Link, error) {
	text := o.link
	var err error
	switch text {
	case "-":
		text, err = o.readMail(ctx)
	case "":
		text, err = o.askLink(ctx)
	}
	if err != nil {
		return link.Link{}, err
	}
	l, err := link.Parse(text)
	if err != nil {
		return link.Link{}, err
	}
	if o.room != "" {
		l.RoomID = id.RoomID(o.room)
	}
	if o.via != "" {
		l.Via = append([]string{o.via}, l.Via...)
	}
	return l, nil
}

// askLink asks for the link without echoing it, because a terminal keeps its
// scrollback.
func (o acceptOptions) askLink(ctx context.Context) (string, error) {
	fmt.Fprint(o.Err, "Link in the mail (not shown): ")
	text, err := o.ReadPassword(ctx)
	fmt.Fprintln(o.Err) // the line break that the user typed was not shown
	if errors.Is(err, io.EOF) {
		err = fail.ErrNoAnswer
	}
	return text, err
}

// readMail reads the link, or the mail that contains it, from standard input. At a
// terminal, input ends at an empty line, because the user may have to answer a
// question afterwards.
func (o acceptOptions) readMail(ctx context.Context) (string, error) {
	if !o.InTTY {
		return out.Await(ctx, func() (string, error) {
			var b bytes.Buffer
			_, err := io.Copy(&b, io.LimitReader(o.In, maxMail+1))
			return b.String(), err
		})
	}
	var b strings.Builder
	for b.Len() <= maxMail {
		line, err := out.ReadLine(ctx, o.In)
		if errors.Is(err, io.EOF) || (err == nil && strings.TrimSpace(line) == "" && b.Len() > 0) {
			break
		}
		if err != nil {
			return "", err
		}
		b.WriteString(line)
	}
	return b.String(), nil
}

// announce writes what the link contains and which server will be contacted.
func (o acceptOptions) announce(account *client.Account, i client.Invitation) {
	say := o.Note
	if !o.yes {
		say = o.Message
	}
	l := i.Link
	say("The link contains this invite. No server has verified the names:")
	for _, row := range [][2]string{
		{"room", l.RoomName},
		{"", string(l.RoomID)},
		{"invited by", l.InviterName},
		{"", string(l.Sender)},
		{"invited", l.Email},
		{"key", l.Key.Public()},
		{"you join as", string(account.UserID())},
	} {
		if row[1] != "" {
			say("  %-12s%s", row[0], row[1])
		}
	}
	if o.bind {
		say("%s, your identity server, will mail a code to the address. If you enter the code, the server\ntells anyone who asks that the address is yours, and gives you all invites that wait for it.", i.Host)
		return
	}
	if l.ByLinksServer() && i.Homeserver != "" {
		say("%s signs that you accept the invite, and counts it if the number of uses is limited.\n%s, the homeserver of the sender, is asked to invite you. Both learn your Matrix ID and your\n"+
			"network address. If the homeserver cannot invite you, yours is asked to accept the signature.", i.Host, i.Homeserver)
		return
	}
	if i.Homeserver != "" {
		say("mxinvite signs with the key in the link; no identity server is asked.\n%s, the homeserver of the sender, is asked to invite you, and learns your Matrix ID and your\n"+
			"network address. If it cannot, your homeserver is asked to accept the signature.", i.Homeserver)
		return
	}
	if o.inviter != "" {
		say("You gave %s as the sender, so no identity server has to confirm the acceptance.", o.inviter)
		return
	}
	say("%s has to confirm the acceptance, and learns your Matrix ID and your network address.", i.Host)
	say("An invite by e-mail cannot be declined; if you do not want it, ignore it.")
}

// jsonAcceptance is the stable JSON output of accept.
type jsonAcceptance struct {
	RoomID    string      `json:"room_id"`
	RoomName  string      `json:"room_name,omitempty"`
	Outcome   out.Outcome `json:"outcome"`
	UserID    string      `json:"user_id"`
	Inviter   string      `json:"inviter,omitempty"`
	SignedBy  string      `json:"signed_by,omitempty"`         // host of the server that signed the acceptance, if any
	InvitedBy string      `json:"invited_by_server,omitempty"` // homeserver of the sender, if it sent an invite for the link
}

// report writes the result. It uses the current name of the room instead of the
// name in the link.
func (o acceptOptions) report(ctx context.Context, account *client.Account, i client.Invitation, got client.Accepted) error {
	name := i.Link.RoomName
	err := o.DuringCount(ctx, host.SyncProgress(account), account.Refresh)
	if room, roomErr := account.Room(got.RoomID); err == nil && roomErr == nil {
		name = room.Name
	}
	if o.JSON {
		return o.WriteJSON(jsonAcceptance{
			string(got.RoomID), name, out.Joined, string(account.UserID()), string(got.Inviter), got.Signer, got.Homeserver,
		})
	}
	t := &out.Table{Columns: []out.Column{{Title: "ROOM ID", Yields: true}, {Title: "ROOM", Yields: true}, {Title: "OUTCOME"}, {Title: "INVITED BY", Yields: true}}}
	t.Add(out.Text(string(got.RoomID)), out.Text(name), out.OutcomeCell(out.Joined), out.Text(string(got.Inviter)))
	return o.WriteTable(t)
}
