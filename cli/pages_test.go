package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// repository is the path of the repository's root.
const repository = ".."

// A page is a Markdown document.
type page struct {
	path   string
	text   string   // the whole text
	prose  string   // the text without blocks
	blocks []block  // of code
	spans  []string // code spans in the prose
}

// A block is a fenced block of code.
type block struct{ language, text string }

// pages returns all pages of the repository.
func pages(t *testing.T) []page {
	t.Helper()
	var all []page
	err := filepath.WalkDir(repository, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." && d.Name() != ".github":
			return filepath.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}
		data, err := os.ReadFile(path)
		all = append(all, newPage(path, string(data)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 5 {
		t.Fatalf("there are more pages than %d", len(all))
	}
	return all
}

var (
	fence = regexp.MustCompile("(?ms)^ *```(\\w*)\n(.*?)^ *```$")
	span  = regexp.MustCompile("`([^`]+)`")
)

func newPage(path, text string) page {
	p := page{path: path, text: text}
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		p.blocks = append(p.blocks, block{m[1], m[2]})
	}
	p.prose = fence.ReplaceAllString(text, "")
	for _, m := range span.FindAllStringSubmatch(p.prose, -1) {
		p.spans = append(p.spans, strings.Join(strings.Fields(m[1]), " "))
	}
	return p
}

// readme returns the README.
func readme(t *testing.T) page {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(repository, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return newPage("README.md", string(data))
}
