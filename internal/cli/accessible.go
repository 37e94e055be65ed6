package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kballard/go-shellquote"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

// wantsAccessible reports whether the user reads with a screen reader or a
// braille display. Then mxinvite writes plain lines and never moves the cursor.
// The variable ACCESSIBLE is weaker than the flag and MXINVITE_ACCESSIBLE, and
// stronger than the settings file.
func (a *app) wantsAccessible() bool {
	source, v := a.settings.Origin("accessible").Source, a.getenv("ACCESSIBLE")
	if v != "" && source != config.Flag && source != config.Environment {
		return v != "0"
	}
	return a.settings.Accessible
}

// A conversation does in questions and answers what the screen does.
type conversation struct {
	*app

	flags  []string // that hold for every command of it
	listed []invite.Invite
	over   bool
}

// A verb is something that one can say in a conversation.
type verb struct {
	name, does string
	run        func(c *conversation, ctx context.Context, args []string) error
}

// verbs are all of them. What is not here is a command as on a command line.
func verbs() []verb {
	return []verb{
		{"list", "say the invites, each with a number; filters as for mxinvite list", (*conversation).list},
		{"show", "say all about the invite with a number", (*conversation).show},
		{"invite", "invite people to a room", (*conversation).invite},
		{"revoke", "take back the invites with these numbers", (*conversation).revoke},
		{"outbox", "say what is on its way; outbox run sends it", nil},
		{"rooms", "say the rooms you are in", nil},
		{"accept", "take an invite that somebody has sent to you", nil},
		{"login", "sign in", nil},
		{"logout", "sign out", nil},
		{"doctor", "say what works here", nil},
		{"help", "say this", (*conversation).help},
		{"quit", "end", (*conversation).quit},
	}
}

// runConversation asks what to do and does it until the user quits.
func runConversation(ctx context.Context, a *app, flags *pflag.FlagSet) error {
	if err := a.needAnswers(); err != nil {
		return err
	}
	return converse(ctx, a, given(flags))
}

// needAnswers refuses to ask where there is no terminal to answer at.
func (a *app) needAnswers() error {
	if a.mayAsk() {
		return nil
	}
	return &usageError{"mxinvite", fmt.Errorf("%w; mxinvite list writes the invites without one", errNoTerminal)}
}

func converse(ctx context.Context, a *app, flags []string) error {
	c := &conversation{app: a, flags: append([]string{"--accessible"}, flags...)}
	a.conversing = true
	c.greet(ctx)
	for !c.over {
		line, err := c.ask(ctx, "What now? (help says what there is)")
		if err != nil {
			return unlessEnd(err)
		}
		if err := c.obey(ctx, line); err != nil {
			if ctx.Err() != nil {
				return err
			}
			c.complain(err)
		}
	}
	return nil
}

// given are flags as they were given, for commands within the conversation.
func given(flags *pflag.FlagSet) []string {
	var args []string
	flags.Visit(func(f *pflag.Flag) {
		if f.Name != "accessible" {
			args = append(args, "--"+f.Name+"="+f.Value.String())
		}
	})
	return args
}

