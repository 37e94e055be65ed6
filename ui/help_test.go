package ui

import (
	"regexp"
	"strings"
	"testing"
)

func TestHelpShowsAllKeysAt80x24(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "rob@bell.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("?")
		screen := term.Screen()
		for _, key := range []string{" invite ", " copy link to event ", " previous status ", " last ", " filter ", " accept an invite ", " quit "} {
			if !strings.Contains(screen, key) {
				t.Errorf("%q is not shown:\n%s", key, screen)
			}
		}
		if strings.Contains(screen, "more") && strings.Contains(screen, "↓ ") {
			t.Errorf("something is left out:\n%s", screen)
		}
	})
}

func TestHelpScrollsToEveryKeyAt60x16(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		n.invite(t, n.ops, "rob@bell.example")
		term := n.startAsAda(t, 60, 16)
		term.Press("?")
		term.Golden("top")
		if !regexp.MustCompile(`↓ \d+ more`).MatchString(term.Screen()) {
			t.Errorf("the number of hidden lines is not shown:\n%s", term.Screen())
		}
		var seen strings.Builder
		seen.WriteString(term.Screen())
		for range 10 {
			term.Press("down")
			seen.WriteString(term.Screen())
		}
		term.Golden("bottom")
		for _, key := range []string{" invite ", " copy link to event ", " previous status ", " last ", " rooms ", " quit "} {
			if !strings.Contains(seen.String(), key) {
				t.Errorf("%q is on no page of the help", key)
			}
		}
	})
}

func TestDetailsShowTheWholeToken(t *testing.T) {
	inWorld(t, func(t *testing.T, n *testWorld) {
		token := n.invite(t, n.ops, "rob@bell.example")
		term := n.startAsAda(t, 80, 24)
		term.Press("enter", "G")
		shown := regexp.MustCompile(`[\s│▌]+`).ReplaceAllString(term.Screen(), "")
		if !strings.Contains(shown, "Token"+token) {
			t.Errorf("%s is not whole:\n%s", token, term.Screen())
		}
	})
}
