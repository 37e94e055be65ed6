package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/client/invite"
)

// The orders of a list, by the same names as on the screen.
const (
	orderNewest  = "newest"
	orderOldest  = "oldest"
	orderName    = "name"
	orderRoom    = "room"
	orderStatus  = "status"
	orderKey     = "key"
	orderInviter = "inviter"
)

func orders() []string {
	return []string{orderNewest, orderOldest, orderName, orderRoom, orderStatus, orderKey, orderInviter}
}

// checkOrder refuses an order that there is not.
func (o listOptions) checkOrder(c *cobra.Command) error {
	if o.sort == "" || slices.Contains(orders(), o.sort) {
		return nil
	}
	return usage(c, fmt.Errorf("there is no order %q, only %s", o.sort, strings.Join(orders(), ", ")))
}

// sortFindings sorts findings that come with the newest first. Those that are the
// same in an order stay with the newest first.
func sortFindings(findings []finding, order string) {
	by := map[string]func(finding) string{
		orderName:    func(f finding) string { return cmp.Or(f.address, f.invite.DisplayName) },
		orderRoom:    func(f finding) string { return cmp.Or(f.roomLabel, string(f.invite.RoomID)) },
		orderStatus:  func(f finding) string { return string(rune('a' + slices.Index(invite.Statuses(), f.invite.Status))) },
		orderKey:     func(f finding) string { return f.invite.Standing(f.facts) },
		orderInviter: func(f finding) string { return string(f.invite.Sender) },
	}[order]
	switch {
	case order == orderOldest:
		slices.Reverse(findings)
	case by != nil:
		slices.SortStableFunc(findings, func(a, b finding) int {
			return strings.Compare(strings.ToLower(by(a)), strings.ToLower(by(b)))
		})
	}
}
