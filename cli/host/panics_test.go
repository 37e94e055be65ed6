package host

import (
	"context"
	"io"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// fragile is a screen that panics in one of its methods.
type fragile struct{ where string }

type breakMsg struct{}

func (f fragile) Init() tea.Cmd {
	f.at("init")
	switch f.where {
	case "command":
		return func() tea.Msg { panic(f.where) }
	case "batch":
		return tea.Batch(func() tea.Msg { return nil }, tea.Batch(func() tea.Msg { return nil }, func() tea.Msg { panic(f.where) }))
	}
	return func() tea.Msg { return breakMsg{} }
}

func (f fragile) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(breakMsg); ok {
		f.at("update")
	}
	return f, nil
}

func (f fragile) View() tea.View {
	f.at("view")
	return tea.NewView("whole")
}

func (f fragile) at(where string) {
	if f.where == where {
		panic(where)
	}
}

func TestPanicEndsOnlyItsScreen(t *testing.T) {
	for _, where := range []string{"init", "update", "view", "command", "batch", "goroutine"} {
		t.Run(where, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			reported := make(chan any, 10)
			var p *tea.Program
			m := contain(fragile{where}, func(v any, _ []byte) { reported <- v }, func() { p.Quit() })
			p = tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithoutSignalHandler(), tea.WithWindowSize(80, 24))
			go m.run(func() { fragile{where}.at("goroutine") })
			if _, err := p.Run(); err != nil {
				t.Error(err)
			}
			if got := <-reported; got != where || !m.broken.Load() {
				t.Errorf("reported %v", got)
			}
		})
	}
}
