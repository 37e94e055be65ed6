package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/host"
)

// TestDocumentedCommandsRun checks that the scripts of the README run all command
// lines on the pages. TestScripts runs the scripts.
func TestDocumentedCommandsRun(t *testing.T) {
	s := readScripts(t)
	for _, p := range pages(t) {
		for _, line := range p.commandLines() {
			if err := s.follow(line); err != nil {
				t.Errorf("%s shows %q: %v", p.path, line, err)
			}
		}
	}
	for _, line := range synopsis(t) {
		if err := s.prove(line.form, line.commands, line.form+line.says); err != nil {
			t.Errorf("README.md, Commands: %s: %v", line.form, err)
		}
	}
	for shown := range s.headings {
		t.Errorf("a script runs %q, and no page shows it", shown)
	}
}

// commandLines returns the command lines of a page, in blocks for a shell and in
// the prose.
func (p page) commandLines() []string {
	var lines []string
	for _, b := range p.blocks {
		if b.language != "sh" {
			continue
		}
		for line := range strings.Lines(b.text) {
			line, _, _ = strings.Cut(line, " # ")
			for command := range strings.SplitSeq(strings.TrimSpace(line), " && ") {
				lines = append(lines, command)
			}
		}
	}
	for _, s := range p.spans {
		if first, _, _ := strings.Cut(s, " "); slices.Contains([]string{"mxinvite", "go", "make", "ssh", "tmux", "systemctl", "source"}, first) {
			lines = append(lines, s)
		}
	}
	return lines
}

// scripts are the commands in the scripts of the README.
type scripts struct {
	root     *cobra.Command
	runs     map[string][]string // command lines, in the form of the pages
	headings map[string]bool     // command lines that no page has shown so far
}

// Commands that succeed, or that fail as the page says.
var runs = regexp.MustCompile(`^(?:exec|exits 1) (mxinvite\b.*)$`)

func readScripts(t *testing.T) scripts {
	t.Helper()
	s := scripts{fullRoot(), map[string][]string{}, map[string]bool{}}
	for _, name := range []string{"readme.txtar", "readme_commands.txtar"} {
		data, err := os.ReadFile(filepath.Join("testdata/script", name))
		if err != nil {
			t.Fatal(err)
		}
		script, _, _ := strings.Cut(string(data), "\n-- ")
		var headings []string
		begun := false
		for line := range strings.Lines(script) {
			line = strings.TrimSpace(line)
			heading, isHeading := strings.CutPrefix(line, "#: ")
			if isHeading && begun || strings.HasPrefix(line, "# ") {
				headings, begun = nil, false
			}
			if isHeading {
				headings = append(headings, heading)
				s.headings[heading] = true
			}
			if m := runs.FindStringSubmatch(line); m != nil {
				begun = true
				for _, shown := range append(headings, m[1]) {
					s.runs[shown] = append(s.runs[shown], m[1])
				}
			}
		}
	}
	return s
}

// fullRoot returns the root command with the commands that Cobra adds when it runs.
func fullRoot() *cobra.Command {
	root := newRoot(host.NewProgram(host.World{}))
	root.InitDefaultHelpCmd()
	return root
}

var errNotRun = errors.New("no script runs it")

// follow checks a command line that a page shows.
func (s scripts) follow(line string) error {
	words := strings.Fields(line)
	switch words[0] {
	case "mxinvite", "./mxinvite":
		line = strings.TrimPrefix(line, "./")
		command, _, err := s.root.Find(words[1:])
		if err != nil {
			return err
		}
		return s.prove(line, []*cobra.Command{command}, line)
	case "go":
		if rest, ok := strings.CutPrefix(line, "go run ."); ok {
			return s.follow("mxinvite" + rest)
		}
		if line == "go install" || line == "go install github.com/mxinvite/mxinvite@latest" {
			return hasLine("packaging/test-go-install.sh", ` go install .*\$module@`)
		}
		if line != "go build -o mxinvite ." { // the scripts run this build
			return errNotRun
		}
		return nil
	case "make":
		return hasLine("Makefile", `^`+regexp.QuoteMeta(words[1])+`:.*## `)
	case "ssh":
		if rest, ok := strings.CutPrefix(line, "ssh -p 2222 your.host"); !ok || rest != "" && s.runs[line] == nil {
			return errNotRun
		}
		delete(s.headings, line)
		return nil
	case "tmux":
		_, ours, _ := strings.Cut(line, " mxinvite")
		return s.follow("mxinvite" + ours)
	case "source":
		return s.follow(strings.Trim(strings.TrimPrefix(line, "source "), "<()"))
	case "systemctl":
		if line == "systemctl reload" {
			return hasLine("docs/mxinvite-serve.service", `^ExecReload=`)
		}
		return hasLine("docs/"+words[len(words)-1]+".service", `^ExecStart=`)
	}
	return errNotRun
}

