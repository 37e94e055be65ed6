package cli

import (
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/cli/host"
)

func TestEveryCommandWithColumnsHasAHeader(t *testing.T) {
	root := newRoot(host.NewProgram(host.World{}))
	for name, columns := range scriptColumns() {
		c := child(root, name)
		if c == nil {
			t.Errorf("there is no command %s", name)
			continue
		}
		if c.Flags().Lookup("header") == nil {
			t.Errorf("%s has no --header", name)
		}
		help := strings.Join(strings.Fields(c.Long), " ")
		if want := strings.Join(strings.Fields(columns), ", ") + "."; !strings.HasSuffix(help, want) {
			t.Errorf("the help of %s does not end with %s:\n%s", name, want, help)
		}
	}
}
