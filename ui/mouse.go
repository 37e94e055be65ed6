package ui

import tea "charm.land/bubbletea/v2"

// A clickable is a page on which things can be clicked. Columns and lines are
// counted from the page's own corner.
type clickable interface {
	click(x, y int) tea.Cmd
}

// wheelLines is how far a turn of the wheel goes.
const wheelLines = 3

// mouse does what a key would do: the wheel goes up and down where keys do, a
// click goes to what is under it, and one on what is chosen already opens it.
func (sh *shell) mouse(msg tea.MouseMsg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		return sh.wheel(msg.Button)
	case tea.MouseClickMsg:
		page, ok := sh.top().(clickable)
		if !ok || msg.Button != tea.MouseLeft {
			return nil
		}
		sh.notice, sh.tour = notice{}, 0
		return page.click(msg.X, msg.Y-1) // below the header
	}
	return nil
}

func (sh *shell) wheel(b tea.MouseButton) tea.Cmd {
	way, goes := sh.keys.Up, b == tea.MouseWheelUp
	if b == tea.MouseWheelDown {
		way, goes = sh.keys.Down, true
	}
	if !goes || !offers(sh.top(), way) {
		return nil
	}
	var cmds []tea.Cmd
	for range wheelLines {
		cmds = append(cmds, sh.press(run(actionOf(way))))
	}
	return tea.Batch(cmds...)
}

// click goes to the row on a line of the list and reports whether the cursor
// was there already.
func (l *list[K]) click(line, height int) (again bool) {
	from, to := l.window(height)
	if line < 0 || from+line >= to {
		return false
	}
	again = l.at == from+line
	l.at = from + line
	return again
}

func (h *home) click(x, y int) tea.Cmd {
	if y == 0 {
		h.clickTab(x - 1)
		return nil
	}
	if h.list.click(y-3, h.lines()) {
		return h.sh.press(run(actionOf(h.sh.keys.Open)))
	}
	return nil
}

// clickTab shows the tab under the mouse.
func (h *home) clickTab(x int) {
	right, _ := h.countWords()
	labels, gap := h.tabLooks(h.sh.width-2, right)
	for n, label := range labels {
		if x >= 0 && x < lineWidth(label) {
			tabs := h.tabs()
			h.tab = tabs[len(tabs)-len(labels)+n] // the first may have made room
			h.arrange()
			return
		}
		x -= lineWidth(label) + len(gap)
	}
}

func (p *roomsPage) click(_, y int) tea.Cmd {
	if p.list.click(y-2, p.lines()) {
		return p.sh.press(run(actionOf(p.sh.keys.Open)))
	}
	return nil
}

func (p *outboxPage) click(_, y int) tea.Cmd { //nolint:unparam // as every page that can be clicked; there is nothing to open
	p.list.click(y-4, p.lines())
	return nil
}
