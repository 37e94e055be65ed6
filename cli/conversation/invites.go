package conversation

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

// filterFlags converts the filter words of list and revoke (pending, by:me,
// older:30d, a room name) into flags. It returns args unchanged if one is a
// flag.
func filterFlags(args []string) []string {
	if slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "-") }) {
		return args
	}
	fields := map[string]string{
		"status": "status", "verdict": "verdict", "warn": "warn", "by": "by", "room": "room", "older": "older-than", "sort": "sort",
	}
	var flags, room []string
	for _, arg := range args {
		field, value, _ := strings.Cut(arg, ":")
		switch {
		case slices.Contains(invite.Statuses(), invite.Status(arg)):
			flags = append(flags, "--status="+arg)
		case slices.Contains(invite.Verdicts(), invite.Verdict(arg)):
			flags = append(flags, "--verdict="+arg)
		case slices.Contains(invite.Warnings(), invite.Warning(arg)):
			flags = append(flags, "--warn="+arg)
		case arg == "check", arg == "needs-look":
			flags = append(flags, "--"+arg)
		case fields[field] != "" && value != "":
			flags = append(flags, "--"+fields[field]+"="+value)
		default:
			room = append(room, arg)
		}
	}
	if len(room) > 0 {
		flags = append(flags, strings.Join(room, " "))
	}
	return flags
}

// list reads the invites that match the filter in args.
func (c *Conversation) list(ctx context.Context, args []string) error {
	c.filter = filterFlags(args)
	return c.command(ctx, append([]string{"list"}, c.filter...)...)
}

// room reads the invites of a room, given by its number or name.
func (c *Conversation) room(ctx context.Context, args []string) error {
	if len(args) == 0 {
		line, err := c.Ask(ctx, "Which room? Its number in the last list of rooms, its name, alias or ID. Press Enter to go back.")
		if err != nil || line == "" {
			return ignoreEnd(err)
		}
		args = []string{line}
	}
	if isNumber(args[0]) {
		rows, t, err := c.numbered("room", "rooms", args[:1])
		if err != nil {
			return err
		}
		args = append([]string{t.Calls[rows[0]][0]}, args[1:]...)
	}
	return c.list(ctx, args)
}

// chosen returns the rows with the numbers in args, and their list. Without args it
// asks for numbers.
func (c *Conversation) chosen(ctx context.Context, args []string) ([]int, *out.Table, error) {
	if len(args) == 0 && c.lists["invite"] != nil {
		line, err := c.Ask(ctx, "Which invite? Its number in the last list, or several. Press Enter to go back.")
		if err != nil {
			return nil, nil, ignoreEnd(err)
		}
		args = strings.Fields(line)
	}
	return c.numbered("invite", "list", args)
}

func (c *Conversation) show(ctx context.Context, args []string) error {
	var flags []string
	if n := len(args); n > 0 && (args[n-1] == "check" || args[n-1] == "link") {
		flags, args = []string{"--" + args[n-1]}, args[:n-1]
	}
	rows, t, err := c.chosen(ctx, args)
	if err != nil {
		return err
	}
	for _, n := range rows {
		if t.Saved {
			err = errors.Join(err, c.WriteTable(c.InviteTable(t.Findings[n], nil)))
			continue
		}
		err = errors.Join(err, c.command(ctx, slices.Concat([]string{"show"}, flags, []string{"--"}, t.Calls[n])...))
	}
	return err
}