func unlessEnd(err error) error {
	if errors.Is(err, errNoAnswer) || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (c *conversation) greet(ctx context.Context) {
	s, err := c.session(ctx)
	switch {
	case errors.Is(err, errNotSignedIn):
		c.tell("mxinvite. Nobody is signed in. Say login to sign in.")
	case err != nil:
		c.complain(err)
	default:
		c.tell("mxinvite. You are signed in as %s.", string(s.UserID))
	}
}

// obey does what a line says.
func (c *conversation) obey(ctx context.Context, line string) error {
	args, err := shellquote.Split(line)
	if err != nil {
		return fmt.Errorf("%q cannot be understood: a quote does not end", line)
	}
	if len(args) == 0 {
		return nil
	}
	all := verbs()
	if i := slices.IndexFunc(all, func(v verb) bool { return v.name == args[0] }); i >= 0 && all[i].run != nil {
		return all[i].run(c, ctx, args[1:])
	}
	return c.command(ctx, args...)
}

// command runs a command as on a command line.
func (c *conversation) command(ctx context.Context, args ...string) error {
	root := newRoot(c.app)
	root.SetArgs(append(slices.Clone(c.flags), args...))
	return root.ExecuteContext(ctx)
}

func (c *conversation) help(context.Context, []string) error {
	for _, v := range verbs() {
		c.tell("%s: %s.", v.name, v.does)
	}
	c.tell("Numbers are those that list has said last.")
	return nil
}

func (c *conversation) quit(context.Context, []string) error {
	c.over = true
	return nil
}

// list says the invites and remembers their numbers.
func (c *conversation) list(ctx context.Context, args []string) error {
	c.spoken = func(invites []invite.Invite) { c.listed = invites }
	defer func() { c.spoken = nil }()
	return c.command(ctx, append([]string{"list"}, args...)...)
}

func (c *conversation) show(ctx context.Context, args []string) error {
	chosen, err := c.chosen(ctx, args, "Which invite? Say its number:")
	if err != nil || len(chosen) == 0 {
		return err
	}
	for _, i := range chosen {
		err = errors.Join(err, c.command(ctx, "show", string(i.RoomID), i.Token))
	}
	return err
}

func (c *conversation) revoke(ctx context.Context, args []string) error {
	chosen, err := c.chosen(ctx, args, "Which invites? Say their numbers:")
	if err != nil {
		return err
	}
	rooms := map[string][]string{}
	for _, i := range chosen {
		rooms[string(i.RoomID)] = append(rooms[string(i.RoomID)], i.Token)
	}
	for room, tokens := range rooms {
		err = errors.Join(err, c.command(ctx, append([]string{"revoke", room}, tokens...)...))
	}
	return err
}

// invite asks for what it was not told: the room, and whom.
func (c *conversation) invite(ctx context.Context, args []string) error {
	if len(args) == 0 {
		room, err := c.ask(ctx, "To which room? (its name, alias or ID)")
		if err != nil || room == "" {
			return unlessEnd(err)
		}
		args = append(args, room)
	}
	if len(args) == 1 {
		whom, err := c.ask(ctx, "Whom? (e-mail addresses, with spaces between)")
		if err != nil || whom == "" {
			return unlessEnd(err)
		}
		args = append(args, strings.FieldsFunc(whom, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' })...)
	}
	return c.command(ctx, append([]string{"send"}, args...)...)
}

// chosen are the invites with some numbers, for which it asks if there are none.
func (c *conversation) chosen(ctx context.Context, args []string, question string) ([]invite.Invite, error) {
	if len(c.listed) == 0 {
		return nil, errors.New("no invite has a number yet: say list first")
	}
	if len(args) == 0 {
		line, err := c.ask(ctx, question)
		if err != nil {
			return nil, unlessEnd(err)
		}
		args = strings.Fields(line)
	}
	var chosen []invite.Invite
	for _, arg := range args {
		n, err := strconv.Atoi(arg)
		if err != nil || n < 1 || n > len(c.listed) {
			return nil, fmt.Errorf("%s is no number between 1 and %d", arg, len(c.listed))
		}
		chosen = append(chosen, c.listed[n-1])
	}
	return chosen, nil
}

// speak writes a table as sentences: what it is, and what of it, for each cell
// that is not empty. No sign stands for a word.
func (t *table) speak(w io.Writer, numbered bool) {
	for n, row := range t.rows {
		var parts []string
		for i, c := range row {
			text := spoken(c)
			if text == "" {
				continue
			}
			if title := t.columns[i].title; title != "" {
				text = strings.ToLower(title) + " " + text
			}
			parts = append(parts, text)
		}
		if numbered {
			fmt.Fprintf(w, "%d. ", n+1)
		}
		between := ", "
		if len(row) == 2 && t.columns[0].title == "" {
			between = ": " // a name, and what it is
		}
		fmt.Fprintln(w, strings.TrimSuffix(strings.Join(parts, between), ".")+".")
	}
}

// spoken is a cell without the sign before its word, or with a word for the sign
// if it stands before something else.
func spoken(c cell) string {
	text := safetext.Line(c.shown)
	sign, rest, ok := strings.Cut(text, " ")
	r, size := utf8.DecodeRuneInString(sign)
	isSign := ok && size == len(sign) && (r > unicode.MaxASCII || r == '!' || r == '?')
	switch {
	case !isSign:
		return text
	case rest == safetext.Line(c.exact):
		return rest
	}
	return map[string]string{"✓": "yes: ", "✗": "no: ", "?": "unknown: ", "!": "note: "}[sign] + rest
}
