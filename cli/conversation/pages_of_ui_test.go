package conversation

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryPageHasAWord fails for a new page of the screen until a word of the
// accessible mode does the same: add the page's type to the word in words.go.
func TestEveryPageHasAWord(t *testing.T) {
	named := map[string]string{}
	for _, w := range vocabulary() {
		for _, page := range w.pages {
			named[page] = w.name
		}
	}
	pages := pagesOfScreen(t)
	for _, page := range pages {
		if named[page] == "" {
			t.Errorf("no word corresponds to the page %s", page)
		}
		delete(named, page)
	}
	for page, word := range named {
		t.Errorf("the word %s names the unknown page %s", word, page)
	}
	if len(pages) < 10 {
		t.Errorf("only %d pages were found", len(pages))
	}
}

// pagesOfScreen returns the names of the types in ui and its packages that are
// pages or cards: types with the methods of the interface Screen, by type.
func pagesOfScreen(t *testing.T) (pages []string) {
	t.Helper()
	var files []string
	for _, pattern := range []string{"../../ui/*.go", "../../ui/*/*.go"} {
		found, err := filepath.Glob(filepath.FromSlash(pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	methods := map[string][]string{} // methods by type
	wanted := []string{"ShortHelp", "FullHelp"}
	for _, name := range files {
		file, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv != nil {
					of := strings.TrimPrefix(types.ExprString(n.Recv.List[0].Type), "*")
					methods[of] = append(methods[of], n.Name.Name)
				}
			case *ast.TypeSpec:
				if i, ok := n.Type.(*ast.InterfaceType); ok && n.Name.Name == "Screen" {
					for _, m := range i.Methods.List {
						for _, name := range m.Names {
							wanted = append(wanted, name.Name)
						}
					}
				}
			}
			return true
		})
	}
	for page, has := range methods {
		if !slices.ContainsFunc(wanted, func(m string) bool { return !slices.Contains(has, m) }) {
			pages = append(pages, page)
		}
	}
	return pages
}