// raw reads the events of invites.
func (c *Conversation) raw(ctx context.Context, args []string) error {
	rows, t, err := c.chosen(ctx, args)
	if err != nil || len(rows) == 0 {
		return err
	}
	if t.Saved {
		return errors.New("these invites are from a file; the file contains their events")
	}
	account, err := c.Offline(ctx)
	if err != nil {
		return err
	}
	for _, n := range rows {
		i := t.Findings[n].Invite
		past := account.History(i.RoomID, i.Token)
		if len(past) == 0 {
			return errors.New("the event of this invite is not known here")
		}
		var b bytes.Buffer
		if json.Indent(&b, past[0].Raw, "", "  ") != nil {
			b.Write(past[0].Raw)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			if _, err := fmt.Fprintln(c.Out, safetext.Line(line)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Conversation) revoke(ctx context.Context, args []string) error {
	if len(args) > 0 && !isNumber(args[0]) {
		return c.command(ctx, append([]string{"revoke"}, filterFlags(args)...)...)
	}
	return c.inRooms(ctx, "revoke", args)
}

func (c *Conversation) resend(ctx context.Context, args []string) error {
	if n := slices.Index(args, "to"); n >= 0 && n+1 < len(args) {
		return c.inRooms(ctx, "resend", args[:n], "--to="+args[n+1])
	}
	return c.inRooms(ctx, "resend", args)
}

// move moves invites by their numbers, or all invites of a room by its name.
func (c *Conversation) move(ctx context.Context, args []string) error {
	if len(args) > 0 && !isNumber(args[0]) {
		return c.command(ctx, "move", "--", strings.Join(args, " "))
	}
	return c.inRooms(ctx, "move", args)
}

// inRooms runs a command for the invites with the given numbers, once for each of
// their rooms. The arguments follow "--", so that a token is not read as a flag.
func (c *Conversation) inRooms(ctx context.Context, command string, numbers []string, flags ...string) error {
	rows, t, err := c.chosen(ctx, numbers)
	if err != nil || len(rows) == 0 {
		return err
	}
	if t.Saved {
		return errors.New("these invites are from a file; type list for those of your account")
	}
	var rooms []string
	tokens := map[string][]string{}
	for _, n := range rows {
		room, token := t.Calls[n][0], t.Calls[n][1]
		if tokens[room] == nil {
			rooms = append(rooms, room)
		}
		tokens[room] = append(tokens[room], token)
	}
	for _, room := range rooms {
		err = errors.Join(err, c.command(ctx, slices.Concat([]string{command}, flags, []string{"--", room}, tokens[room])...))
	}
	return err
}

// inspect reads the invites in files.
func (c *Conversation) inspect(ctx context.Context, args []string) error {
	if len(args) == 0 {
		file, err := c.Ask(ctx, "Which file? Press Enter to go back.")
		if err != nil || file == "" {
			return ignoreEnd(err)
		}
		args = []string{file}
	}
	command := []string{"inspect"}
	for _, file := range args {
		command = append(command, c.Expand(file))
	}
	return c.command(ctx, command...)
}

// export writes the last list of invites to a file, or to the terminal.
func (c *Conversation) export(ctx context.Context, args []string) error {
	if slices.Contains([]string{out.FormatCSV, out.FormatJSON, out.FormatMarkdown}, strings.Join(args, " ")) {
		return c.exportList(ctx, "--format="+args[0])
	}
	if c.Guest != nil {
		return fmt.Errorf("files of this machine are %w; export csv writes to the terminal", fail.ErrNotForVisitors)
	}
	if len(args) == 0 {
		file, err := c.Ask(ctx, "Which file? Its name ends with .csv, .json or .md. Enter alone means "+c.TypedPath("invites.csv")+".")
		if err != nil {
			return ignoreEnd(err)
		}
		args = []string{cmp.Or(file, "invites.csv")}
	}
	file := c.TypedPath(strings.Join(args, " ")) // a name may contain spaces
	if out.FormatOf(file) == out.FormatTable {
		return fail.UsageOf("mxinvite", errors.New("the file name must end with .csv, .json or .md"))
	}
	if _, err := os.Stat(file); err == nil {
		if yes, err := c.Confirm(ctx, file+" already exists. Overwrite it?"); err != nil || !yes {
			return cmp.Or(ignoreEnd(err), fail.ErrDeclined)
		}
	}
	return c.exportList(ctx, "--output="+file)
}

func (c *Conversation) exportList(ctx context.Context, to string) error {
	return c.command(ctx, slices.Concat([]string{"list", to}, c.filter)...)
}
