package filter

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

// The sort orders. The screen uses the same names.
const (
	orderNewest  = "newest"
	orderOldest  = "oldest"
	orderName    = "name"
	orderRoom    = "room"
	orderStatus  = "status"
	orderKey     = "key"
	orderInviter = "inviter"
)

// Orders returns the names of all orders.
func Orders() []string {
	return []string{orderNewest, orderOldest, orderName, orderRoom, orderStatus, orderKey, orderInviter}
}

// CheckOrder returns a usage error for an unknown order.
func CheckOrder(c *cobra.Command, order string) error {
	if order == "" || slices.Contains(Orders(), order) {
		return nil
	}
	return fail.Usage(c, fmt.Errorf("unknown order %q; use one of %s", order, strings.Join(Orders(), ", ")))
}

// Sort sorts findings, which must be sorted with the newest first. The sort is
// stable.
func Sort(findings []out.Finding, order string) {
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
