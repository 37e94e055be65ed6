package widget

// mark marks the row under the cursor, or not any more, and goes on to the next.
func (t *Table[K, R]) mark() {
	k, some := t.List.Current()
	switch {
	case !some:
		return
	case t.Marked[k]:
		delete(t.Marked, k)
	default:
		t.Marked[k] = true
	}
	t.List.At = min(t.List.At+1, len(t.List.Keys)-1)
}

// markAll marks every row that is shown, or if they all are, none of them.
func (t *Table[K, R]) markAll() {
	all := true
	for _, k := range t.List.Keys {
		all = all && t.Marked[k]
	}
	for _, k := range t.List.Keys {
		if all {
			delete(t.Marked, k)
		} else {
			t.Marked[k] = true
		}
	}
}
