package ui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// hintTime is how long each hint of the tour stays.
const hintTime = 3 * time.Second

// tour is how far the hints have come that whoever is new gets to see: the
// number of one, counted from 1; 0 before and after.
type tour int

// tourMsg comes when the next hint is due.
type tourMsg struct{}

// hints are the lines of the tour.
func hints(k keyMap) []string {
	return []string{
		"Nothing is real here, and nothing leaves this machine.",
		fmt.Sprintf("Each line is an invite: %s %s choose one, %s opens.", first(k.Up.Help().Key), first(k.Down.Help().Key), k.Open.Help().Key),
		fmt.Sprintf("%s invites, %s revokes. Both ask before they do.", k.Invite.Help().Key, k.Revoke.Help().Key),
		fmt.Sprintf("%s finds every action, %s shows all keys.", k.Palette.Help().Key, k.Help.Help().Key),
	}
}

// first is the first of two keys with a stroke between.
func first(label string) string {
	one, _, _ := strings.Cut(label, "/")
	return one
}

// startTour shows the first hint.
func (sh *shell) startTour() tea.Cmd {
	if !sh.opt.Tour {
		return nil
	}
	sh.tour = 1
	return sh.nextHint()
}

func (sh *shell) nextHint() tea.Cmd {
	return tea.Tick(hintTime, func(time.Time) tea.Msg { return tourMsg{} })
}

// goOnTour shows the next hint, unless a key has ended the tour.
func (sh *shell) goOnTour() tea.Cmd {
	switch n := len(hints(sh.keys)); {
	case sh.tour == 0:
		return nil
	case int(sh.tour) == n:
		sh.tour = 0
		return nil
	}
	sh.tour++
	return sh.nextHint()
}

// hint is the line of the tour, if it is under way.
func (sh *shell) hint() string {
	if sh.tour == 0 || len(sh.stack) > 1 {
		return ""
	}
	all := hints(sh.keys)
	st := sh.styles
	return " " + st.accent.Render(fmt.Sprintf("%d/%d", sh.tour, len(all))) + " " + cut(all[sh.tour-1], sh.width-6)
}
