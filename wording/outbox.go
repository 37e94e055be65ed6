package wording

// MailState returns the state of an invite in the outbox that is in the room already, and
// whose link is to be mailed. Its parameter is the name of the [client.ItemState].
//
// [client.ItemState]: https://pkg.go.dev/github.com/mxinvite/mxinvite/client#ItemState
func MailState(state string) string {
	switch state {
	case "queued":
		return "invited, not mailed yet"
	case "sending":
		return "invited, being mailed"
	case "sent":
		return "invited and mailed"
	case "uncertain":
		return "invited, the mail is uncertain"
	}
	return "invited, not mailed"
}
