package budget

import (
	"io/fs"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// LimitProcess tells the garbage collector the memory limit of the process's control
// group, less a tenth for memory outside of the Go heap. It returns the limit in bytes, or
// that of GOMEMLIMIT if it is lower; 0 if there is none.
func LimitProcess() int64 {
	limit := debug.SetMemoryLimit(-1) // GOMEMLIMIT
	if group, ok := groupLimit(os.DirFS("/")); ok && group/10*9 < limit {
		limit = group / 10 * 9
		debug.SetMemoryLimit(limit)
	}
	if limit == math.MaxInt64 {
		return 0
	}
	return limit
}

// groupLimit returns the lowest memory limit of the control group of this process and
// of those above it, in bytes (https://docs.kernel.org/admin-guide/cgroup-v2.html,
// "Memory Interface Files"; for version 1, admin-guide/cgroup-v1/memory.html).
func groupLimit(root fs.FS) (lowest int64, ok bool) {
	groups, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(groups)) {
		// hierarchy-ID:controller-list:cgroup-path
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		base, files := "", []string(nil)
		switch {
		case parts[0] == "0" && parts[1] == "":
			base, files = "sys/fs/cgroup", []string{"memory.max", "memory.high"}
		case parts[1] == "memory":
			base, files = "sys/fs/cgroup/memory", []string{"memory.limit_in_bytes"}
		}
		for _, file := range files {
			for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) {
				limit, found := readLimit(root, path.Join(base, group, file))
				if found && (!ok || limit < lowest) {
					lowest, ok = limit, true
				}
				if group == "/" {
					break
				}
			}
		}
	}
	return lowest, ok
}

// unlimitedV1 is less than what version 1 writes for no limit: the largest multiple of
// the page size.
const unlimitedV1 = 1 << 60

func readLimit(root fs.FS, name string) (int64, bool) {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return limit, err == nil && limit > 0 && limit < unlimitedV1 // version 2 writes "max" for no limit
}
