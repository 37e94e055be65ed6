package export

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// maxName is how much of a name goes into that of a file, in runes.
const maxName = 60

// FileName makes the name of a file out of words that anybody may have written:
// letters and digits of them, and nothing that is special on any system. Without
// any it is other.
func FileName(words, other, extension string) string {
	var b strings.Builder
	n := 0
	for _, r := range words {
		switch {
		case n == maxName:
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
			n++
		case n > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
			n++
		}
	}
	name := strings.Trim(b.String(), "-")
	if name == "" {
		name = other
	}
	if slices.Contains([]string{"con", "prn", "aux", "nul"}, name) || device(name) {
		name = other + "-" + name // Windows would open something else
	}
	return name + "." + extension
}

// device reports whether a name is that of a port on Windows.
func device(name string) bool {
	return len(name) == 4 && (strings.HasPrefix(name, "com") || strings.HasPrefix(name, "lpt")) && unicode.IsDigit(rune(name[3]))
}

// Write writes a file that only its owner may read: all of it, or what was there
// before.
func Write(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // made with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err := fill(f, data); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Create writes a file that only its owner may read. If there is one already the
// error is [fs.ErrExist].
func Create(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
			return fmt.Errorf("%s is a directory", path)
		}
		return err
	}
	if err := fill(f, data); err != nil {
		_ = os.Remove(path)
		return err
	}
	return nil
}

func fill(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
