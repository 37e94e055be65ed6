package cli

import (
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/internal/budget"
)

const (
	// defaultMemory limits the memory for responses to visitors if the process has no
	// memory limit, in bytes.
	defaultMemory = 512 << 20
	// A session may use an eighth of the memory of all sessions, but at least
	// minSession, which is enough for a large account.
	sessionPart = 8
	minSession  = 16 << 20
	// collectAt is the percentage by which memory may grow before a garbage collection.
	// Most sessions are idle most of the time: with Go's default of 100, the process
	// would keep twice the memory that they use.
	collectAt = 40
)

// budget returns the memory limit of the visitors, and sets that of the process.
func (o serveOptions) budget(c *cobra.Command) (*budget.Budget, error) {
	if o.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	all := int64(defaultMemory)
	if process := budget.LimitProcess(); process > 0 {
		all = process / 2
	}
	if o.memory != "" {
		var err error
		if all, err = parseSize(o.memory); err != nil {
			return nil, fail.Usage(c, fmt.Errorf("--memory: %w", err))
		}
	}
	session := max(all/sessionPart, minSession)
	o.Note("Responses to visitors may use %d MiB of memory, and those of one session %d MiB.", all>>20, session>>20)
	return budget.New(all, session), nil
}

// parseSize parses a size such as 400MiB, with the units of GOMEMLIMIT.
func parseSize(text string) (int64, error) {
	number, unit := text, int64(1)
	for _, u := range []struct {
		suffix string
		bytes  int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}} {
		if rest, ok := strings.CutSuffix(text, u.suffix); ok {
			number, unit = rest, u.bytes
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || n > (1<<50)/unit || n*unit < minSession {
		return 0, fmt.Errorf("%q is not a size of at least %d MiB, such as 400MiB", text, minSession>>20)
	}
	return n * unit, nil
}
