package config

import "strings"

// nearest returns the setting or table with the most similar name, or "" if
// none is similar.
func nearest(name string, all []Setting) string {
	best, found := min(len(name)/3, 4)+1, "" // a larger distance means another word
	try := func(as, known, shown string) {
		if d := distance(as, known); d < best {
			best, found = d, shown
		}
	}
	name = strings.ToLower(name)
	last := name[strings.LastIndexByte(name, '.')+1:]
	for _, s := range all {
		try(name, s.Name, s.Name)
		table, key := s.Split()
		if table != "" {
			try(name, table, "["+table+"]")
		}
		if len(last) >= 4 { // the right key in the wrong table
			try(last, key, s.Name)
		}
	}
	return found
}

// distance returns the number of letters to insert, delete, replace or swap
// with a neighbor to turn a into b.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	const most = 64 // limits the work; no misspelled name is so long
	if len(s) > most || len(t) > most {
		return most
	}
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			change := 1
			if s[i-1] == t[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(s)][len(t)]
}
