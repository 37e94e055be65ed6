package invite

import "testing"

// Examples of the spec, and values that it forbids
// (https://spec.matrix.org/v1.19/appendices/#canonical-json).
func TestCanonicalJSON(t *testing.T) {
	for raw, want := range map[string]string{
		`{}`:                                  `{}`,
		"{\n\t\"one\": 1, \"two\": \"Two\" }": `{"one":1,"two":"Two"}`,
		`{"b":"2","a":"1"}`:                   `{"a":"1","b":"2"}`,
		`{"auth":{"success":true,"mxid":"@john.doe:example.com","profile":{"display_name":"John Doe","three_pids":[{"medium":"email","address":"john.doe@example.org"},{"medium":"msisdn","address":"123456789"}]}}}`: `{"auth":{"mxid":"@john.doe:example.com","profile":{"display_name":"John Doe","three_pids":[{"address":"john.doe@example.org","medium":"email"},{"address":"123456789","medium":"msisdn"}]},"success":true}}`,
		`{"a":"日本語"}`:              `{"a":"日本語"}`,
		`{"本":2,"日":1}`:            `{"日":1,"本":2}`,
		`{"a":"\u65E5"}`:           `{"a":"日"}`,
		`{"a":null}`:               `{"a":null}`,
		`{"a":-0,"b":1}`:           "",
		`{"a":1e10}`:               "",
		`{"a":1.5}`:                "",
		`{"a":9007199254740992}`:   "",
		`{"a":9007199254740991}`:   `{"a":9007199254740991}`,
		`{"a":[1,[],{}]}`:          `{"a":[1,[],{}]}`,
		`{"a":1,"a":1}`:            "",
		`{"a":{"b":1,"\u0062":2}}`: "",
		`{"a":"\u0001\u001F\b\f\n\r\t\"\\\/\u007f"}`: "{\"a\":\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\x7f\"}",
		`[]`:   "",
		`{}{}`: "",
		`{`:    "",
		``:     "",
	} {
		got, err := canonicalJSON([]byte(raw))
		if string(got) != want || (err != nil) != (want == "") {
			t.Errorf("%s\n gives %s, %v\n want  %s", raw, got, err, want)
		}
	}
	if got, err := canonicalJSON([]byte(`{"signatures":{},"a":{"signatures":1},"unsigned":5}`), "signatures", "unsigned"); string(got) != `{"a":{"signatures":1}}` || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}
