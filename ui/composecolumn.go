package ui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/ui/cells"
)

// table returns the part that is a table: the first one whose column has to be chosen,
// or the last one. It returns nil if no part is a table.
func (w *invitees) table() *part {
	var found *part
	for n := range w.pasted {
		p := &w.pasted[n]
		switch {
		case p.list.Table == nil:
		case p.list.Table.Unsure:
			return p
		default:
			found = p
		}
	}
	return found
}

// hasColumns reports whether a pasted table has several columns to choose from.
func (w *invitees) hasColumns() bool {
	p := w.table()
	return p != nil && (len(p.list.Table.Columns) > 1 || p.list.Table.Unsure)
}

// nextColumn reads the people of the table from the column after the current one.
func (w *invitees) nextColumn() {
	p := w.table()
	columns, next := p.list.Table.Columns, 0
	if !p.list.Table.Unsure {
		for n, c := range columns {
			if c.Used > 0 {
				next = (n + 1) % len(columns)
			}
		}
	}
	if l, err := recipients.ParseColumn(p.text, strconv.Itoa(columns[next].Number)); err == nil {
		p.list = l
	}
	w.join()
}

// nextColumn reads the people from the next column, and stores the draft.
func (c *composePage) nextColumn() tea.Cmd {
	c.invitees.nextColumn()
	c.problem = nil
	return c.keep()
}

// columns returns the lines that say which column of a pasted table is read and how to
// read another one.
func (c *composePage) columns(width int) string {
	st, p := c.sh.Styles, c.invitees.table()
	if p == nil {
		return ""
	}
	summary := p.list.Table.Summary()
	if p.list.Table.Unsure {
		summary = p.list.Err().Error()
	}
	text := cells.Cut(strings.ToUpper(summary[:1])+summary[1:], 2*width-30) + "."
	if c.invitees.hasColumns() {
		text += " " + c.sh.Keys.Column.Help().Key + " reads the next column."
	}
	text = cells.Wrap(text, width)
	if p.list.Table.Unsure {
		return st.Warn.Render(text)
	}
	return st.Faint.Render(text)
}
