// Package export writes tables as CSV and Markdown, and creates the files for
// them. Cells may contain hostile text: it is escaped, so that it cannot be a
// formula, a link or markup.
package export

import (
	"encoding/csv"
	"io"
	"regexp"
	"strings"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// A Table has column titles and rows. Every row has a cell for every column.
type Table struct {
	Columns []string
	Rows    [][]string
}

// CSV writes a table in the format of RFC 4180, in UTF-8. Cells that a spreadsheet
// could interpret as a formula begin with an apostrophe, which marks them as text.
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

// formula matches where a spreadsheet may see the beginning of a formula: at
// the beginning of a cell, and after a semicolon, which separates cells in some
// countries. Some spreadsheets accept full-width signs, too
// (https://owasp.org/www-community/attacks/CSV_Injection).
var formula = regexp.MustCompile(`(^|;)(["'\s]*)([=+@\t\r＝＋－＠-])`)

func defuse(s string) string { return formula.ReplaceAllString(s, `${1}'${2}${3}`) }

// Markdown writes a table in GitHub Flavored Markdown
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

// marks escapes the special characters of Markdown and HTML. The colon of "://"
// and the dot of "www." are escaped because they make plain text a link.
var marks = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;",
	`\`, `\\`, "`", "\\`", "|", `\|`, "*", `\*`, "_", `\_`, "~", `\~`, "#", `\#`, "!", `\!`, "$", `\$`,
	"[", `\[`, "]", `\]`, "(", `\(`, ")", `\)`, "://", `\://`, "www.", `www\.`, "WWW.", `WWW\.`,
)

func escape(s string) string { return marks.Replace(safetext.Line(s)) }
