package shell

// An OperatorMsg is a line of text that the operator of the program shows to the user.
type OperatorMsg string

// A QuitMsg ends the program without a question. Like the quit key, it lets the
// running operations finish; it sends the confirmed revocations first.
type QuitMsg struct{}
