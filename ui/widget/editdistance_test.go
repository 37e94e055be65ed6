package widget

import "testing"

func TestEditDistanceCountsTypingErrors(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"status", "status", 0},
		{"", "room", 4},
		{"stauts", "status", 1}, // exchanged letters
		{"statu", "status", 1},
		{"statuus", "status", 1},
		{"statos", "status", 1},
		{"römer", "römér", 1},
		{"warn", "room", 4},
	} {
		if there, back := editDistance(tt.a, tt.b), editDistance(tt.b, tt.a); there != tt.want || back != tt.want {
			t.Errorf("%q, %q: %d, and %d back, not %d", tt.a, tt.b, there, back, tt.want)
		}
	}
}
