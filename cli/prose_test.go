package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/cli/completion"
	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
)

func TestFlagsInProseExist(t *testing.T) {
	known := map[string]bool{}
	root := fullRoot()
	root.InitDefaultVersionFlag() // Cobra adds it when it runs
	walk(root, func(c *cobra.Command) {
		note := func(f *pflag.Flag) { known["--"+f.Name] = true }
		c.LocalFlags().VisitAll(note)
		c.InheritedFlags().VisitAll(note)
	})
	for _, p := range pages(t) {
		for _, s := range p.spans {
			if flag := s[:len(s)-len(strings.TrimLeft(s, "-abcdefghijklmnopqrstuvwxyz"))]; strings.HasPrefix(flag, "--") && !known[flag] {
				t.Errorf("%s: there is no %s", p.path, flag)
			}
		}
	}
}

func TestServiceFilesUseExistingCommands(t *testing.T) {
	services, err := filepath.Glob(filepath.Join(repository, "docs/*.service"))
	if err != nil || len(services) == 0 {
		t.Fatal("no services", err)
	}
	start := regexp.MustCompile(`(?m)^ExecStart=\S*/mxinvite (.*)$`)
	for _, path := range services {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m := start.FindStringSubmatch(string(data))
		if m == nil {
			t.Errorf("%s starts nothing", path)
			continue
		}
		c, rest, err := fullRoot().Find(strings.Fields(m[1]))
		if err = errors.Join(err, c.ParseFlags(rest), c.ValidateArgs(c.Flags().Args())); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestReleasesCompleteInEveryShell(t *testing.T) {
	for _, shell := range completion.Shells() {
		if err := hasLine("packaging/prepare.sh", ` completion `+shell+` >`); err != nil {
			t.Error(err)
		}
	}
}

func TestExitCodesMatchREADME(t *testing.T) {
	sentence := regexp.MustCompile(`(?s)Exit codes: (.*?)\.\s`).FindStringSubmatch(readme(t).prose)
	if sentence == nil {
		t.Fatal("README.md names no exit codes")
	}
	var want []string
	for code, words := range exit.Meanings() {
		want = append(want, fmt.Sprintf("%d %s", code, words))
	}
	if got := strings.Join(strings.Fields(sentence[1]), " "); got != strings.Join(want, ", ") {
		t.Errorf("got %s\nwant %s", got, strings.Join(want, ", "))
	}
}

// TestFilesInProseExist finds references to renamed files.
func TestFilesInProseExist(t *testing.T) {
	file := regexp.MustCompile(`^[a-z][\w.]*(/[\w.]+)+$`)
	for _, p := range pages(t) {
		for _, s := range p.spans {
			if file.MatchString(s) {
				if _, err := os.Stat(filepath.Join(repository, s)); err != nil && !fromElsewhere(s) {
					t.Errorf("%s: %v", p.path, err)
				}
			}
		}
	}
}

// fromElsewhere reports whether a name that looks like a file is a package, or a
// directory relative to the page.
func fromElsewhere(s string) bool {
	return s == "testing/synctest" || s == "testdata/script"
}

func TestSettingsInProseExist(t *testing.T) {
	home := config.At("/")
	known := map[string]bool{}
	for _, path := range []string{home.SettingsPath(), home.TrustPath(), home.StorePath(), vault.PathIn("/")} {
		known[filepath.Base(path)] = true
	}
	variables := map[string]bool{"MXINVITE_HOME": true}
	settings := map[string]config.Setting{}
	for _, s := range config.AllSettings() {
		table, key := s.Split()
		settings[s.Name], settings[key] = s, s
		known[s.Name], known[key], known["["+table+"]"] = true, true, true
		variables[s.Variable()] = true
	}
	known["[keys]"] = true
	one := regexp.MustCompile(`^(?:\[[a-z]+\]|[a-z]+(?:[._][a-z]+)+)$`)
	variable := regexp.MustCompile(`MXINVITE_[A-Z_]+`)
	for _, p := range pages(t) {
		for _, s := range p.spans {
			name, value, given := strings.Cut(s, " = ")
			if given && settings[name].Name != "" {
				accepted(t, p.path, settings[name], value)
			}
			if one.MatchString(name) && !known[name] && filepath.Base(p.path) == "README.md" && !strings.HasPrefix(name, "m.") {
				t.Errorf("%s: there is no setting %s", p.path, name)
			}
		}
		for _, v := range variable.FindAllString(p.prose, -1) {
			if !variables[v] {
				t.Errorf("%s: there is no variable %s", p.path, v)
			}
		}
	}
}

// accepted checks that a setting accepts a value in the prose.
func accepted(t *testing.T, path string, s config.Setting, value string) {
	t.Helper()
	_, err := config.Home{}.LoadSettings(func(name string) string {
		if name == s.Variable() {
			return strings.Trim(value, `"`)
		}
		return ""
	})
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
}
