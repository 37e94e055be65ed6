package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
)

// A batchError says that of several things some failed.
type batchError struct {
	what     string // what did not happen to them, such as "invited"
	total    int
	failures []failure
}

// A failure is why one thing was not done.
type failure struct {
	subject string
	err     error
}

// String says it with its subject, which some errors begin with themselves.
func (f failure) String() string {
	reason := f.err.Error()
	if f.subject == "" { // it is about the room
		return reason
	}
	if strings.HasPrefix(reason, f.subject+" ") {
		return reason
	}
	return f.subject + ": " + reason
}

func (e *batchError) Error() string {
	if len(e.failures) == e.total {
		return fmt.Sprintf("none of %d was %s", e.total, e.what)
	}
	return fmt.Sprintf("%d of %d not %s", len(e.failures), e.total, e.what)
}

func (e *batchError) Unwrap() []error {
	errs := make([]error, len(e.failures))
	for i, f := range e.failures {
		errs[i] = f.err
	}
	return errs
}

// partlyDone reports whether some of a batch was done and some not.
func partlyDone(err error) bool {
	e, ok := errors.AsType[*batchError](err)
	return ok && len(e.failures) < e.total
}

// batch makes one error of what failed: nil of nothing, and of a single thing
// its own.
func batch(what string, total int, failures []failure) error {
	switch {
	case len(failures) == 0:
		return nil
	case total == 1:
		return failures[0].err
	}
	return &batchError{what, total, failures}
}

var errNotTried = errors.New("not tried any more")

// endsAll reports whether after such a failure there is no use in going on with
// the next one: it is not about the one that failed, or nobody answers.
func endsAll(err error) bool {
	return exitCode(err) != exitError || fail.Interrupted(err) ||
		fail.Is[*client.UncertainError](err) || fail.Is[*client.UnreachableError](err) || fail.Is[*identity.UnreachableError](err)
}
