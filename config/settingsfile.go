package config

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// byteOrderMark is what editors on Windows put at the beginning of a file.
const byteOrderMark = "\ufeff"

// A tree is a settings file, taken apart.
type tree struct {
	root  map[string]any
	lines map[string]int // on which a key stands first, by its path

	data     []byte
	at, line int // how far it was walked through
}

// A syntaxError says on which line a file stops being TOML.
type syntaxError struct {
	line int
	what string
}

// parse takes a file apart. What stands there is decided by the library's
// decoder; only the lines come from its syntax tree, which it calls unstable.
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
		} else { // the head of a table, or of one in a list
			table = t.note(nil, e)
		}
	}
	return &t, nil
}

// deepest is how many keys it takes to name a setting, and one more.
const deepest = 3

// note notes the lines of a key below a table, and returns the key's path. What
// lies deeper than any setting is not told apart.
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

// walkTo returns the line of an offset. The library would count from the top
// every time; keys come in their order.
func (t *tree) walkTo(offset int) int {
	t.line += bytes.Count(t.data[t.at:offset], []byte("\n"))
	t.at = offset
	return t.line
}

// noteValue is note for a key with a value, which may be a table in one line.
func (t *tree) noteValue(table []string, e *unstable.Node) {
	path := t.note(table, e)
	if e.Value().Kind != unstable.InlineTable {
		return
	}
	for inside := e.Value().Children(); inside.Next(); {
		t.noteValue(path, inside.Node())
	}
}

// joined is a path as one string. A key may hold dots of its own.
func joined(path []string) string { return strings.Join(path, "\x00") }

// takeTable takes what stands in a table, in the order in which it stands there.
func (r *reading) takeTable(file string, t *tree, above []string, table map[string]any) {
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
		r.takeKey(file, t, append(slices.Clone(above), key), table[key])
	}
}

// takeKey takes what stands at a path, be it a setting, a table or unknown.
func (r *reading) takeKey(file string, t *tree, path []string, value any) {
	from := Origin{File, at(file, t.lines[joined(path)])}
	name := strings.Join(path, ".")
	plain := !strings.Contains(path[len(path)-1], ".")
	if path[0] == keysTable {
		r.takeKeys(file, t, path, value, from)
		return
	}
	for _, s := range r.all {
		switch {
		case plain && s.Name == name:
			r.take(s, value, from)
			return
		case plain && strings.HasPrefix(s.Name, name+"."):
			if inside, ok := value.(map[string]any); ok {
				r.takeTable(file, t, path, inside)
			} else {
				r.complain(from, "%s is %s; it takes a table: [%s]", name, quoted(value), name)
			}
			return
		}
	}
	if near := nearest(name, r.all); near != "" {
		r.complain(from, "there is no setting %s; did you mean %s?", dotted(path), near)
		return
	}
	r.complain(from, "there is no setting %s", dotted(path))
}
