// Package export writes tables for spreadsheets and for pages, and into files
// of their own. What strangers wrote into a cell stays text there: it runs
// nothing, links nowhere and breaks no table.
package export

import (
	"encoding/csv"
	"io"
	"regexp"
	"strings"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// A Table is rows below titles. Every row has a cell for every column.
type Table struct {
	Columns []string
	Rows    [][]string
}

// CSV writes a table as of RFC 4180, in UTF-8. A cell that a spreadsheet would
// take for a formula begins with an apostrophe, which shows that it is text.
func CSV(w io.Writer, t Table) error {
	out := csv.NewWriter(w)
	if err := out.Write(t.Columns); err != nil {
		return err
	}
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for n, s := range row {
			cells[n] = defuse(safetext.Line(s))
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// formula is where a spreadsheet may see the beginning of a formula: at that of a
// cell, and after a semicolon, for there are countries where that parts cells. Some
// take the wide forms of the signs, too
// (https://owasp.org/www-community/attacks/CSV_Injection).
var formula = regexp.MustCompile(`(^|;)(["'\s]*)([=+@\t\r＝＋－＠-])`)

func defuse(s string) string { return formula.ReplaceAllString(s, `${1}'${2}${3}`) }

// Markdown writes a table as GitHub and others read it
// (https://github.github.com/gfm/#tables-extension-).
func Markdown(w io.Writer, t Table) error {
	var b strings.Builder
	line := func(cells []string, write func(string) string) {
		for _, s := range cells {
			b.WriteString("| " + write(s) + " ")
		}
		b.WriteString("|\n")
	}
	line(t.Columns, escape)
	line(t.Columns, func(string) string { return "---" })
	for _, row := range t.Rows {
		line(row, escape)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// marks are what Markdown and HTML read as more than text. A colon before slashes
// and the dot of www. make links out of nothing but letters.
var marks = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;",
	`\`, `\\`, "`", "\\`", "|", `\|`, "*", `\*`, "_", `\_`, "~", `\~`, "#", `\#`, "!", `\!`, "$", `\$`,
	"[", `\[`, "]", `\]`, "(", `\(`, ")", `\)`, "://", `\://`, "www.", `www\.`, "WWW.", `WWW\.`,
)

func escape(s string) string { return marks.Replace(safetext.Line(s)) }
