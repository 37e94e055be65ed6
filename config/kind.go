package config

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kballard/go-shellquote"

	"github.com/mxinvite/mxinvite/internal/duration"
)

// A kind is the type of a setting.
type kind[T any] struct {
	takes string   // the valid values, for error messages
	words []string // the valid values; nil if they cannot be listed
	read  func(any) (T, bool)
	write func(T) any
}

// text is a value from the environment or the command line.
type text string

// asText returns a value as text, from any source.
func asText(given any) (string, bool) {
	switch v := given.(type) {
	case text:
		return string(v), true
	case string:
		return v, true
	}
	return "", false
}

// textKind returns a kind of text that has to pass a check.
func textKind(takes string, check func(string) bool) kind[string] {
	return kind[string]{
		takes: takes,
		read: func(given any) (string, bool) {
			s, ok := asText(given)
			return s, ok && check(s)
		},
		write: func(s string) any { return s },
	}
}

// word returns a kind with a fixed list of values.
func word(words ...string) kind[string] {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	last := len(words) - 1
	k := textKind(strings.Join(quoted[:last], ", ")+" or "+quoted[last], func(s string) bool {
		return slices.Contains(words, s)
	})
	k.words = words
	return k
}

// baseURL returns the kind of server URLs. Empty is valid.
func baseURL() kind[string] {
	return textKind(`a base URL such as "https://vector.im", or empty`, func(s string) bool {
		u, err := url.Parse(s)
		return s == "" || err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" &&
			u.User == nil && !strings.ContainsAny(s, "?#")
	})
}

// pageURL returns the kind of URLs of web pages that get data in their fragment. Empty
// is valid.
func pageURL() kind[string] {
	return textKind(`an https URL without query and fragment such as "https://invite.example.org", or empty`, func(s string) bool {
		u, err := url.Parse(s)
		return s == "" || err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil &&
			!strings.ContainsAny(s, "?#%\"'<>\\ ") && len(s) <= 255
	})
}

// linksURL returns the kind of URLs of links servers: https, or http on this machine.
// Empty is valid.
func linksURL() kind[string] {
	return textKind(`an https URL without a path such as "https://invite.example.org", or empty`, func(s string) bool {
		u, err := url.Parse(s)
		if s == "" || err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || strings.ContainsAny(s, "?#%\"'<>\\ ") {
			return s == ""
		}
		local := u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
		return u.Scheme == "https" || u.Scheme == "http" && local
	})
}

// smtpURL returns the kind of URLs of mail servers. They have no password. Empty is
// valid.
func smtpURL() kind[string] {
	return textKind(`a URL without a password such as "smtps://you@mail.example.org", or empty`, func(s string) bool {
		scheme, rest, _ := strings.Cut(s, "://")
		user := rest[:max(strings.LastIndexByte(rest, '@'), 0)]
		return s == "" || (scheme == "smtp" || scheme == "smtps") && rest != "" && !strings.Contains(user, ":") &&
			len(s) <= 255 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || unprintable(r) })
	})
}

// mailbox returns the kind of e-mail addresses with or without a name. Empty is valid.
func mailbox() kind[string] {
	return textKind(`an address such as "you@example.org" or "You <you@example.org>", or empty`, func(s string) bool {
		_, err := mail.ParseAddress(s)
		return s == "" || err == nil && len(s) <= 255 && strings.IndexFunc(s, unprintable) < 0
	})
}

// matrixID returns the kind of Matrix IDs. Empty is valid.
func matrixID() kind[string] {
	return textKind(`a Matrix ID such as "@you:example.org", or empty`, func(s string) bool {
		local, server, ok := strings.Cut(s, ":")
		return s == "" || ok && strings.HasPrefix(local, "@") && len(local) > 1 && server != "" &&
			len(s) <= 255 && strings.IndexFunc(s, unprintable) < 0 && !strings.Contains(s, " ")
	})
}

// label returns the kind of short names for other users.
func label() kind[string] {
	const most = 100
	return textKind("a name of 1 to 100 characters", func(s string) bool {
		n := utf8.RuneCountInString(strings.TrimSpace(s))
		return 0 < n && n <= most && strings.IndexFunc(s, unprintable) < 0
	})
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }

