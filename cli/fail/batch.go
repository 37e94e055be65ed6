package fail

import (
	"errors"
	"fmt"
	"strings"
)

// A BatchError says that of several things some failed.
type BatchError struct {
	what     string // what did not happen to them, such as "invited"
	Total    int
	Failures []Failure
}

// A Failure is why one thing was not done.
type Failure struct {
	Subject string
	Err     error
}

// String says it with its subject, which some errors begin with themselves.
func (f Failure) String() string {
	reason := f.Err.Error()
	if f.Subject == "" { // it is about the room
		return reason
	}
	if strings.HasPrefix(reason, f.Subject+" ") {
		return reason
	}
	return f.Subject + ": " + reason
}

func (e *BatchError) Error() string {
	if len(e.Failures) == e.Total {
		return fmt.Sprintf("none of %d was %s", e.Total, e.what)
	}
	return fmt.Sprintf("%d of %d not %s", len(e.Failures), e.Total, e.what)
}

func (e *BatchError) Unwrap() []error {
	errs := make([]error, len(e.Failures))
	for i, f := range e.Failures {
		errs[i] = f.Err
	}
	return errs
}

// PartlyDone reports whether some of a batch was done and some not.
func PartlyDone(err error) bool {
	e, ok := errors.AsType[*BatchError](err)
	return ok && len(e.Failures) < e.Total
}

// Batch makes one error of what failed: nil of nothing, and of a single thing
// its own.
func Batch(what string, total int, failures []Failure) error {
	switch {
	case len(failures) == 0:
		return nil
	case total == 1:
		return failures[0].Err
	}
	return &BatchError{what, total, failures}
}

// ErrNotTried says that something was not tried after an error that would have
// stopped it as well.
var ErrNotTried = errors.New("not tried after the previous error")
