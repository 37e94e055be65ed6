package cli

import (
	"regexp"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/config"
)

// helpWidth is the width of the help in cells.
const helpWidth = 80

// guestUsage has the usage lines and the descriptions of flags in the help of visitors,
// if they differ.
var guestUsage = map[string]string{
	"inspect": "inspect -",
	"--vault": "`KIND` of vault: sealed or plain",
}

// These match parts of a help text that visitors may not be able to use.
var (
	flagInHelp    = regexp.MustCompile(`--([a-z][a-z-]*)`)
	commandInHelp = regexp.MustCompile(`\bmxinvite ([a-z]+)`)
	settingInHelp = regexp.MustCompile(`\b[a-z]+\.[a-z_]+\b`)
	hostInHelp    = regexp.MustCompile(`\b(keyring|agent|vCards|MXINVITE_[A-Z]+)\b`)
)

// forVisitors reports whether visitors may use all commands, flags and settings
// that a text names.
func forVisitors(text string) bool {
	for _, name := range flagInHelp.FindAllStringSubmatch(text, -1) {
		if !host.HasWord(guestFlags, name[1]) {
			return false
		}
	}
	for _, name := range commandInHelp.FindAllStringSubmatch(text, -1) {
		if host.HasWord(refusedToGuests, name[1]) {
			return false
		}
	}
	return !hostInHelp.MatchString(text) && !slices.ContainsFunc(settingInHelp.FindAllString(text, -1), isRefusedSetting)
}

func isRefusedSetting(name string) bool {
	return !host.HasWord(host.GuestSettings, name) &&
		slices.ContainsFunc(config.AllSettings(), func(s config.Setting) bool { return s.Name == name })
}

// adaptHelp removes from the help of a command the examples, usage lines, rows of
// lists and sentences that name something that visitors may not use.
func adaptHelp(c *cobra.Command) {
	c.Use = useForVisitors(c.Use)
	if use, ok := guestUsage[c.Name()]; ok {
		c.Use = use
	}
	c.Example = strings.Join(rowsForVisitors(c.Example), "\n")
	var paragraphs []string
	for p := range strings.SplitSeq(c.Long, "\n\n") {
		if p = paragraphForVisitors(p); p != "" {
			paragraphs = append(paragraphs, p)
		}
	}
	c.Long = strings.Join(paragraphs, "\n\n")
}

// useForVisitors removes the alternatives of a usage line, separated by bars, that
// visitors may not use.
func useForVisitors(use string) string {
	ways := strings.Split(use, " | ")
	return strings.Join(slices.DeleteFunc(ways, func(way string) bool { return !forVisitors(way) }), " | ")
}

func paragraphForVisitors(p string) string {
	if forVisitors(p) {
		return p
	}
	if strings.HasPrefix(p, " ") {
		return strings.Join(rowsForVisitors(p), "\n")
	}
	var left []string
	for sentence := range strings.SplitAfterSeq(strings.ReplaceAll(p, "\n", " "), ". ") {
		if forVisitors(sentence) {
			left = append(left, sentence)
		}
	}
	return ansi.Wordwrap(strings.TrimSpace(strings.Join(left, "")), helpWidth, "")
}

// rowsForVisitors removes rows of a list. A line that is indented further continues
// a row.
func rowsForVisitors(list string) []string {
	var rows []string
	for line := range strings.SplitSeq(list, "\n") {
		if n := len(rows); n > 0 && strings.HasPrefix(line, "   ") {
			rows[n-1] += "\n" + line
			continue
		}
		rows = append(rows, line)
	}
	return slices.DeleteFunc(rows, func(row string) bool { return !forVisitors(row) })
}
