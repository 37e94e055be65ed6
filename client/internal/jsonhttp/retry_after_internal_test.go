package jsonhttp

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	const (
		date  = "Thu, 26 Nov 2026 12:00:00 GMT" // of the response; the clock of this machine differs
		limit = LongestWait
	)
	for _, tc := range []struct {
		name   string
		header []string
		body   string
		want   time.Duration
		cut    bool
	}{
		{"nothing", nil, ``, 0, false},
		{"seconds", []string{"2400"}, ``, 2400 * time.Second, false},
		{"spaces", []string{" \t9 "}, ``, 9 * time.Second, false},
		{"a fraction", []string{"1.5"}, ``, 1500 * time.Millisecond, false},
		{"a date", []string{"Thu, 26 Nov 2026 12:40:00 GMT"}, ``, 40 * time.Minute, false},
		{"a date of RFC 850", []string{"Thursday, 26-Nov-26 12:40:00 GMT"}, ``, 40 * time.Minute, false},
		{"a date of asctime", []string{"Thu Nov 26 12:40:00 2026"}, ``, 40 * time.Minute, false},
		{"a date with a zone", []string{"Thu, 26 Nov 2026 14:40:00 +0200"}, ``, 40 * time.Minute, false},
		{"a date of RFC 3339", []string{"2026-11-26T12:40:00Z"}, ``, 40 * time.Minute, false},
		{"a date in the past", []string{"Thu, 26 Nov 2026 11:00:00 GMT"}, ``, 0, false},
		{"a date in another century", []string{"Thu, 01 Jan 2970 00:00:00 GMT"}, ``, limit, true},
		{"zero", []string{"0"}, `0`, 0, false},
		{"negative", []string{"-9"}, `-5`, 0, false},
		{"no number", []string{"soon"}, `"soon"`, 0, false},
		{"names of numbers", []string{"Infinity"}, `"NaN"`, 0, false},
		{"hexadecimal", []string{"0x10"}, ``, 0, false},
		{"days", []string{"604800"}, ``, limit, false},
		{"more than days", []string{"604801"}, ``, limit, true},
		{"an overflow", []string{"10000000000000"}, ``, limit, true},
		{"a longer number than fits", []string{"1" + strings.Repeat("0", 400)}, ``, limit, true},
		{"two headers", []string{"5", "60"}, ``, time.Minute, false},

		{"a number in the body", nil, `1500`, 1500 * time.Millisecond, false},
		{"a fraction in the body", nil, `1500.75`, 1500750 * time.Microsecond, false},
		{"a string in the body", nil, `" 1500 "`, 1500 * time.Millisecond, false},
		{"null", nil, `null`, 0, false},
		{"an object", nil, `{"ms":5}`, 0, false},
		{"a list", nil, `[5]`, 0, false},
		{"true", nil, `true`, 0, false},
		{"a huge number in the body", nil, `100000000000000`, limit, true},
		{"an exponent", nil, `1e14`, limit, true},
		{"more than a float holds", nil, `1e999`, limit, true},

		{"the header is the body, rounded up", []string{"2"}, `1500`, 1500 * time.Millisecond, false},
		{"the header is longer", []string{"9"}, `1500`, 9 * time.Second, false},
		{"the body is longer", []string{"9"}, `60000`, time.Minute, false},
		{"the header cannot be read", []string{"soon"}, `60000`, time.Minute, false},
		{"the body cannot be read", []string{"9"}, `null`, 9 * time.Second, false},
		{"only the body is absurd", []string{"9"}, `1e14`, 9 * time.Second, false},
		{"only the header is absurd", []string{"10000000000000"}, `1500`, 1500 * time.Millisecond, false},
		{"both are absurd", []string{"10000000000000"}, `1e14`, limit, true},
	} {
		header := http.Header{"Date": {date}, "Retry-After": tc.header}
		if got, cut := retryAfter(header, json.RawMessage(tc.body), nil); got != tc.want || cut != tc.cut {
			t.Errorf("%s: %s, %t; want %s, %t", tc.name, got, cut, tc.want, tc.cut)
		}
	}
}

func TestRetryAfterADateWithoutADateOfTheServer(t *testing.T) {
	header := http.Header{"Retry-After": {time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)}}
	if got, _ := retryAfter(header, nil, time.Now); got < 59*time.Minute || got > time.Hour {
		t.Errorf("got %s", got)
	}
}
