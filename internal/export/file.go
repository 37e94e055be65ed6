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

// maxName limits the part of the file name that is made from words, in runes.
const maxName = 60

// FileName returns a file name made of the letters and digits in words, which
// may be hostile text. If there are none, the name is other. The name is valid
// on all operating systems.
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
		name = other + "-" + name // otherwise Windows opens a device
	}
	return name + "." + extension
}

// device reports whether Windows reserves a name for a serial or parallel port.
func device(name string) bool {
	return len(name) == 4 && (strings.HasPrefix(name, "com") || strings.HasPrefix(name, "lpt")) && unicode.IsDigit(rune(name[3]))
}

// Write writes a file atomically, readable by its owner only.
func Write(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // with mode 0600
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

// Create writes a new file, readable by its owner only. If the file exists
// already, the error is [fs.ErrExist].
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