var flags = regexp.MustCompile(`--[a-z][-a-z]*`)

// prove checks that each command and each flag in a text is run by a script.
func (s scripts) prove(shown string, commands []*cobra.Command, named string) error {
	delete(s.headings, shown)
	lines := s.runs[shown]
	for _, c := range commands {
		if !slices.ContainsFunc(lines, func(line string) bool { return line == c.CommandPath() || strings.HasPrefix(line, c.CommandPath()+" ") }) {
			return fmt.Errorf("%s: %w", c.CommandPath(), errNotRun)
		}
	}
	for _, flag := range flags.FindAllString(named, -1) {
		if !slices.ContainsFunc(lines, func(line string) bool { return slices.Contains(strings.Fields(line), flag) }) {
			return fmt.Errorf("%s: %w", flag, errNotRun)
		}
	}
	return nil
}

// hasLine checks that a file of the repository has a line that matches.
func hasLine(file, pattern string) error {
	data, err := os.ReadFile(filepath.Join(repository, file))
	if err == nil && !regexp.MustCompile("(?m)"+pattern).Match(data) {
		err = fmt.Errorf("%s has no line %s", file, pattern)
	}
	return err
}

// A synopsisLine is a line in the README's list of commands.
type synopsisLine struct {
	form, says string
	commands   []*cobra.Command // flags that the line names
}

func synopsis(t *testing.T) []synopsisLine {
	t.Helper()
	list := slices.DeleteFunc(readme(t).blocks, func(b block) bool { return b.language != "" })
	if len(list) != 1 {
		t.Fatalf("README.md has %d lists of commands", len(list))
	}
	var all []synopsisLine
	for line := range strings.Lines(list[0].text) {
		if !strings.HasPrefix(line, "mxinvite") {
			all[len(all)-1].says += " " + strings.TrimSpace(line)
			continue
		}
		form, says, _ := strings.Cut(strings.TrimSpace(line), "  ")
		all = append(all, synopsisLine{form: form, says: " " + strings.TrimSpace(says)})
	}
	root := fullRoot()
	for n := range all {
		if err := all[n].resolve(root); err != nil {
			t.Errorf("README.md, Commands: %s: %v", all[n].form, err)
		}
	}
	return all
}

// resolve finds the commands that a line names: subcommands, alternatives, and
// commands in its description.
func (s *synopsisLine) resolve(root *cobra.Command) error {
	here := root
	for _, word := range strings.Fields(s.form)[1:] {
		name := strings.Trim(word, "[]|")
		if name == "" || strings.HasPrefix(name, "-") || name != strings.ToLower(name) {
			continue // an argument or a flag
		}
		found := child(here, name)
		if found == nil && here.HasParent() {
			found = child(here.Parent(), name)
		}
		if found == nil {
			return fmt.Errorf("there is no command %s", name)
		}
		s.commands, here = append(s.commands, found), found
	}
	if len(s.commands) == 0 {
		s.commands = []*cobra.Command{root}
	}
	top := s.commands[0]
	if top == root || !top.HasSubCommands() {
		return nil
	}
	for _, m := range regexp.MustCompile(`\b`+top.Name()+` ([a-z]+)`).FindAllStringSubmatch(s.says, -1) {
		found := child(top, m[1])
		if found == nil {
			return fmt.Errorf("there is no command %s", m[0])
		}
		s.commands = append(s.commands, found)
	}
	return nil
}

func child(c *cobra.Command, name string) *cobra.Command {
	for _, below := range c.Commands() {
		if below.Name() == name {
			return below
		}
	}
	return nil
}

func TestREADMEListsEveryCommand(t *testing.T) {
	named := map[string]bool{}
	for _, line := range synopsis(t) {
		for _, c := range line.commands {
			named[c.CommandPath()] = true
		}
	}
	walk(fullRoot(), func(c *cobra.Command) {
		if !c.Hidden && c.Name() != "help" && !named[c.CommandPath()] {
			t.Errorf("README.md does not name %s", c.CommandPath())
		}
	})
}
