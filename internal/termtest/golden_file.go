package termtest

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"
)

// The section for the size wide is not stored if it differs from the section for the size
// narrower in blank space only.
const (
	wide     = "200x50"
	narrower = "120x32"
)

// footersPath is the file with the bottom lines of all screens: each bottom
// line is followed by the screens that have it, indented by a tab.
const footersPath = "testdata/footers.golden"

// errNoSection means that a golden file has no section for a size.
var errNoSection = errors.New("no section for this size")

// readSection reads the section for a size from a golden file.
func readSection(path, size string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for _, section := range txtar.Parse(b).Files {
		if section.Name == size {
			return string(section.Data), nil
		}
	}
	return "", fmt.Errorf("%s %s: %w", path, size, errNoSection)
}

// writeSection writes the section for a size to a golden file. The smallest
// size comes first.
func writeSection(path, size, page string) error {
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	a := txtar.Parse(b)
	a.Comment = nil
	a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == size })
	same := size == wide && slices.ContainsFunc(a.Files, func(f txtar.File) bool {
		return f.Name == narrower && squeeze(string(f.Data)) == squeeze(page)
	})
	if !same {
		a.Files = append(a.Files, txtar.File{Name: size, Data: []byte(page)})
	}
	slices.SortFunc(a.Files, func(x, y txtar.File) int { return compareSizes(x.Name, y.Name) })
	return writeFile(path, txtar.Format(a))
}

// compareSizes compares sizes such as 80x24 by their width, then by their height.
func compareSizes(x, y string) int {
	var xw, xh, yw, yh int
	_, _ = fmt.Sscanf(x, "%dx%d", &xw, &xh)
	_, _ = fmt.Sscanf(y, "%dx%d", &yw, &yh)
	return cmp.Or(cmp.Compare(xw, yw), cmp.Compare(xh, yh))
}

// readFooters reads the bottom lines of all screens, by frame and size.
func readFooters() (map[string]string, error) {
	b, err := os.ReadFile(footersPath)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	footers := make(map[string]string)
	footer := ""
	for line := range strings.SplitSeq(strings.TrimSuffix(string(b), "\n"), "\n") {
		frame, indented := strings.CutPrefix(line, "\t")
		if !indented {
			footer = line
			continue
		}
		name, sizes, _ := strings.Cut(frame, " ")
		for size := range strings.FieldsSeq(sizes) {
			footers[name+" "+size] = footer
		}
	}
	return footers, nil
}

// writeFooter writes the bottom line of a screen.
func writeFooter(frame, footer string) error {
	footers, err := readFooters()
	if err != nil {
		return err
	}
	if footers[frame] == footer {
		return nil
	}
	if footers[frame] = footer; footer == "" {
		delete(footers, frame)
	}
	return writeFile(footersPath, []byte(formatFooters(footers)))
}

// formatFooters lists the screens by their bottom lines. The lines are in the order of
// the first screen of each, so that a line that changes stays where it was.
func formatFooters(footers map[string]string) string {
	var order []string
	screens := make(map[string][]string) // by footer; all sizes of a screen are on one line
	for _, screen := range slices.SortedFunc(maps.Keys(footers), compareScreens) {
		footer := footers[screen]
		frame, size, _ := strings.Cut(screen, " ")
		last := len(screens[footer]) - 1
		switch {
		case last < 0:
			order = append(order, footer)
			fallthrough
		case !strings.HasPrefix(screens[footer][last], frame+" "):
			screens[footer] = append(screens[footer], screen)
		default:
			screens[footer][last] += " " + size
		}
	}
	var text strings.Builder
	for _, footer := range order {
		text.WriteString(footer + "\n\t" + strings.Join(screens[footer], "\n\t") + "\n")
	}
	return text.String()
}

// compareScreens compares screens such as "TestDemo/home 80x24" by their names, then
// by their sizes.
func compareScreens(x, y string) int {
	xFrame, xSize, _ := strings.Cut(x, " ")
	yFrame, ySize, _ := strings.Cut(y, " ")
	return cmp.Or(strings.Compare(xFrame, yFrame), compareSizes(xSize, ySize))
}

func writeFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}
