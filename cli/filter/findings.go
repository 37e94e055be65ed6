// Package filter has the flags that select invites, such as --status and
// --older-than, and sorts invites for --sort.
package filter

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/invite"
)

// Findings selects invites by status, verdict, warning and whether a user should
// look at them. An empty list selects all.
type Findings struct {
	Statuses, verdicts, warnings []string
	needsLook                    bool
}

// AddFlags adds the flags --status, --verdict, --warn and --needs-look.
func (f *Findings) AddFlags(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.Statuses, "status", nil, "only invites with `STATUS`; several with commas between")
	flags.StringSliceVar(&f.verdicts, "verdict", nil, "only invites with `VERDICT`; several with commas between")
	flags.StringSliceVar(&f.warnings, "warn", nil, "only invites with `WARNING`; several with commas between")
	flags.BoolVar(&f.needsLook, "needs-look", false, "only invites with a problem or a lasting warning")
}

// Check returns a usage error if a flag has an unknown value.
func (f *Findings) Check(c *cobra.Command) error {
	for _, w := range f.Statuses {
		if !slices.Contains(invite.Statuses(), invite.Status(w)) {
			return fail.Usage(c, fmt.Errorf("unknown status %q; use one of %s", w, out.Join(invite.Statuses(), ", ")))
		}
	}
	for _, w := range f.verdicts {
		if !slices.Contains(invite.Verdicts(), invite.Verdict(w)) {
			return fail.Usage(c, fmt.Errorf("unknown verdict %q; use one of %s", w, out.Join(invite.Verdicts(), ", ")))
		}
	}
	for _, w := range f.warnings {
		if !slices.Contains(invite.Warnings(), invite.Warning(w)) {
			return fail.Usage(c, fmt.Errorf("unknown warning %q; use one of %s", w, out.Join(invite.Warnings(), ", ")))
		}
	}
	return nil
}

// matchesAll reports whether no flag is set, so that all invites match.
func (f *Findings) matchesAll() bool {
	return len(f.Statuses)+len(f.verdicts)+len(f.warnings) == 0 && !f.needsLook
}

// Match reports whether an invite matches the flags.
func (f *Findings) Match(found out.Finding) bool {
	if len(f.Statuses) > 0 && !slices.Contains(f.Statuses, string(found.Invite.Status)) {
		return false
	}
	if len(f.verdicts) > 0 && !slices.Contains(f.verdicts, string(found.Verdict)) {
		return false
	}
	if f.needsLook && !found.NeedsLook() {
		return false
	}
	return len(f.warnings) == 0 ||
		slices.ContainsFunc(found.Warnings, func(w invite.Warning) bool { return slices.Contains(f.warnings, string(w)) })
}
