package widget

// mark marks or unmarks the row under the cursor, and moves the cursor to the next
// row.
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

// markAll marks all rows in the list. If all are marked, it unmarks them.
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
