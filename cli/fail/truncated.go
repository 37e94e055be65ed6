package fail

import (
	"fmt"
	"strings"
)

// A TruncatedError reports files that could be read only in part.
type TruncatedError struct{ Failures []Failure }

func (e *TruncatedError) Error() string {
	var all []string
	for _, f := range e.Failures {
		all = append(all, fmt.Sprintf("%s could only be read in part: %v", f.Subject, f.Err))
	}
	return strings.Join(all, "; ")
}
