// Package qrtext draws QR codes in the cells of a terminal.
package qrtext

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
	"rsc.io/qr"
)

// border is the light edge that readers need around a code, in modules
// (ISO/IEC 18004, section 6.3.8).
const border = 4

// What stands before and behind each line of a code that is drawn light on dark,
// so that it looks the same on any terminal. The colours are of the part of the
// palette that nobody changes.
const (
	LightOnDark = "\x1b[38;5;231;48;5;16m"
	Reset       = "\x1b[0m"
)

// Draw returns the lines of a code, with two modules in a cell, one above the
// other. Where the terminal is dark (so that what is drawn shows light) the light
// modules are drawn, and where it is light the dark ones.
func Draw(text string, onLight bool) ([]string, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil, err
	}
	size := code.Size + 2*border
	drawn := func(x, y int) bool {
		if y >= size {
			return !onLight // the light edge goes on to the end of the cell
		}
		return code.Black(x-border, y-border) == onLight
	}
	var lines []string
	for y := 0; y < size; y += 2 {
		var line strings.Builder
		for x := range size {
			line.WriteString(cell(drawn(x, y), drawn(x, y+1)))
		}
		lines = append(lines, line.String())
	}
	return lines, nil
}

// cell is two modules.
func cell(upper, lower bool) string {
	switch {
	case upper && lower:
		return "█"
	case upper:
		return "▀"
	case lower:
		return "▄"
	}
	return " "
}

// Width is how many cells a code takes from left to right.
func Width(lines []string) int {
	if len(lines) == 0 {
		return 0
	}
	return ansi.StringWidth(lines[0])
}
