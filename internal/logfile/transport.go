package logfile

import (
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Transport returns an [http.RoundTripper] that logs every request: method,
// host, path without private parts, status and duration. Queries, headers and
// bodies are never logged: they contain tokens, passwords and addresses.
func Transport(next http.RoundTripper, log *File, now func() time.Time) http.RoundTripper {
	if !log.Enabled(slog.LevelWarn) {
		return next
	}
	return &transport{next, log, now}
}

type transport struct {
	next http.RoundTripper
	log  *File
	now  func() time.Time
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	begun := t.now()
	res, err := t.next.RoundTrip(req)
	took := slog.Duration("took", t.now().Sub(begun).Round(time.Millisecond))
	what := slog.Group("request", "method", req.Method, "host", req.URL.Host, "path", Path(req.URL.Path))
	switch {
	case req.Context().Err() != nil:
		t.log.Debug("request canceled", what, took)
	case err != nil:
		// The error may contain the whole URL.
		t.log.Warn("no response", what, took)
	case res.StatusCode >= http.StatusBadRequest && res.StatusCode != http.StatusNotFound:
		t.log.Warn("request failed", what, "status", res.StatusCode, took)
	default:
		t.log.Debug("request", what, "status", res.StatusCode, took)
	}
	return res, err
}

// Path replaces the parts of a path that identify a user, a room or an invite.
// Only words of the Matrix API are kept.
func Path(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if !isWord(part) {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, "/")
}

// isWord reports whether a part of a path is a word of the API: v3, join_rules,
// well-known, m.room.third_party_invite, org.matrix….
func isWord(part string) bool {
	if strings.HasPrefix(part, "m.") || strings.HasPrefix(part, "org.matrix.") || strings.HasPrefix(part, ".well-known") || part == "_matrix" {
		return strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789._-") == ""
	}
	const longest = 24
	return len(part) <= longest && strings.Trim(part, "abcdefghijklmnopqrstuvwxyz_-") == "" || isVersion(part)
}

// isVersion reports whether a part is a version, such as v3 or r0.
func isVersion(part string) bool {
	return len(part) >= 2 && len(part) <= 3 && strings.ContainsAny(part[:1], "vr") && strings.Trim(part[1:], "0123456789") == ""
}
