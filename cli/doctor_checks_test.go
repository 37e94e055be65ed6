package cli

import (
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/discovery"
)

func TestDoctorLooksAtTheTerminal(t *testing.T) {
	for name, tc := range map[string]struct {
		env   []string
		width int
		want  map[string]string
	}{
		"plain":  {[]string{"TERM=xterm-256color"}, 120, map[string]string{"terminal": checkPass, "colors": checkPass, "clipboard": checkPass}},
		"narrow": {[]string{"TERM=xterm"}, 40, map[string]string{"terminal": checkWarn, "colors": checkPass, "clipboard": checkPass}},
		"tmux":   {[]string{"TERM=tmux-256color", "TMUX=/tmp/tmux"}, 80, map[string]string{"terminal": checkPass, "colors": checkPass, "clipboard": checkWarn}},
		"screen": {[]string{"TERM=screen"}, 80, map[string]string{"terminal": checkPass, "colors": checkPass, "clipboard": checkWarn}},
		"dumb":   {[]string{"TERM=dumb"}, 80, map[string]string{"terminal": checkWarn}},
		"none":   {nil, 80, map[string]string{"terminal": checkWarn}},
	} {
		t.Run(name, func(t *testing.T) {
			a := host.NewProgram(host.World{Streams: out.Streams{InTTY: true, OutTTY: true, Env: tc.env, Width: tc.width}})
			checks := checkTerminal(a)
			if len(checks) != len(tc.want) {
				t.Fatalf("%v", checks)
			}
			for _, c := range checks {
				if c.Result != tc.want[c.Name] || c.Detail == "" {
					t.Errorf("%+v", c)
				}
			}
		})
	}
}

func TestDoctorComparesClocks(t *testing.T) {
	for ahead, want := range map[time.Duration]string{
		0: checkPass, time.Minute: checkPass, -time.Hour: checkWarn, 3 * time.Minute: checkWarn,
	} {
		if c, told := checkClock(discovery.Versions{Ahead: ahead, Clock: true}); !told || c.Result != want {
			t.Errorf("%s ahead: %+v", ahead, c)
		}
	}
	if _, told := checkClock(discovery.Versions{}); told {
		t.Error("a clock that told nothing was compared")
	}
}
