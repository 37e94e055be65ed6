package wording

// ASCII returns the ASCII character that replaces a glyph of a term.
func ASCII(glyph string) (char byte, ok bool) {
	const glyphs, chars = "◔◑●○✓✗·?!", ".o*-+x-?!"
	n := 0
	for _, g := range glyphs {
		if string(g) == glyph {
			return chars[n], true
		}
		n++
	}
	return 0, false
}
