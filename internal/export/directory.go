package export

import (
	"bufio"
	"cmp"
	"os"
	"path/filepath"
	"strings"
)

// Directory returns the default directory for exported files: the download
// directory (https://www.freedesktop.org/wiki/Software/xdg-user-dirs/), or the
// home directory if it does not exist. It returns "" if HOME is not set.
func Directory(getenv func(string) string) string {
	home := cmp.Or(getenv("HOME"), getenv("USERPROFILE"))
	if home == "" {
		return ""
	}
	for _, dir := range []string{getenv("XDG_DOWNLOAD_DIR"), userDir(getenv, home, "XDG_DOWNLOAD_DIR"), filepath.Join(home, "Downloads")} {
		if info, err := os.Stat(dir); filepath.IsAbs(dir) && err == nil && info.IsDir() {
			return dir
		}
	}
	return home
}

// userDir returns a directory from the file user-dirs.dirs, which has lines in
// shell syntax: XDG_DOWNLOAD_DIR="$HOME/Downloads".
func userDir(getenv func(string) string, home, name string) string {
	config := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(config) {
		config = filepath.Join(home, ".config")
	}
	f, err := os.Open(filepath.Join(config, "user-dirs.dirs"))
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if value, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), name+"="); ok {
			value = strings.Trim(value, `"`)
			if rest, below := strings.CutPrefix(value, "$HOME"); below {
				return filepath.Join(home, rest)
			}
			return value
		}
	}
	return ""
}
