package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pageRows is how much of a list is read aloud at once.
const pageRows = 10

// read reads the first page of a list.
func (c *conversation) read(t *table) error {
	c.rest = nil
	if len(t.rows) == 0 {
		return nil // the command has said so
	}
	if len(t.calls) > 0 {
		c.lists[t.of] = t
	}
	c.rest, c.spoke = t, 0
	return c.nextPage()
}

// more reads the next page of the last list.
func (c *conversation) more(context.Context, []string) error {
	if c.rest == nil {
		return errors.New("there is no list with more to read")
	}
	return c.nextPage()
}

// nextPage reads the next page of a list that was not read to its end. Its numbers
// go on.
func (c *conversation) nextPage() error {
	t, from, all := c.rest, c.spoke, len(c.rest.rows)
	to := min(from+pageRows, all)
	if all > pageRows {
		c.tell("%s %d to %d of %d.", capital(t.of)+"s", from+1, to, all)
	} else {
		c.tell("%s.", capital(count(all, t.of)))
	}
	w := bufio.NewWriter(c.Out)
	for n := from; n < to; n++ {
		if len(t.calls) > 0 {
			fmt.Fprint(w, t.number(n)+". ")
		}
		fmt.Fprintln(w, t.sentence(t.rows[n], false)+".")
	}
	if err := w.Flush(); err != nil {
		return err
	}
	c.spoke = to
	switch {
	case to < all:
		c.tell("%d more. Press Enter, or type more.", all-to)
	case from > 0:
		c.rest = nil
		c.tell("That was the last one.")
	default:
		c.rest = nil
	}
	return nil
}

// capital is text of ours that begins with a capital letter.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// rows are the rows of the last list of this kind that some numbers name: 3, a
// range such as 2-5, or several of these.
func (c *conversation) numbered(of, command string, args []string) ([]int, *table, error) {
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
		from, err := t.row(first)
		if err != nil {
			return nil, nil, err
		}
		to, err := t.row(last)
		if err != nil {
			return nil, nil, err
		}
		for n := from; n <= to; n++ {
			rows = append(rows, n)
		}
	}
	return rows, t, nil
}

// row is the row that a number names.
func (t *table) row(number string) (int, error) {
	for n := range t.rows {
		if t.number(n) == number {
			return n, nil
		}
	}
	if t.of == outboxItem {
		return 0, fmt.Errorf("no %s has the number %q", t.of, number)
	}
	return 0, fmt.Errorf("%q is not a number from 1 to %d", number, len(t.rows))
}

// isNumber reports whether a word is a number, or a range of them.
func isNumber(s string) bool {
	first, last, isRange := strings.Cut(strings.Trim(s, ",;."), "-")
	_, err := strconv.Atoi(first)
	if err == nil && isRange {
		_, err = strconv.Atoi(last)
	}
	return err == nil
}
