package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

func TestCSVCellsAreNotFormulas(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                         "plain",
		"":                              "",
		"a, b":                          `"a, b"`,
		`say "hi"`:                      `"say ""hi"""`,
		"two\nlines":                    "two lines",
		"=1+1":                          "'=1+1",
		"@ada:example.org":              "'@ada:example.org",
		"-2":                            "'-2",
		"+49 30":                        "'+49 30",
		"\t=1":                          "'=1",
		"\r=1":                          "�=1",
		" =1":                           "'=1",
		`"=1"`:                          `"'""=1"""`,
		"＝1":                            "'＝1",
		"a;=1":                          "a;'=1",
		"a-b":                           "a-b",
		"\x1b[2J\u202eclear":            "�clear",
		"=HYPERLINK(\"http://e\",\"\")": `"'=HYPERLINK(""http://e"","""")"`,
	} {
		var b bytes.Buffer
		if err := CSV(&b, Table{[]string{"c", "d"}, [][]string{{in, "x"}}}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff("c,d\n"+want+",x\n", b.String()); d != "" {
			t.Errorf("%q: %s", in, d)
		}
	}
}

func TestMarkdownCellsAreEscaped(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                       "plain",
		"a|b\nc":                      `a\|b c`,
		"`x`":                         "\\`x\\`",
		"<script>&amp;":               "&lt;script&gt;&amp;amp;",
		"[here](https://e.example)":   `\[here\]\(https\://e.example\)`,
		"www.e.example":               `www\.e.example`,
		"*bold* __x__ ~~y~~":          `\*bold\* \_\_x\_\_ \~\~y\~\~`,
		`\|`:                          `\\\|`,
		"![x](javascript:alert(1))":   `\!\[x\]\(javascript:alert\(1\)\)`,
		"gra...@nav...":               "gra...@nav...",
		"\x1b]8;;http://e\x07l\x1b[m": "�l�",
	} {
		var b bytes.Buffer
		if err := Markdown(&b, Table{[]string{"c", "d"}, [][]string{{in, "x"}}}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff("| c | d |\n| --- | --- |\n| "+want+" | x |\n", b.String()); d != "" {
			t.Errorf("%q: %s", in, d)
		}
	}
}

// FuzzCSV parses the output: the cells are the same, and none is a formula.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"=1", `"`, "a,b", "\r\n", ";=x", `";"=`, "\xff"} {
		f.Add(s, "b")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		row := []string{one, two, "end"}
		var b bytes.Buffer
		if err := CSV(&b, Table{[]string{"1", "2", "3"}, [][]string{row}}); err != nil {
			t.Fatal(err)
		}
		read, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(read) != 2 || len(read[1]) != 3 {
			t.Fatalf("%q: %v", read, err)
		}
		for n, got := range read[1] {
			if got != defuse(safetext.Line(row[n])) {
				t.Errorf("%q came back as %q", row[n], got)
			}
			if got != "" && strings.ContainsAny(got[:1], "=+-@\t\r") {
				t.Errorf("%q begins a formula", got)
			}
		}
	})
}

func TestFileNamesAreSafeOnAllSystems(t *testing.T) {
	for in, want := range map[string]string{
		"Ops":                     "ops.csv",
		"../../etc/passwd":        "etc-passwd.csv",
		"":                        "invites.csv",
		"...":                     "invites.csv",
		"a/b\\c:d*e?\"f<g>|h\x00": "a-b-c-d-e-f-g-h.csv",
		"CON":                     "invites-con.csv",
		"com1":                    "invites-com1.csv",
		"Küche":                   "küche.csv",
		"\u202efdp.exe":           "fdp-exe.csv",
		"-rf":                     "rf.csv",
	} {
		if got := FileName(in, "invites", "csv"); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
	if got := FileName(strings.Repeat("é", 1000), "invites", "csv"); len([]rune(got)) != maxName+4 {
		t.Errorf("%d runes", len([]rune(got)))
	}
}

func TestCreateDoesNotOverwrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ops.csv")
	if err := Create(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	if err := Create(path, []byte("other")); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "old" {
		t.Errorf("%q, %v", data, err)
	}
	if err := Write(path, []byte("new!")); err != nil {
		t.Fatal(err)
	}
	if err := Create(dir, nil); err == nil || errors.Is(err, fs.ErrExist) || !strings.HasSuffix(err.Error(), "is a directory") {
		t.Error(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() != 4 || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestDirectoryIsTheDownloadDirectory(t *testing.T) {
	home := t.TempDir()
	env := map[string]string{"HOME": home}
	getenv := func(name string) string { return env[name] }
	if got := Directory(getenv); got != home {
		t.Errorf("without one of them: %s", got)
	}
	mkdir := func(name string) string {
		dir := filepath.Join(home, name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	downloads := mkdir("Downloads")
	if got := Directory(getenv); got != downloads {
		t.Errorf("by its usual name: %s", got)
	}
	french := mkdir("T\u00e9l\u00e9chargements")
	dirs := "# written by xdg-user-dirs-update\nXDG_DESKTOP_DIR=\"$HOME/Bureau\"\nXDG_DOWNLOAD_DIR=\"$HOME/T\u00e9l\u00e9chargements\"\n"
	if err := os.WriteFile(filepath.Join(mkdir(".config"), "user-dirs.dirs"), []byte(dirs), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Directory(getenv); got != french {
		t.Errorf("from user-dirs.dirs: %s", got)
	}
	env["XDG_DOWNLOAD_DIR"] = mkdir("here")
	if got := Directory(getenv); got != env["XDG_DOWNLOAD_DIR"] {
		t.Errorf("from the environment: %s", got)
	}
	env["XDG_DOWNLOAD_DIR"] = "relative"
	if got := Directory(getenv); got != french {
		t.Errorf("a relative one: %s", got)
	}
	if got := Directory(func(string) string { return "" }); got != "" {
		t.Errorf("without a home directory: %s", got)
	}
}
