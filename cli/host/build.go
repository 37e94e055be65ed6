package host

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"
)

// release is the version that a package sets with the linker, such as "v1.2.3":
//
//	go build -ldflags "-X github.com/mxinvite/mxinvite/cli/host.release=v1.2.3"
//
// A build from an archive of the source has no other version. It is empty otherwise.
var release string

// A Build is the version information that the Go command recorded in the program.
type build struct {
	Version  string `json:"version"`               // of the release or the module; "(devel)" if there is none
	Commit   string `json:"commit,omitempty"`      // empty if it was not built from a checkout
	At       string `json:"commit_time,omitempty"` // RFC 3339
	Modified bool   `json:"modified,omitempty"`    // the checkout had changes that were not committed
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

// ThisBuild returns the build of the running program.
func ThisBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build{Version: "unknown", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	}
	return BuildOf(info)
}

// BuildOf returns the build with the given build information.
func BuildOf(info *debug.BuildInfo) build {
	b := build{Version: cmp.Or(release, info.Main.Version, "(devel)"), Go: info.GoVersion, OS: runtime.GOOS, Arch: runtime.GOARCH}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.At = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// String returns the line that --version writes.
func (b build) String() string {
	s := b.Version
	if b.Commit != "" {
		s += " (commit " + b.Commit[:min(len(b.Commit), 12)]
		if at, err := time.Parse(time.RFC3339, b.At); err == nil {
			s += " of " + at.UTC().Format(time.DateOnly)
		}
		if b.Modified {
			s += ", modified"
		}
		s += ")"
	}
	return fmt.Sprintf("mxinvite %s, %s %s/%s", s, b.Go, b.OS, b.Arch)
}
