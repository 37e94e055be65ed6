package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/duration"
	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/ui/widget"
	"github.com/mxinvite/mxinvite/wording"
)

// operators returns the operators of a filter of invites.
func (t *inviteTable) operators() widget.Grammar[row] {
	return widget.Grammar[row]{Mentions: (*row).mentions, Operators: []widget.Operator[row]{
		{
			Name: "status", Example: "status:pending", Does: "has this status",
			Values: widget.Always(statusNames()), Compile: widget.OneOf("status", statusNames(), func(r *row) []string { return []string{string(r.invite.Status)} }),
		},
		{
			Name: "by", Alias: "from", Example: "by:me", Does: "sent by this user (or from:)",
			Values: t.users(func(r *row) string { return inviter(*r.invite) }), Compile: t.byUser(func(r *row) string { return inviter(*r.invite) }),
		},
		{
			Name: "room", Example: `room:"Reading group"`, Does: "to a room: name, alias or ID",
			Values: func(string) []string { return roomTerms(t.rooms) }, Compile: t.inRoom,
		},
		{Name: "older", Example: "older:30d", Does: "older than: s m h d w mo y", Values: ages, Compile: t.sent(true)},
		{Name: "newer", Example: "newer:12h", Does: "newer than this", Values: ages, Compile: t.sent(false)},
		{
			Name: "warn", Example: "warn:duplicate", Does: "has this warning",
			Values: widget.Always(warningNames()), Compile: warns,
		},
		{
			Name: "key", Example: "key:invalid", Does: "with this word under KEY",
			Values: widget.Always(standings()), Compile: widget.OneOf("state of a key", standings(), func(r *row) []string { return []string{r.standing()} }),
		},
		{
			Name: "verdict", Example: "verdict:refused", Does: "honoured, refused or unknown",
			Values: widget.Always(texts(invite.Verdicts())), Compile: widget.OneOf("verdict", texts(invite.Verdicts()), func(r *row) []string { return []string{string(r.verdict)} }),
		},
		{
			Name: "accepted-by", Example: "accepted-by:@ada", Does: "accepted by this user",
			Values: t.users((*row).acceptedBy), Compile: t.byUser((*row).acceptedBy),
		},
	}}
}

// ages returns examples of ages, or the ages that begin with the typed number.
func ages(typed string) []string {
	number := strings.TrimRight(typed, "mohdwy")
	switch {
	case typed == "":
		return []string{"12h", "30d", "4w", "6mo", "1y"}
	case number == "" || strings.Trim(number, "0123456789") != "":
		return nil
	}
	return []string{number + "h", number + "d", number + "w", number + "mo", number + "y"}
}

func statusNames() []string  { return texts(invite.Statuses()) }
func warningNames() []string { return texts(invite.Warnings()) }

// warns compiles the name of a warning, or its short form in the list.
func warns(value string) (func(*row) bool, string) {
	for _, w := range invite.Warnings() {
		if wording.Warning(w).Short == value {
			return func(r *row) bool { return slices.Contains(r.warnings, w) }, ""
		}
	}
	return widget.OneOf("warning", warningNames(), func(r *row) []string { return texts(r.warnings) })(value)
}

func standings() []string { return append(texts(invite.Validities()), texts(invite.Proofs())...) }

func texts[S ~string](all []S) []string {
	texts := make([]string, len(all))
	for n, s := range all {
		texts[n] = string(s)
	}
	return texts
}

// users returns the users that a filter can name, without their servers.
func (t *inviteTable) users(of func(*row) string) func(string) []string {
	return func(string) []string {
		names := map[string]bool{}
		for n := range t.All {
			if user := shortUser(of(&t.All[n])); user != "" {
				names[user] = true
			}
		}
		users := slices.Sorted(maps.Keys(names))
		if t.sh.Account != nil {
			users = append([]string{"me"}, users...)
		}
		return users
	}
}

// byUser compiles a user: "me", a Matrix ID with or without its server or, if no user
// in the list has that name, a part of a Matrix ID.
func (t *inviteTable) byUser(of func(*row) string) func(string) (func(*row) bool, string) {
	return func(value string) (func(*row) bool, string) {
		switch {
		case value == "me" && t.sh.Account == nil:
			return nil, "\"me\" works only while signed in"
		case value == "me":
			me := string(t.sh.Account.UserID())
			return func(r *row) bool { return of(r) == me }, ""
		}
		named := func(r row) bool { return invite.IsNamed(id.UserID(of(&r)), value) }
		if slices.ContainsFunc(t.All, named) {
			return func(r *row) bool { return named(*r) }, ""
		}
		lower := strings.ToLower(value)
		if strings.HasPrefix(value, "@") {
			return func(r *row) bool { return strings.HasPrefix(strings.ToLower(of(r)), lower) }, ""
		}
		return func(r *row) bool { return widget.ContainsFold(of(r), lower) }, ""
	}
}

// inRoom compiles a room. It tests each room once, not for each invite.
func (t *inviteTable) inRoom(value string) (func(*row) bool, string) {
	is, problem := roomNamed(value, maps.Values(t.rooms))
	if problem != "" {
		return nil, problem
	}
	known := map[*client.Room]bool{}
	return func(r *row) bool {
		meant, seen := known[r.room]
		if !seen {
			meant = is(r.room)
			known[r.room] = meant
		}
		return meant
	}, ""
}

func (t *inviteTable) sent(before bool) func(string) (func(*row) bool, string) {
	return func(value string) (func(*row) bool, string) {
		age, err := duration.Parse(value)
		if err != nil {
			return nil, fmt.Sprintf("%q is %v", value, err)
		}
		now := t.sh.Now()
		return func(r *row) bool { return !r.invite.At().IsZero() && r.invite.OlderThan(age, now) == before }, ""
	}
}

// mentions reports whether a row contains a text, or the name of its invite has the
// letters of the text in the same order.
func (r *row) mentions(text string) bool {
	for _, s := range []string{r.address, nameOf(*r.invite), r.room.Name, string(r.room.Alias), inviter(*r.invite), r.acceptedBy()} {
		if widget.ContainsFold(s, text) {
			return true
		}
	}
	return widget.ContainsInOrder(strings.ToLower(safetext.Line(nameOf(*r.invite))), text)
}
