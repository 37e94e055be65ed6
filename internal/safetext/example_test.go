package safetext_test

import (
	"fmt"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

func ExampleLine() {
	fmt.Println(safetext.Line("Ops \x1b]52;c;cm0gLXJmIH4=\x07\n   invoice\u202efdp.exe"))
	// Output: Ops � invoice�fdp.exe
}
