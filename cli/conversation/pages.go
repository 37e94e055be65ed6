package conversation

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mxinvite/mxinvite/cli/out"
)

// pageRows is the number of rows that are read at once.
const pageRows = 10

// ReadTable reads the first page of a list.
func (c *Conversation) ReadTable(t *out.Table) error {
	c.rest = nil
	if len(t.Rows) == 0 {
		return nil // the command has written a message
	}
	if len(t.Calls) > 0 {
		c.lists[t.Of] = t
	}
	c.rest, c.rowsRead = t, 0
	return c.nextPage()
}

// more reads the next page of the last list.
func (c *Conversation) more(context.Context, []string) error {
	if c.rest == nil {
		return errors.New("the last list has no more rows")
	}
	return c.nextPage()
}

// nextPage reads the next page of c.rest. Numbering continues from the page before.
func (c *Conversation) nextPage() error {
	t, from, all := c.rest, c.rowsRead, len(c.rest.Rows)
	to := min(from+pageRows, all)
	if all > pageRows {
		c.Message("%s %d to %d of %d.", capital(t.Of)+"s", from+1, to, all)
	} else {
		c.Message("%s.", capital(out.Count(all, t.Of)))
	}
	w := bufio.NewWriter(c.Out)
	for n := from; n < to; n++ {
		sentence := t.Sentence(t.Rows[n], false) + "."
		if len(t.Calls) > 0 {
			sentence = rowNumber(t, n) + ". " + sentence
		}
		fmt.Fprintln(w, c.WrapSentence(sentence))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	c.rowsRead = to
	switch {
	case to < all:
		c.Message("%d more. Press Enter, or type more.", all-to)
	case from > 0:
		c.rest = nil
		c.Message("That was the last one.")
	default:
		c.rest = nil
	}
	return nil
}

// capital returns s with an upper-case first letter.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// numbered returns the rows of the last list of a kind, and the list. An argument
// is a number such as 3, or a range such as 2-5. The error for a missing list names
// the command that reads it.
func (c *Conversation) numbered(of, command string, args []string) ([]int, *out.Table, error) {
	t := c.lists[of]
	if t == nil {
		return nil, nil, fmt.Errorf("no %s has a number yet: type %s first", of, command)
	}
	var rows []int
	for _, arg := range args {
		first, last, isRange := strings.Cut(strings.Trim(arg, ",;."), "-")
		if !isRange {
			last = first
		}
		from, err := rowOf(t, first)
		if err != nil {
			return nil, nil, err
		}
		to, err := rowOf(t, last)
		if err != nil {
			return nil, nil, err
		}
		for n := from; n <= to; n++ {
			rows = append(rows, n)
		}
	}
	return rows, t, nil
}

// rowOf returns the index of the row with a number.
func rowOf(t *out.Table, called string) (int, error) {
	for n := range t.Rows {
		if rowNumber(t, n) == called {
			return n, nil
		}
	}
	if t.Of == out.OutboxItem {
		return 0, fmt.Errorf("no %s has the number %q", t.Of, called)
	}
	return 0, fmt.Errorf("%q is not a number from 1 to %d", called, len(t.Rows))
}

// isNumber reports whether s is a number or a range of numbers.
func isNumber(s string) bool {
	first, last, isRange := strings.Cut(strings.Trim(s, ",;."), "-")
	_, err := strconv.Atoi(first)
	if err == nil && isRange {
		_, err = strconv.Atoi(last)
	}
	return err == nil
}

// rowNumber returns the number of a row. Outbox items keep their numbers from one
// list to the next; other rows are counted from 1.
func rowNumber(t *out.Table, row int) string {
	if t.Of == out.OutboxItem {
		return t.Calls[row][0]
	}
	return strconv.Itoa(row + 1)
}
