package config

import (
	"fmt"
	"strings"
	"unicode"
)

// TOML returns a value of a setting in TOML, in one line. Control characters
// are escaped.
func TOML(value any) string {
	switch v := value.(type) {
	case string:
		return quote(v)
	case text:
		return quote(string(v))
	case []any:
		all := make([]string, len(v))
		for i, e := range v {
			all[i] = TOML(e)
		}
		return "[" + strings.Join(all, ", ") + "]"
	case map[string]any:
		return "a table"
	default:
		return fmt.Sprint(v)
	}
}

// quote returns a basic string (https://toml.io/en/v1.0.0#string).
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xFFFF:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// quoted returns a value for an error message: cut, and without the password of
// a URL.
func quoted(value any) string {
	s := TOML(value)
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		if n := strings.LastIndexByte(rest, '@'); n >= 0 {
			s = scheme + "://…" + rest[n:]
		}
	}
	return short(s)
}

// dotted returns the path of a key for an error message.
func dotted(path []string) string {
	parts := make([]string, len(path))
	for i, key := range path {
		parts[i] = key
		if key == "" || strings.IndexFunc(key, notBare) >= 0 {
			parts[i] = quote(key)
		}
	}
	return short(strings.Join(parts, "."))
}

// notBare reports whether a character makes quotes necessary.
func notBare(r rune) bool {
	return r != '_' && r != '-' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
}

func short(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// Example returns a settings file with the documentation of all settings, and
// all of them as comments.
func Example() string {
	var b strings.Builder
	b.WriteString("# Settings of mxinvite. The values here are the defaults. To change one, remove\n" +
		"# the # before it. Environment variables and flags override this file. To see\n" +
		"# the effective settings, run: mxinvite config\n")
	var defaults Settings
	in := ""
	for _, s := range AllSettings() {
		s.reset(&defaults)
		table, key := s.Split()
		if table != in {
			fmt.Fprintf(&b, "\n[%s]\n", table)
			in = table
		}
		fmt.Fprintf(&b, "\n%s# It must be %s.\n# %s = %s\n", comment(s.Doc), s.Takes, key, TOML(s.value(&defaults)))
	}
	b.WriteString("\n[keys]\n\n# Keys of the screen: the name of an action, and its key or keys.\n" +
		"# docs/keys.md lists the actions. For example:\n#\n#     revoke = [\"x\", \"delete\"]\n")
	return b.String()
}

// comment splits sentences into comment lines.
func comment(s string) string {
	const width = 78
	var b strings.Builder
	line := "#"
	for word := range strings.FieldsSeq(s) {
		if len(line)+1+len(word) > width {
			b.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
	return b.String()
}
