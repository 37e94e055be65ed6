package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/invite"
)

// A findingFilter says which findings a person wants to see. An empty list
// wants them all.
type findingFilter struct {
	statuses, verdicts, warnings []string
}

func (f *findingFilter) flags(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.statuses, "status", nil, "only invites with `STATUS`, or one of several")
	flags.StringSliceVar(&f.verdicts, "verdict", nil, "only invites with `VERDICT`, or one of several")
	flags.StringSliceVar(&f.warnings, "warn", nil, "only invites with `WARNING`, or one of several")
}

// check refuses words that would never find anything.
func (f *findingFilter) check(c *cobra.Command) error {
	for _, w := range f.statuses {
		if !slices.Contains(invite.Statuses(), invite.Status(w)) {
			return fail.Usage(c, fmt.Errorf("no invite can be %q, only %s", w, out.Join(invite.Statuses(), ", ")))
		}
	}
	for _, w := range f.verdicts {
		if !slices.Contains(invite.Verdicts(), invite.Verdict(w)) {
			return fail.Usage(c, fmt.Errorf("no verdict is %q, only %s", w, out.Join(invite.Verdicts(), ", ")))
		}
	}
	for _, w := range f.warnings {
		if !slices.Contains(invite.Warnings(), invite.Warning(w)) {
			return fail.Usage(c, fmt.Errorf("no warning is %q, only %s", w, out.Join(invite.Warnings(), ", ")))
		}
	}
	return nil
}

func (f *findingFilter) wants(found out.Finding) bool {
	if len(f.statuses) > 0 && !slices.Contains(f.statuses, string(found.Invite.Status)) {
		return false
	}
	if len(f.verdicts) > 0 && !slices.Contains(f.verdicts, string(found.Verdict)) {
		return false
	}
	return len(f.warnings) == 0 ||
		slices.ContainsFunc(found.Warnings, func(w invite.Warning) bool { return slices.Contains(f.warnings, string(w)) })
}
