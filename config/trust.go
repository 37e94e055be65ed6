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
	// trustFile lists hosts, one on a line, with what they are allowed behind them.
	// It is apart from the settings because
	// a program should not rewrite what a person has written.
	trustFile = "trusted_hosts"
	// maxTrustFile is far more than anybody trusts.
	maxTrustFile = 1 << 20

	trustHead = "# Hosts that mxinvite may ask about keys of invites, one on a line.\n" +
		"# Behind a host, http and private allow what else it may be asked by.\n" +
		"# mxinvite trust and mxinvite untrust change this file; it may be edited, too.\n"
)

// TrustPath is where the trusted hosts are listed.
func (h Home) TrustPath() string { return filepath.Join(h.dir, trustFile) }

// TrustedHosts reads the trusted hosts in the order of their lines, as they
// stand there, with the words behind them: what makes a host, and what it is
// allowed, is for others to say. Without a file there are
// none.
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

// AddTrustedHost puts a host on a line at the end, even if it stands there already.
func (h Home) AddTrustedHost(host string) error {
	if host == "" || hostOn(host) != host || strings.ContainsAny(host, "\r\n") {
		return fmt.Errorf("%q is not for a line of its own", host)
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

// DropTrustedHosts takes out every line whose host drop asks for, and returns
// how many that were. All others stay, letter for letter.
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

// hostOn is the host on a line: what stands there before any comment.
func hostOn(line string) string {
	host, _, _ := strings.Cut(line, "#")
	return strings.TrimSpace(host)
}

// trustLines reads the lines of the file, each with its end.
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
		return nil, fmt.Errorf("read trusted hosts: %s is no list of hosts", h.TrustPath())
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
