package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/filter"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/dump"
	"github.com/mxinvite/mxinvite/client/invite"
)

// maxVisitorDump is the maximum size of the input of a visitor, compressed or not,
// in bytes.
const maxVisitorDump = 16 << 20

type inspectOptions struct {
	*host.Program

	files   []string
	filter  filter.Findings
	check   bool
	trusted []string
	note    func(format string, values ...any) // reports values that cannot be read
}

func newInspect(a *host.Program) *cobra.Command {
	o := inspectOptions{Program: a, note: a.Message}
	c := &cobra.Command{
		Use:   "inspect FILE...",
		Short: "List the invites in saved room state, without an account",
		Long: "List the invites in saved responses of a homeserver, as list does. No server\n" +
			"is contacted, except with --check. FILE contains JSON, also compressed by gzip\n" +
			"or in UTF-16; - is standard input. Events are found wherever they stand: in\n" +
			"responses of /state, /sync, /messages, /context and others, of the admin API\n" +
			"or of the federation, one on each line, in chats exported by Element, in rows\n" +
			"of a database. Rooms may be mixed, and events may be in any order and repeated:\n" +
			"the more events, the more is known. Who accepted an invite and joined is only\n" +
			"in /messages or /sync.\n" +
			"Values that cannot be read are reported and left out. If they may be events,\n" +
			"or if a file ends in the middle, the exit code is 3.",
		Example: "  mxinvite inspect state.json messages.json --json\n" +
			"  mxinvite inspect state.json --needs-look\n" +
			"  mxinvite inspect --check --trust id.example.org state.json",
		Args: fail.Args(1, -1),
		PreRunE: func(c *cobra.Command, _ []string) error {
			if len(o.trusted) > 0 && !o.check {
				return fail.Usage(c, errors.New("--trust needs --check"))
			}
			return o.filter.Check(c)
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.files = args
			return runInspect(c, o)
		},
	}
	f := c.Flags()
	o.filter.AddFlags(f)
	f.BoolVar(&o.check, "check", false, "ask trusted servers whether keys are valid")
	f.StringArrayVar(&o.trusted, "trust", nil, "trust `HOST` for this run; may be repeated")
	return c
}

func runInspect(c *cobra.Command, o inspectOptions) error {
	ctx := c.Context()
	trusted, err := o.mayAskAbout(c)
	if err != nil {
		return err
	}
	d := &dump.Dump{}
	cut, err := o.readAll(ctx, d)
	if err != nil {
		return err
	}
	findings := dumpFindings(d)
	facts := invite.Facts{Now: o.Now(), StaleAfter: o.Settings.StaleAfter}
	if o.check {
		if facts.Validity, err = o.askOffline(ctx, trusted, findings); err != nil {
			return err
		}
	}
	if err := o.judge(findings, facts, len(cut) == 0); err != nil {
		return err
	}
	if len(cut) > 0 {
		return &fail.TruncatedError{Failures: cut}
	}
	return nil
}

// mayAskAbout returns the hosts that may be asked about keys: the trusted hosts and
// those of --trust. Without --check it returns nil.
func (o inspectOptions) mayAskAbout(c *cobra.Command) (*host.TrustedHosts, error) {
	if !o.check {
		return nil, nil
	}
	now := make([]string, len(o.trusted))
	for n, name := range o.trusted {
		host, err := host.ParseHost(name)
		if err != nil {
			return nil, fail.Usage(c, err)
		}
		now[n] = host
	}
	home, err := o.Home()
	if err != nil {
		return nil, err
	}
	trusted, err := host.LoadTrusted(home)
	if err != nil {
		return nil, err
	}
	for _, host := range now {
		trusted.AddForThisRun(host)
	}
	return trusted, nil
}

