package cli

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/cli/host"
)

func TestVersionNamesTheCommit(t *testing.T) {
	info := &debug.BuildInfo{GoVersion: "go1.26.7", Main: debug.Module{Version: "v0.3.1"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"},
		{Key: "vcs.time", Value: "2026-11-26T16:00:00Z"},
		{Key: "vcs.modified", Value: "true"},
	}}
	b := host.BuildOf(info)
	b.OS, b.Arch = "linux", "amd64"
	if got, want := b.String(), "mxinvite v0.3.1 (commit 0123456789ab of 2026-11-26, modified), go1.26.7 linux/amd64"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	b = host.BuildOf(&debug.BuildInfo{GoVersion: "go1.26.7"})
	if got := b.String(); !strings.HasPrefix(got, "mxinvite (devel), go1.26.7 ") {
		t.Errorf("without a checkout: %q", got)
	}
}