func yesNo() kind[bool] {
	return kind[bool]{
		takes: "true or false",
		read: func(given any) (bool, bool) {
			switch v := given.(type) {
			case bool:
				return v, true
			case text:
				b, err := strconv.ParseBool(string(v))
				return b, err == nil
			}
			return false, false
		},
		write: func(b bool) any { return b },
	}
}

// number returns the kind of whole numbers from least to most.
func number(least, most int) kind[int] {
	return kind[int]{
		takes: fmt.Sprintf("a whole number from %d to %d", least, most),
		read: func(given any) (int, bool) {
			switch v := given.(type) {
			case int64: // a TOML integer
				return int(v), int64(least) <= v && v <= int64(most)
			case text:
				n, err := strconv.Atoi(string(v))
				return n, err == nil && least <= n && n <= most
			}
			return 0, false
		},
		write: func(n int) any { return n },
	}
}

// never is the age that is never reached.
const never = "never"

func age() kind[time.Duration] {
	return kind[time.Duration]{
		takes: "an age such as " + duration.Examples + `, or "never"`,
		read: func(given any) (time.Duration, bool) {
			s, ok := asText(given)
			if s == never {
				return 0, true
			}
			d, err := duration.Parse(s)
			return d, ok && err == nil && d > 0
		},
		write: func(d time.Duration) any {
			if d == 0 {
				return never
			}
			return duration.Format(d)
		},
	}
}

// listKind returns a kind of lists of text, which may also be one text that
// split splits.
func listKind(takes string, split func(string) ([]string, bool), check func([]string) ([]string, bool)) kind[[]string] {
	return kind[[]string]{
		takes: takes,
		read: func(given any) ([]string, bool) {
			if s, ok := asText(given); ok {
				list, ok := split(s)
				if !ok {
					return nil, false
				}
				return check(list)
			}
			values, ok := given.([]any)
			list := make([]string, len(values))
			for i, v := range values {
				s, isText := v.(string)
				list[i], ok = s, ok && isText
			}
			if !ok {
				return nil, false
			}
			return check(list)
		},
		write: func(list []string) any {
			values := make([]any, len(list))
			for i, s := range list {
				values[i] = s
			}
			return values
		},
	}
}

// command returns the kind of a program and its arguments. It runs without a
// shell; a command line is split as a shell does. The arguments of command are
// an example for error messages.
func command(program, argument string) kind[[]string] {
	split := func(s string) ([]string, bool) {
		list, err := shellquote.Split(s)
		return list, err == nil
	}
	example := fmt.Sprintf("a program and its arguments: [%q, %q], or %q", program, argument, program+" "+argument)
	return listKind(example, split,
		func(list []string) ([]string, bool) {
			for _, arg := range list {
				if strings.ContainsRune(arg, 0) {
					return nil, false
				}
			}
			return list, len(list) == 0 || strings.TrimSpace(list[0]) != ""
		})
}

// path returns the kind of files. Empty is valid.
func path(home, example string) kind[string] {
	return kind[string]{
		takes: fmt.Sprintf("an absolute path, or a path that begins with ~/: %q, or empty", example),
		read: func(given any) (string, bool) {
			s, ok := asText(given)
			if !ok || s == "" {
				return "", ok
			}
			return absolute(s, home)
		},
		write: func(s string) any { return s },
	}
}

// absolute returns a path without ~; ok is false if it is relative.
func absolute(path, home string) (whole string, ok bool) {
	if rest, ok := strings.CutPrefix(path, "~"); ok && home != "" && (rest == "" || rest[0] == '/' || rest[0] == filepath.Separator) {
		path = filepath.Join(home, rest)
	}
	if !filepath.IsAbs(path) || strings.ContainsRune(path, 0) {
		return "", false
	}
	return filepath.Clean(path), true
}

// paths returns the kind of lists of files and directories. ~ is the user's
// home directory. Other relative paths are invalid, since they depend on the
// current directory.
func paths(home string) kind[[]string] {
	split := func(s string) ([]string, bool) { return filepath.SplitList(s), true }
	return listKind(`a list of absolute paths, or of paths that begin with ~/: ["~/contacts"]`, split,
		func(list []string) ([]string, bool) {
			whole := make([]string, len(list))
			for i, path := range list {
				var ok bool
				if whole[i], ok = absolute(path, home); !ok {
					return nil, false
				}
			}
			return whole, true
		})
}
