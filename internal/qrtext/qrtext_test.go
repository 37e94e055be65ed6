package qrtext_test

import (
	"strings"
	"testing"

	"rsc.io/qr"

	"github.com/mxinvite/mxinvite/internal/qrtext"
)

// read returns for each module whether it is drawn.
func read(lines []string) func(x, y int) bool {
	return func(x, y int) bool {
		cell := []rune(lines[y/2])[x]
		if y%2 == 0 {
			return cell == '█' || cell == '▀'
		}
		return cell == '█' || cell == '▄'
	}
}

func TestDrawnModulesMatchTheCode(t *testing.T) {
	const address = "https://account.example.org/link?code=HRPITC"
	code, err := qr.Encode(address, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	for _, onLight := range []bool{false, true} {
		lines, err := qrtext.Draw(address, onLight)
		if err != nil {
			t.Fatal(err)
		}
		size := code.Size + 8
		if qrtext.Width(lines) != size || len(lines) != (size+1)/2 {
			t.Fatalf("%d by %d cells for %d modules", qrtext.Width(lines), len(lines), size)
		}
		drawn := read(lines)
		for y := range size {
			for x := range size {
				if dark := drawn(x, y) == onLight; dark != code.Black(x-4, y-4) {
					t.Fatalf("light %v: %d, module %d is wrong", onLight, x, y)
				}
			}
		}
	}
}

func TestTooLongTextIsAnError(t *testing.T) {
	if _, err := qrtext.Draw(strings.Repeat("x", 10000), false); err == nil {
		t.Error("drawn nevertheless")
	}
}
