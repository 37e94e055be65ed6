package ui

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/wording"
)

// operators are what filters of invites may consist of.
func (t *inviteTable) operators() grammar[row] {
	return grammar[row]{mentions: (*row).mentions, operators: []operator[row]{
		{
			name: "status", example: "status:pending", does: "has this status",
			values: always(statusNames()), compile: oneOf("status", statusNames(), func(r *row) []string { return []string{string(r.invite.Status)} }),
		},
		{
			name: "by", alias: "from", example: "by:me", does: "sent by this user (or from:)",
			values: t.users(func(r *row) string { return inviter(r.invite) }), compile: t.byUser(func(r *row) string { return inviter(r.invite) }),
		},
		{
			name: "room", example: `room:"Reading group"`, does: "to a room: name, alias or ID",
			values: func(string) []string { return roomTerms(t.rooms) }, compile: t.inRoom,
		},
		{name: "older", example: "older:30d", does: "sent before: m h d w mo y", values: ages, compile: t.sent(true)},
		{name: "newer", example: "newer:12h", does: "sent since then", values: ages, compile: t.sent(false)},
		{
			name: "warn", example: "warn:duplicate", does: "has this warning",
			values: always(warningNames()), compile: warns,
		},
		{
			name: "key", example: "key:invalid", does: "keys or proof in this state",
			values: always(standings()), compile: oneOf("state of a key", standings(), func(r *row) []string { return []string{r.standing()} }),
		},
		{
			name: "verdict", example: "verdict:refused", does: "honoured, refused or unknown",
			values: always(texts(invite.Verdicts())), compile: oneOf("verdict", texts(invite.Verdicts()), func(r *row) []string { return []string{string(r.verdict)} }),
		},
		{
			name: "accepted-by", example: "accepted-by:@ada", does: "accepted by this user",
			values: t.users((*row).acceptedBy), compile: t.byUser((*row).acceptedBy),
		},
	}}
}

// always offers the same values, whatever is typed.
func always(values []string) func(string) []string {
	return func(string) []string { return values }
}

// ages are some to choose from, or those that a number may become.
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

// warns compiles a warning, as the details or as the list name it.
func warns(value string) (func(*row) bool, string) {
	for _, w := range invite.Warnings() {
		if wording.Warning(w).Short == value {
			return func(r *row) bool { return slices.Contains(r.warnings, w) }, ""
		}
	}
	return oneOf("warning", warningNames(), func(r *row) []string { return texts(r.warnings) })(value)
}

func standings() []string { return append(texts(invite.Validities()), texts(invite.Proofs())...) }

func texts[S ~string](all []S) []string {
	texts := make([]string, len(all))
	for n, s := range all {
		texts[n] = string(s)
	}
	return texts
}

// users offers the users that a filter may name, without their servers.
func (t *inviteTable) users(of func(*row) string) func(string) []string {
	return func(string) []string {
		names := map[string]bool{}
		for n := range t.all {
			if user := shortUser(of(&t.all[n])); user != "" {
				names[user] = true
			}
		}
		users := slices.Sorted(maps.Keys(names))
		if t.sh.account != nil {
			users = append([]string{"me"}, users...)
		}
		return users
	}
}

// byUser compiles a user: me, a Matrix ID with or without its server, or a part of one.
func (t *inviteTable) byUser(of func(*row) string) func(string) (func(*row) bool, string) {
	return func(value string) (func(*row) bool, string) {
		switch {
		case value == "me" && t.sh.account == nil:
			return nil, "\"me\" works only while signed in"
		case value == "me":
			me := string(t.sh.account.UserID())
			return func(r *row) bool { return of(r) == me }, ""
		case strings.HasPrefix(value, "@"):
			named := identified(value, func(yield func(string) bool) {
				for n := range t.all {
					if !yield(of(&t.all[n])) {
						return
					}
				}
			})
			return func(r *row) bool { return named(of(r)) }, ""
		}
		lower := strings.ToLower(value)
		return func(r *row) bool { return containsFold(of(r), lower) }, ""
	}
}

// inRoom compiles a room. Each room is looked at once, not each invite.
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
		age, ok := parseAge(value)
		if !ok {
			return nil, fmt.Sprintf("%q is not an age: 30m 12h 30d 4w 6mo 1y", value)
		}
		then := t.sh.now().Add(-age)
		return func(r *row) bool {
			at := r.invite.At()
			return !at.IsZero() && at.Before(then) == before
		}, ""
	}
}

// mentions reports whether text stands anywhere in a row as it is seen, or its
// letters in the name in their order.
func (r *row) mentions(text string) bool {
	for _, s := range []string{r.address, nameOf(r.invite), r.room.Name, string(r.room.Alias), inviter(r.invite), r.acceptedBy()} {
		if containsFold(s, text) {
			return true
		}
	}
	return inOrder(strings.ToLower(safetext.Line(nameOf(r.invite))), text)
}

func containsFold(s, lower string) bool {
	return strings.Contains(strings.ToLower(safetext.Line(s)), lower)
}

// inOrder reports whether s holds the letters of text in their order.
func inOrder(s, text string) bool {
	for _, letter := range text {
		n := strings.IndexRune(s, letter)
		if n < 0 {
			return false
		}
		s = s[n+len(string(letter)):]
	}
	return true
}

// parseAge reads an age such as 30m, 12h, 30d, 2w, 6mo or 1y; a number alone counts days.
func parseAge(s string) (time.Duration, bool) {
	const day = 24 * time.Hour
	digits := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyz")
	units := map[string]time.Duration{"": day, "m": time.Minute, "h": time.Hour, "d": day, "w": 7 * day, "mo": 30 * day, "y": 365 * day}
	unit, ok := units[s[len(digits):]]
	n, err := strconv.Atoi(digits)
	return time.Duration(n) * unit, ok && err == nil && n >= 0 && n < 10000
}