// readAll reads all files into d. cut are the files that could be read only in
// part. It returns an error if no file could be read.
func (o inspectOptions) readAll(ctx context.Context, d *dump.Dump) (cut []fail.Failure, err error) {
	var file string
	told := 0
	d.Report = func(where string, reason error) {
		if told < dump.MaxReports {
			told++
			o.note("%s: %s: %s", file, where, reason.Error())
		}
	}
	rest := int64(o.maxSize())
	for _, file = range o.files {
		missed := d.Missed
		from, err := o.open(file)
		if err == nil {
			err = d.Read(&bounded{ctx: ctx, from: from, rest: &rest}, o.maxSize())
			_ = from.Close()
		}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil && (from == nil || d.Events == 0):
			return nil, fmt.Errorf("read %s: %w", file, err)
		case err != nil:
			cut = append(cut, fail.Failure{Subject: file, Err: err})
		case d.Missed > missed:
			cut = append(cut, fail.Failure{Subject: file, Err: errMissed})
		}
	}
	if n := d.Unreadable - told; n > 0 {
		o.note("%d more cannot be read.", n)
	}
	if d.Empty() {
		return nil, fmt.Errorf("read %s: %w", strings.Join(o.files, ", "), noEventsError{})
	}
	return cut, nil
}

var errMissed = errors.New("not all values that may be events could be read")

// A noEventsError reports that files contain no events of rooms.
type noEventsError struct{}

func (noEventsError) Error() string { return "there are no events of rooms" }

// Hint names the help, which lists the formats.
func (noEventsError) Hint(func(client.Advice) string) string {
	return "To see what it reads, run: mxinvite inspect --help"
}

// open opens a file, or standard input.
func (o inspectOptions) open(file string) (io.ReadCloser, error) {
	if file == "-" {
		return io.NopCloser(o.In), nil
	}
	if o.Guest != nil {
		return nil, fmt.Errorf("files of this machine are %w; - is standard input", fail.ErrNotForVisitors)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, errors.Unwrap(err) // without the path, which the caller adds
	}
	return f, nil
}

// maxSize is the maximum size of all files together, in bytes.
func (o inspectOptions) maxSize() int {
	if o.Guest != nil {
		return maxVisitorDump
	}
	return dump.MaxSize
}

// bounded reads at most rest bytes, until ctx ends.
type bounded struct {
	ctx  context.Context
	from io.Reader
	rest *int64
}

var errTooLong = errors.New("it is too large")

func (b *bounded) Read(p []byte) (int, error) {
	n, err := out.Await(b.ctx, func() (int, error) { return b.from.Read(p) })
	if *b.rest -= int64(n); *b.rest < 0 {
		return 0, errTooLong
	}
	return n, err
}

// dumpFindings returns the invites of all rooms of a dump, without verdicts.
func dumpFindings(d *dump.Dump) []out.Finding {
	invites, rooms := foldDump(d)
	var findings []out.Finding
	for _, i := range invites {
		room := rooms[i.RoomID]
		findings = append(findings, out.Finding{
			Invite: i, RoomName: room.Name, RoomLabel: room.Label(), RoomAlias: room.Alias,
			Certain: !i.Live(), // the file may contain only some of the events
		})
	}
	return findings
}

// foldDump returns the invites of a dump, and the names of its rooms.
func foldDump(d *dump.Dump) ([]invite.Invite, map[id.RoomID]client.Room) {
	invites, named := d.Fold()
	rooms := map[id.RoomID]client.Room{}
	for room, names := range named {
		rooms[room] = client.Room{ID: room, Name: names.Name, Alias: names.Alias}
	}
	return invites, rooms
}

// askOffline checks the keys of all pending and accepted invites, and returns the
// results.
func (o inspectOptions) askOffline(ctx context.Context, trusted *host.TrustedHosts, findings []out.Finding) (func(invite.Key) invite.Validity, error) {
	checker := newOfflineChecker(o.Program, trusted)
	err := o.During(ctx, "Asking about keys", func(ctx context.Context) error {
		checker.ask(ctx, findings)
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	noteUntrusted(o.Program, checker.unasked)
	noteRefused(o.Program, checker.refused)
	return checker.validity, nil
}

// judge writes the findings that match the filter, with their verdicts. complete is
// set if all files were read completely.
func (o inspectOptions) judge(findings []out.Finding, facts invite.Facts, complete bool) error {
	var invites []invite.Invite
	var wanted []out.Finding
	for _, f := range findings {
		invites = append(invites, f.Invite)
		f = f.Judged(facts)
		if o.filter.Match(f) {
			wanted = append(wanted, f)
		}
	}
	if len(findings) == 0 && !complete && !o.JSON {
		o.Note("No invites could be read.")
		return nil
	}
	return writeFindings(o.Program, wanted, out.ShortTokens(invites), "")
}
