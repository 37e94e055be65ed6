package shell

// A TellMsg is a line for the person from who runs the program.
type TellMsg string

// A LeaveMsg ends the program as the person's own key does: not before what was
// begun is done.
type LeaveMsg struct{}
