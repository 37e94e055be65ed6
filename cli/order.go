package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/out"
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
	return fail.Usage(c, fmt.Errorf("there is no order %q, only %s", o.sort, strings.Join(orders(), ", ")))
}

// sortFindings sorts findings that come with the newest first. Those that are the
// same in an order stay with the newest first.
func sortFindings(findings []out.Finding, order string) {
	by := map[string]func(out.Finding) string{
		orderName: func(f out.Finding) string { return cmp.Or(f.Address, f.Invite.DisplayName) },
		orderRoom: func(f out.Finding) string { return cmp.Or(f.RoomLabel, string(f.Invite.RoomID)) },
		orderStatus: func(f out.Finding) string {
			return string(rune('a' + slices.Index(invite.Statuses(), f.Invite.Status)))
		},
		orderKey:     func(f out.Finding) string { return f.Invite.Standing(f.Facts) },
		orderInviter: func(f out.Finding) string { return string(f.Invite.Sender) },
	}[order]
	switch {
	case order == orderOldest:
		slices.Reverse(findings)
	case by != nil:
		slices.SortStableFunc(findings, func(a, b out.Finding) int {
			return strings.Compare(strings.ToLower(by(a)), strings.ToLower(by(b)))
		})
	}
}
