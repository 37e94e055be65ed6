// Package qrtext draws QR codes in the cells of a terminal.
package qrtext

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
	"rsc.io/qr"
)

// border is the width of the light border around a code, in modules (ISO/IEC
// 18004, section 6.3.8).
const border = 4

// LightOnDark and Reset are written before and after each line to draw a code
// in white on black on any terminal. The colours are in the part of the palette
// that users do not change.
const (
	LightOnDark = "\x1b[38;5;231;48;5;16m"
	Reset       = "\x1b[0m"
)

// Draw returns the lines of a code, with two modules in a cell, one above the
// other. On a dark terminal the light modules are drawn, on a light one the
// dark modules.
func Draw(text string, onLight bool) ([]string, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil, err
	}
	size := code.Size + 2*border
	drawn := func(x, y int) bool {
		if y >= size {
			return !onLight // the border extends to the end of the cell
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

// cell returns the character for two modules.
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

// Width returns the width of a code in cells.
func Width(lines []string) int {
	if len(lines) == 0 {
		return 0
	}
	return ansi.StringWidth(lines[0])
}
