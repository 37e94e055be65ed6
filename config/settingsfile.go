package config

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// byteOrderMark is at the beginning of files from some editors on Windows.
const byteOrderMark = "\ufeff"

// A tree is a parsed settings file.
type tree struct {
	root  map[string]any
	lines map[string]int // first line of each key, by its path

	data     []byte
	at, line int // position of walkTo
}

// A syntaxError is the line and message of a TOML error.
type syntaxError struct {
	line int
	what string
}

// parse parses a file. The values are from the library's decoder; only the line
// numbers are from its syntax tree, whose API is unstable.
func parse(data []byte) (*tree, *syntaxError) {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	t := tree{root: map[string]any{}, lines: map[string]int{}, data: data, line: 1}
	if err := toml.Unmarshal(data, &t.root); err != nil {
		line := 1
		if e, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ = e.Position()
		}
		return nil, &syntaxError{line, strings.TrimPrefix(err.Error(), "toml: ")}
	}
	var p unstable.Parser
	p.Reset(data)
	var table []string
	for p.NextExpression() {
		if e := p.Expression(); e.Kind == unstable.KeyValue {
			t.noteValue(table, e)
		} else { // the header of a table or of an array table
			table = t.note(nil, e)
		}
	}
	return &t, nil
}

// deepest is the largest number of keys in the name of a setting, plus one.
const deepest = 3

// note stores the lines of a key in a table, and returns the key's path. Keys
// below deepest are not stored.
func (t *tree) note(table []string, e *unstable.Node) []string {
	path := slices.Clone(table)
	for key := e.Key(); key.Next() && len(path) < deepest; {
		path = append(path, string(key.Node().Data))
		if k := joined(path); t.lines[k] == 0 {
			t.lines[k] = t.walkTo(int(key.Node().Raw.Offset))
		}
	}
	return path
}

// walkTo returns the line of an offset. Offsets have to be in ascending order,
// so that the file is read only once.
func (t *tree) walkTo(offset int) int {
	t.line += bytes.Count(t.data[t.at:offset], []byte("\n"))
	t.at = offset
	return t.line
}

// noteValue stores the lines of a key with a value, which may be an inline
// table.
func (t *tree) noteValue(table []string, e *unstable.Node) {
	path := t.note(table, e)
	if e.Value().Kind != unstable.InlineTable {
		return
	}
	for inside := e.Value().Children(); inside.Next(); {
		t.noteValue(path, inside.Node())
	}
}

// joined returns a path as one string. A key may contain dots.
func joined(path []string) string { return strings.Join(path, "\x00") }

// setTable sets the settings in a table in the order of their lines.
func (r *settingsLoader) setTable(file string, t *tree, above []string, table map[string]any) {
	line := func(key string) int { return t.lines[joined(append(slices.Clone(above), key))] }
	var keys []string
	for key := range table {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if d := line(a) - line(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, key := range keys {
		r.setKey(file, t, append(slices.Clone(above), key), table[key])
	}
}

// setKey sets the setting or reads the table at a path, or reports an unknown
// name.
func (r *settingsLoader) setKey(file string, t *tree, path []string, value any) {
	from := Origin{File, at(file, t.lines[joined(path)])}
	name := strings.Join(path, ".")
	plain := !strings.Contains(path[len(path)-1], ".")
	if path[0] == keysTable {
		r.setKeys(file, t, path, value, from)
		return
	}
	for _, s := range r.all {
		switch {
		case plain && s.Name == name:
			r.set(s, value, from)
			return
		case plain && strings.HasPrefix(s.Name, name+"."):
			if inside, ok := value.(map[string]any); ok {
				r.setTable(file, t, path, inside)
			} else {
				r.complain(from, "%s is %s; it must be a table: [%s]", name, quoted(value), name)
			}
			return
		}
	}
	if near := nearest(name, r.all); near != "" {
		r.complain(from, "unknown setting %s; did you mean %s?", dotted(path), near)
		return
	}
	r.complain(from, "unknown setting %s", dotted(path))
}
