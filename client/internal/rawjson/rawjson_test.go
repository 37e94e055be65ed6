package rawjson

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// The number of members is limited by that of the commas, also in invalid JSON: the
// limits of memory count commas.
func TestMembersNeedCommas(t *testing.T) {
	for text, want := range map[string]int{
		`{"a":1,"b":2}`: 2, `{"a"1"b"2}`: 1, `{"a":{}"b":{}}`: 1, `["a""b"]`: 1, `[[][][]]`: 1, `[1 , 2]`: 2, `[1 2]`: 1,
	} {
		n := 0
		w := Object([]byte(text))
		if text[0] == '[' {
			w = Array([]byte(text))
		}
		for w.Next() {
			n++
		}
		if n != want {
			t.Errorf("%s has %d members, want %d", text, n, want)
		}
	}
}

// FuzzWalk checks that a walk always ends and stays inside its input, and that it
// agrees with encoding/json on valid JSON.
func FuzzWalk(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `{"a":1,"a":{"b":[2,"}"]}}`, ` { "\u0061\"\\" : "x\\" , "y":[ ] } `, `[1, "a,b", {"c":null} ,true]`,
		`{"a"`, `{"a":`, `{"a":"\`, `["`, `[[[`, `}`, `{"":""}`, `{"é\ud800":"\\\""}`, `{1:2}`, `[1}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		values := map[string]any{}
		for w := Object(raw); w.Next(); {
			if got := raw[w.At():][:len(w.Value)]; string(got) != string(w.Value) {
				t.Fatalf("%q is not at %d of %q", w.Value, w.At(), raw)
			}
			values[string(w.Name)] = decoded(w.Value)
		}
		elements := []any{}
		for w := Array(raw); w.Next(); {
			elements = append(elements, decoded(w.Value))
		}
		if !json.Valid(raw) || !utf8.Valid(raw) {
			return
		}
		var want any
		if json.Unmarshal(raw, &want) != nil {
			return // a number that is too large
		}
		switch want := want.(type) {
		case map[string]any:
			if diff := cmp.Diff(want, values); diff != "" {
				t.Errorf("members of %q: %s", raw, diff)
			}
		case []any:
			if diff := cmp.Diff(want, elements); diff != "" {
				t.Errorf("elements of %q: %s", raw, diff)
			}
		case string:
			if got, ok := Text(json.RawMessage(trimmed(raw))); !ok || got != want {
				t.Errorf("text of %q: %q", raw, got)
			}
		default:
			if len(values)+len(elements) > 0 {
				t.Errorf("%q has members", raw)
			}
		}
	})
}

func decoded(raw json.RawMessage) (v any) {
	_ = json.Unmarshal(raw, &v) // invalid JSON is decoded to nil
	return v
}

func trimmed(raw []byte) []byte {
	at := skipSpace(raw, 0)
	return raw[at:skipValue(raw, at)]
}
