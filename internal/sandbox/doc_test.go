package sandbox

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The files and scenarios in the list of quirks in doc.go exist.
func TestQuirksNameFilesAndScenariosThatExist(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, index, _ := strings.Cut(string(doc), "// # Quirks")
	index, _, _ = strings.Cut(index, "// # Differences")
	files := regexp.MustCompile(`(homeserver|identityserver|oauthserver|account)/\w+\.go`).FindAllString(index, -1)
	tests := regexp.MustCompile(`\bTest\w+`).FindAllString(index, -1)
	if len(files) < 20 || len(tests) < 20 {
		t.Fatalf("%d files and %d scenarios", len(files), len(tests))
	}
	for _, f := range files {
		if _, err := os.Stat(f); err != nil {
			t.Error(err)
		}
	}
	var scenarios strings.Builder
	paths, err := filepath.Glob("../e2e/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		scenarios.Write(b)
	}
	for _, name := range tests {
		if !strings.Contains(scenarios.String(), "func "+name+"(") {
			t.Errorf("no scenario %s", name)
		}
	}
}
