package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/mxinvite/mxinvite/config/internal/atomicfile"
)

const (
	// trustFile lists trusted hosts, one on a line. After a host, the words
	// http and private say what else is allowed for it. It is separate from the
	// settings so that the program does not change a file that the user edits.
	trustFile = "trusted_hosts"
	// maxTrustFile limits the size of the file, in bytes.
	maxTrustFile = 1 << 20

	trustHead = "# Hosts that mxinvite may ask about keys of invites, one on a line.\n" +
		"# After a host, http allows unencrypted requests and private allows private addresses.\n" +
		"# The commands mxinvite trust and mxinvite untrust change this file. You can also edit it.\n"
)

// TrustPath returns the path of the list of trusted hosts.
func (h Home) TrustPath() string { return filepath.Join(h.dir, trustFile) }

// TrustedHosts returns the lines of the file without comments, in order. The
// caller parses the hosts and the words after them. Without a file the list is
// empty.
func (h Home) TrustedHosts() ([]string, error) {
	lines, err := h.trustLines()
	if err != nil {
		return nil, err
	}
	var hosts []string
	for _, line := range lines {
		if host := hostOn(line); host != "" {
			hosts = append(hosts, host)
		}
	}
	return hosts, nil
}

// AddTrustedHost adds a line at the end of the file. It does not check whether
// the host is listed already.
func (h Home) AddTrustedHost(host string) error {
	if host == "" || hostOn(host) != host || strings.ContainsAny(host, "\r\n") {
		return fmt.Errorf("%q is not a single line with a host", host)
	}
	lines, err := h.trustLines()
	switch {
	case err != nil:
		return err
	case len(lines) == 0:
		lines = []string{trustHead}
	default:
		last := &lines[len(lines)-1]
		*last = strings.TrimSuffix(*last, "\n") + "\n"
	}
	return h.writeTrust(append(lines, host+"\n"))
}

// DropTrustedHosts removes the lines of all hosts for which drop returns true,
// and returns their number. The other lines do not change.
func (h Home) DropTrustedHosts(drop func(host string) bool) (int, error) {
	lines, err := h.trustLines()
	if err != nil {
		return 0, err
	}
	var rest []string
	for _, line := range lines {
		if host := hostOn(line); host == "" || !drop(host) {
			rest = append(rest, line)
		}
	}
	dropped := len(lines) - len(rest)
	if dropped == 0 {
		return 0, nil
	}
	return dropped, h.writeTrust(rest)
}

// hostOn returns a line without its comment.
func hostOn(line string) string {
	host, _, _ := strings.Cut(line, "#")
	return strings.TrimSpace(host)
}

// trustLines returns the lines of the file with their line breaks.
func (h Home) trustLines() ([]string, error) {
	f, err := os.Open(h.TrustPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read trusted hosts: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxTrustFile+1))
	if err != nil {
		return nil, fmt.Errorf("read trusted hosts: %w", err)
	}
	if len(data) > maxTrustFile || bytes.IndexByte(data, 0) >= 0 {
		return nil, fmt.Errorf("read trusted hosts: %s is not a list of hosts", h.TrustPath())
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		lines = append(lines, line)
	}
	return lines, nil
}

func (h Home) writeTrust(lines []string) error {
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return fmt.Errorf("save trusted hosts: %w", err)
	}
	if err := atomicfile.Write(h.TrustPath(), []byte(strings.Join(lines, ""))); err != nil {
		return fmt.Errorf("save trusted hosts: %w", err)
	}
	return nil
}
