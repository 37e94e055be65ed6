package fail

import (
	"errors"
	"fmt"
	"strings"
)

// A BatchError reports that an operation failed for some of several invites or
// accounts.
type BatchError struct {
	what     string // past participle of the operation, such as "invited"
	Total    int
	Failures []Failure
}

// A Failure is the error for one invite, account or file.
type Failure struct {
	Subject string
	Err     error
}

// String returns the subject and the error. The subject is not repeated if the
// error begins with it.
func (f Failure) String() string {
	reason := f.Err.Error()
	if f.Subject == "" { // the error is about the room
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

// PartlyDone reports whether err is a [BatchError] of an operation that succeeded
// for a part of the batch.
func PartlyDone(err error) bool {
	e, ok := errors.AsType[*BatchError](err)
	return ok && len(e.Failures) < e.Total
}

// Batch returns the error for a batch of total operations: nil without failures,
// the failure itself if total is 1, otherwise a [BatchError].
func Batch(what string, total int, failures []Failure) error {
	switch {
	case len(failures) == 0:
		return nil
	case total == 1:
		return failures[0].Err
	}
	return &BatchError{what, total, failures}
}

// ErrNotTried reports that an operation was not tried, because the error before
// would have stopped it as well.
var ErrNotTried = errors.New("not tried after the previous error")
