package jsonhttp

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// LongestWait is the longest time to wait that is accepted from a server. A longer one
// is a mistake of the server, or would be for a program that runs for hours.
const LongestWait = 7 * 24 * time.Hour

// retryAfter returns how long a server asks to wait: in its Retry-After header, or in
// retry_after_ms of the body
// (https://spec.matrix.org/v1.19/client-server-api/#rate-limiting). Each alone is
// enough. If both are there, the longer one counts: a request that is sent too early is
// refused again. Servers round the header up to seconds, so if the body says less than a
// second less, that is the exact time. A wait that is longer than [LongestWait] counts
// only if there is no other; it is cut to LongestWait, and cut is true.
func retryAfter(header http.Header, body json.RawMessage, now func() time.Time) (wait time.Duration, cut bool) {
	inHeader, inBody := headerWait(header, now), bodyWait(body)
	rounded := inBody > 0 && inHeader > inBody && inHeader-inBody < time.Second
	switch {
	case rounded, inHeader > LongestWait && inBody > 0:
		wait = inBody
	case inBody > LongestWait && inHeader > 0:
		wait = inHeader
	default:
		wait = max(inHeader, inBody)
	}
	return min(wait, LongestWait), wait > LongestWait
}

// headerWait reads the longest of the Retry-After headers: a proxy may add its own to
// that of the server.
func headerWait(header http.Header, now func() time.Time) (longest time.Duration) {
	for _, value := range header.Values("Retry-After") {
		value = strings.TrimSpace(value)
		wait := number(value, time.Second)
		if at, ok := httpDate(value); ok {
			wait = 0
			if sent := sentAt(header, now); !sent.IsZero() {
				wait = max(0, at.Sub(sent))
			}
		}
		longest = max(longest, wait)
	}
	return longest
}

// bodyWait reads retry_after_ms, which is a number. Some servers send it as a string.
func bodyWait(raw json.RawMessage) time.Duration {
	text := string(raw)
	if quoted := ""; json.Unmarshal(raw, &quoted) == nil {
		text = strings.TrimSpace(quoted)
	}
	return number(text, time.Millisecond)
}

// number reads a duration in a unit. It is zero if the text is not a positive decimal
// number.
func number(text string, unit time.Duration) time.Duration {
	if strings.Trim(text, "0123456789.eE+") != "" {
		return 0 // also names and notations that only Go knows, such as Inf and 0x10
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(n, 0) {
		return 0
	}
	if n *= float64(unit); n < math.MaxInt64 {
		return time.Duration(n)
	}
	return math.MaxInt64
}

// httpDate reads a date as in RFC 9110, section 5.6.7, and in the formats of programs
// that do not follow it.
func httpDate(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC1123, time.RFC850, time.ANSIC, time.RFC1123Z, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// sentAt returns when a response was sent, by the server's clock if possible: that of
// this machine may differ. It is zero if neither is known.
func sentAt(header http.Header, now func() time.Time) time.Time {
	if t, ok := httpDate(strings.TrimSpace(header.Get("Date"))); ok {
		return t
	}
	if now == nil {
		return time.Time{}
	}
	return now()
}
