package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/mxinvite/mxinvite/config/internal/atomicfile"
)

// ErrByHand means that [Home.ChangeSetting] cannot change the settings file
// because of its syntax.
var ErrByHand = errors.New("the settings file cannot be changed automatically: edit it by hand")

// ChangeSetting changes one setting in the settings file, which is created if
// needed. The rest of the file is kept, including comments. The value is text
// as in an environment variable. If the value is not valid, the file does not
// change, and the error lists the valid values.
func (h Home) ChangeSetting(getenv func(string) string, name, value string) error {
	if err := h.changeSetting(table(userHome(getenv)), name, value); err != nil {
		return fmt.Errorf("change the setting %s: %w", name, err)
	}
	return nil
}

func (h Home) changeSetting(all []Setting, name, value string) error {
	n := slices.IndexFunc(all, func(s Setting) bool { return s.Name == name })
	if n < 0 {
		return errors.New("unknown setting")
	}
	var read Settings
	if !all[n].read(&read, text(value)) {
		return fmt.Errorf("it must be %s", all[n].Takes)
	}
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return err
	}
	path := h.SettingsPath()
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a symbolic link to a file elsewhere is kept
	}
	data, err := readSettings(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, wrong := parse(data); wrong != nil {
		return fmt.Errorf("line %d: %s", wrong.line, wrong.what)
	}
	toml := TOML(all[n].value(&read))
	changed := asWritten(data, func(plain []byte) []byte { return withSetting(plain, all[n], toml) })
	if !holds(changed, all[n], toml) {
		return ErrByHand
	}
	return replaceFile(path, changed)
}

// asWritten changes a file and keeps its line endings and its byte order mark.
func asWritten(data []byte, change func(plain []byte) []byte) []byte {
	plain, mark := bytes.CutPrefix(data, []byte(byteOrderMark))
	lines := bytes.Count(plain, []byte("\n"))
	windows := lines > 0 && bytes.Count(plain, []byte("\r\n")) == lines
	if windows {
		plain = bytes.ReplaceAll(plain, []byte("\r\n"), []byte("\n"))
	}
	changed := change(plain)
	if windows {
		changed = bytes.ReplaceAll(changed, []byte("\n"), []byte("\r\n"))
	}
	if mark {
		changed = append([]byte(byteOrderMark), changed...)
	}
	return changed
}

// replaceFile replaces a file and keeps its permissions.
func replaceFile(path string, data []byte) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return atomicfile.Write(path, data)
	}
	if err != nil {
		return err
	}
	if err := atomicfile.Write(path, data); err != nil {
		return err
	}
	return os.Chmod(path, info.Mode().Perm())
}

// With returns the settings with another value for one of them, as text like in
// an environment variable. If the value is not valid, nothing changes.
func (s *Settings) With(name, value string) *Settings {
	changed := *s
	for _, setting := range AllSettings() {
		if setting.Name == name {
			setting.read(&changed, text(value))
		}
	}
	return &changed
}

// holds reports whether a settings file sets this setting to this value.
func holds(data []byte, s Setting, toml string) bool {
	t, wrong := parse(data)
	if wrong != nil {
		return false
	}
	table, key := s.Split()
	in, ok := t.root, true
	if table != "" {
		in, ok = t.root[table].(map[string]any)
	}
	return ok && TOML(in[key]) == toml
}

// withSetting returns the file with a changed setting: in its place, or after
// the comment that documents it, at the end of its table, or in a new table.
func withSetting(data []byte, s Setting, toml string) []byte {
	table, key := s.Split()
	p := findPlace(data, s)
	line := key + " = " + toml + "\n"
	switch {
	case p.value != nil:
		return replace(data, p.value[0], p.value[1], toml)
	case p.end < 0 && len(data) == 0:
		return []byte("[" + table + "]\n" + line)
	case p.end < 0: // there is no such table
		return slices.Concat(ended(data), []byte("\n["+table+"]\n"+line))
	}
	at := p.end
	if n := commentedOut(data[p.begin:p.end], key); n >= 0 {
		at = p.begin + n
	}
	if at > 0 && data[at-1] != '\n' {
		line = "\n" + line
	}
	return replace(data, at, at, line)
}

// A place says where a setting is in a file, or where it can be added, as byte offsets.
type place struct {
	value      []int // range of its value; nil if it has none
	begin, end int   // of the setting's table; end is -1 without a table
}

// findPlace finds a setting in a file that is valid TOML.
func findPlace(data []byte, s Setting) place {
	in, _ := s.Split()
	found := place{end: -1}
	if in == "" {
		found.end = len(data)
	}
	var p unstable.Parser
	p.Reset(data)
	var table []string
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind == unstable.KeyValue {
			if strings.Join(append(slices.Clone(table), keyPath(e)...), ".") == s.Name {
				found.value = valueRange(data, e)
			}
			continue
		}
		head := keyOffset(e)
		if found.end == len(data) && found.begin < head {
			found.end = endOfPart(data, found.begin, head)
		}
		table = keyPath(e)
		if in != "" && e.Kind == unstable.Table && strings.Join(table, ".") == in {
			found.begin, found.end = lineAfter(data, head), len(data)
		}
	}
	return found
}

func keyPath(e *unstable.Node) (path []string) {
	for key := e.Key(); key.Next(); {
		path = append(path, string(key.Node().Data))
	}
	return path
}

func keyOffset(e *unstable.Node) int {
	key := e.Key()
	key.Next()
	return int(key.Node().Raw.Offset)
}

// valueRange returns the begin and end of a key's value.
func valueRange(data []byte, e *unstable.Node) []int {
	begin, end := 0, int(e.Raw.Offset+e.Raw.Length)
	for key := e.Key(); key.Next(); {
		begin = int(key.Node().Raw.Offset + key.Node().Raw.Length)
	}
	begin += bytes.IndexByte(data[begin:], '=') + 1
	begin += len(data[begin:end]) - len(bytes.TrimLeft(data[begin:end], " \t"))
	return []int{begin, end}
}

// endOfPart returns the end of a table before the header of the next one.
// Comments directly above that header belong to the next table.
func endOfPart(data []byte, begin, head int) int {
	end := begin + bytes.LastIndexByte(data[begin:head], '\n') + 1
	for end > begin {
		last := begin + bytes.LastIndexByte(data[begin:end-1], '\n') + 1
		if !bytes.HasPrefix(bytes.TrimSpace(data[last:end]), []byte("#")) {
			break
		}
		end = last
	}
	for end > begin+1 && data[end-1] == '\n' && data[end-2] == '\n' {
		end-- // empty lines before the next table
	}
	return end
}

// commentedOut returns the end of the line with the setting as a comment, as
// [Example] writes it; -1 if there is none.
func commentedOut(part []byte, key string) int {
	at := 0
	for line := range bytes.Lines(part) {
		at += len(line)
		if rest, ok := bytes.CutPrefix(line, []byte("# "+key+" =")); ok && len(rest) > 0 {
			return at
		}
	}
	return -1
}

// lineAfter returns the begin of the next line.
func lineAfter(data []byte, at int) int {
	if n := bytes.IndexByte(data[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(data)
}

// ended adds a missing line break at the end of a file.
func ended(data []byte) []byte {
	if len(data) > 0 && data[len(data)-1] != '\n' {
		return append(slices.Clone(data), '\n')
	}
	return data
}

func replace(data []byte, from, to int, text string) []byte {
	return slices.Concat(data[:from], []byte(text), data[to:])
}
