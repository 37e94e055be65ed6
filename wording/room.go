package wording

// Replaced says that a room was replaced, and by which room. by is the name of that
// room or, if joined is false, its ID; it is empty if it is not known.
func Replaced(room, by string, joined bool) string {
	switch {
	case by == "":
		return room + " was replaced by another room."
	case joined:
		return room + " was replaced by " + by + "."
	default:
		return room + " was replaced by " + by + ", which you have not joined."
	}
}
