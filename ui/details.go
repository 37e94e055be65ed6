package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/duration"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/style"
	"github.com/mxinvite/mxinvite/wording"
)

// labelled is the width of the labels in the details, in cells.
const labelled = 10

// details returns the details of one invite, in a column of the given width.
func details(sh *shell.Shell, r row, width int) string {
	d := &detailsWriter{sh: sh, st: sh.Styles, row: r, width: width}
	d.head()
	d.verdict()
	d.fields()
	d.keys()
	d.ids()
	return strings.TrimRight(d.b.String(), "\n")
}

// A detailsWriter writes the details, part by part.
type detailsWriter struct {
	sh    *shell.Shell
	st    style.Styles
	row   row
	width int
	b     strings.Builder
}

func (d *detailsWriter) line(s string) { d.b.WriteString(s + "\n") }

// field writes a label and an untrusted text.
func (d *detailsWriter) field(label, value string) {
	text := cells.Wrap(cells.Cut(value, 3*d.width), d.width-labelled)
	d.line(d.st.Label.Render(cells.Pad(label, labelled)) + strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", labelled)))
}

// point writes a mark and a text, on several lines if necessary.
func (d *detailsWriter) point(mark, text string) {
	d.line(cells.Bullet(mark, cells.Cut(text, 4*d.width), d.width))
}

// term writes the mark of a term and the sentence that explains it.
func (d *detailsWriter) term(t wording.Term) {
	d.point(d.st.Role(t.Role).Render(t.Glyph), t.Sentence())
}

func (d *detailsWriter) head() {
	status := statusTerm(&d.row)
	d.line(style.Bold(d.st.Role(status.Role)).Render(status.String()))
	d.line(d.st.Faint.Render(cells.Wrap(summaryText(d.sh, d.row), d.width)) + "\n")
}

// verdict writes whether a homeserver would accept the invite, and why.
func (d *detailsWriter) verdict() {
	i, st := *d.row.invite, d.st
	if !wording.HasVerdict(i) {
		return
	}
	verdict := wording.Verdict(d.row.verdict, i)
	text := cells.Bullet(verdict.Glyph, verdict.Sentence(), d.width)
	d.line(style.Bold(st.Role(verdict.Role)).Render(verdict.String()) + strings.TrimPrefix(text, verdict.String()))
	const most = 12 // an untrusted event may contain thousands of keys
	checks := i.Judge(*d.row.facts).Checks
	for _, c := range checks[:min(most, len(checks))] {
		d.term(wording.Check(c))
	}
	for _, w := range wording.Warnings(i, d.row.verdict, d.row.warnings) {
		d.term(wording.Warning(w))
	}
	d.advice()
	d.line("")
}

// advice writes the actions that a signed-in user can take.
func (d *detailsWriter) advice() {
	if d.sh.Account == nil {
		return
	}
	i, st := *d.row.invite, d.st
	if n := len(leftovers(d.sh, i)); n > 0 {
		d.point(st.Warn.Render("!"), leftoverWords(n)+" Press "+d.sh.Keys.RevokeRedundant.Help().Key+" to revoke redundant invites.")
	}
	if slices.Contains(i.Warnings, invite.RoomReplaced) && mayMove(d.sh, []invite.Invite{i}) {
		d.point(st.Accent.Render("→"), "Press "+d.sh.Keys.Move.Help().Key+" to invite to the new room instead.")
	}
	if hosts := d.sh.Account.Untrusted(i); len(hosts) > 0 {
		d.point(st.Accent.Render("→"), "Press "+d.sh.Keys.Trust.Help().Key+" to check the keys at "+strings.Join(hosts, " and ")+".")
	}
	for _, refused := range d.sh.Account.Refusals(i) {
		d.point(st.Accent.Render("→"), phrase.Sentence(refused.Error())+" "+d.sh.Hint(refused))
	}
}

func (d *detailsWriter) fields() {
	i := *d.row.invite
	if d.row.address != "" {
		d.field("Address", d.row.address+" (from your address book)")
	}
	d.field("Name", nameOf(i))
	d.field("Room", d.row.room.Name)
	if d.row.room.Alias != "" {
		d.field("", string(d.row.room.Alias))
	}
	if d.sh.Account != nil && d.row.room.Replaced {
		d.field("", replacedText(d.sh, *d.row.room))
	}
	if i.Sender != "" {
		d.field("By", string(i.Sender))
		d.field("Sent", d.sh.Time(i.SentAt))
	}
	if d.sh.Account != nil && d.sh.Account.IssuedByOwnKey(i.RoomID, i.Token) {
		limits := d.sh.Account.LinkLimits(i.RoomID, i.Token)
		d.field("Link", wording.OwnKey(i, limits.Uses, duration.Left(d.sh.Now(), limits.Expires))+". Press "+d.sh.Keys.ShowLink.Help().Key+" to show it.")
	}
	if a := i.Acceptance; a != nil {
		d.field("Accepted", "by "+string(a.UserID))
		if !a.At.IsZero() {
			d.field("", d.sh.Time(a.At))
		}
		d.field("Proof", wording.Proof(a.Proof).Glyph+" "+wording.Proof(a.Proof).Sentence())
	}
	if rev := i.Revocation; rev != nil {
		d.field("Revoked", d.sh.Time(rev.At))
		d.field("", "by "+string(rev.Sender))
	}
}

func (d *detailsWriter) keys() {
	if len(d.row.invite.Keys) == 0 {
		return
	}
	const most = 12 // an untrusted event may contain thousands of keys
	d.line("\n" + d.st.Label.Render("Keys"))
	for n, k := range d.row.invite.Keys {
		if n == most {
			d.line(d.st.Faint.Render(fmt.Sprintf("and %d more", len(d.row.invite.Keys)-most)))
			return
		}
		d.line(d.keyLine(n+1, k))
	}
}

// keyLine returns the line of a key: its host and state, or why the key cannot be used.
func (d *detailsWriter) keyLine(n int, k invite.Key) string {
	const publicWidth = 14
	st := d.st
	public := fmt.Sprintf("%d ", n) + cells.Pad(cells.Cut(shorten(k.Public, publicWidth-2), publicWidth), publicWidth) + " "
	rest := d.width - publicWidth - 4
	t, ok := wording.KeyOf(*d.row.invite, k, d.row.facts.KeyValidity(k))
	if !ok {
		return public + st.Faint.Render(cells.Cut(k.Host(), rest))
	}
	return public + st.Role(t.Role).Render(t.Glyph+" ") + cells.Cut(t.Sentence(), rest-2)
}

func (d *detailsWriter) ids() {
	d.line("")
	d.id("Token", d.row.invite.Token)
	d.id("Event", string(d.row.invite.EventID))
}

// longestID is the maximum length of a state key and of an event ID, in bytes:
// https://spec.matrix.org/latest/client-server-api/#size-limits
const longestID = 255

// id writes a label and a whole ID. The line may break at any character.
func (d *detailsWriter) id(label, value string) {
	text := ansi.Hardwrap(cells.Cut(value, longestID), max(1, d.width-labelled), true)
	d.line(d.st.Label.Render(cells.Pad(label, labelled)) + strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", labelled)))
}

// summaryText returns a short text about the history and state of an invite.
func summaryText(sh *shell.Shell, r row) string {
	text := stateText(sh, r)
	if r.invite.Revocation != nil && r.invite.Status != invite.Revoked {
		text += " Then it was revoked, so it cannot be accepted again."
	}
	return text
}

func stateText(sh *shell.Shell, r row) string {
	i := *r.invite
	sent := "Sent " + duration.Ago(sh.Now(), i.SentAt) + " by " + shortUser(string(i.Sender)) + "."
	who := ""
	if i.Acceptance != nil {
		who = shortUser(string(i.Acceptance.UserID))
	}
	switch i.Status {
	case invite.Pending:
		switch {
		case r.room.Certain(i):
		case sh.Account == nil:
			return sent + " The saved state does not show whether it was accepted."
		default:
			return sent + " Still checking whether it was accepted."
		}
		return sent + " Not accepted yet."
	case invite.Invited:
		return sent + " " + who + " has accepted it but has not joined yet."
	case invite.Joined:
		return sent + " " + who + " accepted it and is in the room."
	case invite.Left:
		return sent + " " + who + " accepted it and is no longer in the room."
	case invite.Banned:
		return sent + " " + who + " accepted it and was banned."
	case invite.Revoked:
		text := "Revoked " + duration.Ago(sh.Now(), i.Revocation.At) + " by " + shortUser(string(i.Revocation.Sender)) + ". It cannot be accepted any more."
		if who != "" {
			text += " " + who + " had accepted it before."
		}
		return text
	default:
		return sent + " It has no usable key, so it cannot be accepted."
	}
}

// shorten returns the beginning of a text that users need not read whole.
func shorten(s string, n int) string {
	if len(s) <= n+1 {
		return s
	}
	return fmt.Sprintf("%.*s…", n, s)
}

func leftoverWords(n int) string {
	if n == 1 {
		return "another invite with this name is still pending; accepting it would change their membership from join to invite."
	}
	return phrase.Count(n, "other invite") + " with this name are still pending; accepting one would change their membership from join to invite."
}
