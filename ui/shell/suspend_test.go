package shell

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestSuspendStopsTheProcess(t *testing.T) {
	sh := New(t.Context(), Options{Suspend: true}, Pages{})
	cmd := sh.suspend()
	if _, ok := cmd().(tea.SuspendMsg); !ok {
		t.Error("it does not")
	}
}
