package syncreply

// A Counter counts the joined rooms in a response to /sync while it arrives. The count is
// only for the user: the response is not validated.
type Counter struct {
	// Joined is the number of rooms that have begun to arrive.
	Joined int

	depth    int
	inString bool
	escaped  bool
	text     []byte // the last string, if it may be one of the names
	names    [3]string
}

// The names of the objects that contain the joined rooms, and the depth of a room.
const (
	roomsName = "rooms"
	joinName  = "join"
	roomDepth = 4
)

// Write counts the rooms in a part of the response.
func (c *Counter) Write(part []byte) {
	for _, b := range part {
		switch {
		case c.inString:
			c.inText(b)
		case b == '"':
			c.inString, c.text = true, c.text[:0]
		case b == ':' && c.depth < len(c.names):
			c.names[c.depth] = string(c.text)
		case b == '{' || b == '[':
			if c.depth++; c.depth == roomDepth && b == '{' && c.names[1] == roomsName && c.names[2] == joinName {
				c.Joined++
			}
		case b == '}' || b == ']':
			c.depth = max(0, c.depth-1)
		}
	}
}

// inText reads a byte of a string.
func (c *Counter) inText(b byte) {
	switch {
	case c.escaped:
		c.escaped = false
	case b == '\\':
		c.escaped = true
	case b == '"':
		c.inString = false
		return
	}
	if c.depth < len(c.names) && len(c.text) <= len(roomsName) {
		c.text = append(c.text, b)
	}
}
