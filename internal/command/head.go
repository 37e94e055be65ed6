// Package command runs programs that the user has set, without a terminal and with
// limits.
package command

// A Head keeps the first Limit bytes that are written to it. It calls Full, if not nil,
// when more are written.
type Head struct {
	Data  []byte
	Limit int
	Full  func()
	Over  bool // more than Limit bytes were written
}

func (h *Head) Write(p []byte) (int, error) {
	room := h.Limit - len(h.Data)
	if room < len(p) {
		if h.Over = true; h.Full != nil {
			h.Full()
		}
	}
	h.Data = append(h.Data, p[:min(room, len(p))]...)
	return len(p), nil
}
