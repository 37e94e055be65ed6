package dump

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/mxinvite/mxinvite/client/invite"
)

// wholeInvite is an invite as a homeserver sends it.
const wholeInvite = `{"type":"m.room.third_party_invite","state_key":"t","sender":"@ada:hs","event_id":"$t","origin_server_ts":5,"content":{"display_name":"gra...@nav...","public_key":"XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"}}`

// quoted returns a text as a JSON string.
func quoted(s string) string {
	raw, _ := json.Marshal(s)
	return string(raw)
}

func TestReadFindsInvitesInEveryResponse(t *testing.T) {
	const e = wholeInvite
	inRoom := strings.Replace(e, "{", `{"room_id":"!r:hs",`, 1)
	pdu := strings.Replace(strings.Replace(inRoom, `"event_id":"$t",`, "", 1), "{", `{"depth":7,"auth_events":[],"prev_events":[],"hashes":{"sha256":"x"},"signatures":{},`, 1)
	for _, tt := range []struct{ name, content, room string }{
		{"context, the event", `{"start":"s","end":"e","events_before":[],"event":` + inRoom + `,"events_after":[],"state":[]}`, "!r:hs"},
		{"context, before", `{"events_before":[` + inRoom + `],"event":null}`, "!r:hs"},
		{"context, after", `{"events_after":[` + inRoom + `]}`, "!r:hs"},
		{"state_after", `{"rooms":{"join":{"!r:hs":{"state_after":{"events":[` + e + `]}}}}}`, "!r:hs"},
		{"unstable state_after", `{"rooms":{"join":{"!r:hs":{"org.matrix.msc4222.state_after":{"events":[` + e + `]}}}}}`, "!r:hs"},
		{"sync, invited", `{"rooms":{"invite":{"!r:hs":{"invite_state":{"events":[` + e + `]}}}}}`, "!r:hs"},
		{"sync, knocked", `{"rooms":{"knock":{"!r:hs":{"knock_state":{"events":[` + e + `]}}}}}`, "!r:hs"},
		{"initialSync", `{"end":"e","rooms":[{"membership":"join","messages":{"chunk":[]},"state":[` + e + `],"room_id":"!r:hs"}]}`, "!r:hs"},
		{"initialSync of a room", `{"room_id":"!r:hs","messages":{"chunk":[` + e + `]},"state":[]}`, "!r:hs"},
		{"sliding sync", `{"pos":"1","lists":{},"rooms":{"!r:hs":{"name":"Ops","required_state":[` + e + `],"timeline":[]}},"extensions":{}}`, "!r:hs"},
		{"sliding sync, timeline", `{"rooms":{"!r:hs":{"required_state":[],"timeline":[` + e + `]}}}`, "!r:hs"},
		{"admin API, state", `{"state":[` + inRoom + `]}`, "!r:hs"},
		{"federation, state", `{"pdus":[` + pdu + `],"auth_chain":[]}`, "!r:hs"},
		{"federation, auth chain", `{"pdus":[],"auth_chain":[` + pdu + `]}`, "!r:hs"},
		{"federation, send_join", `{"members_omitted":false,"event":{},"state":[` + pdu + `],"auth_chain":[]}`, "!r:hs"},
		{"federation, transaction", `{"origin":"hs","origin_server_ts":1,"pdus":[` + pdu + `],"edus":[]}`, "!r:hs"},
		{"federation, v1 send_join", `[200,{"state":[` + pdu + `],"auth_chain":[]}]`, "!r:hs"},
		{"chat export", `{"room_name":"Ops","room_creator":"Ada","topic":"","export_date":"today","exported_by":"Ada","messages":[` + inRoom + `]}`, "!r:hs"},
		{"search", `{"search_categories":{"room_events":{"results":[{"rank":1,"result":` + inRoom + `}]}}}`, "!r:hs"},
		{"application service", `{"events":[` + inRoom + `]}`, "!r:hs"},
		{"wrapped", `{"event":` + inRoom + `}`, "!r:hs"},
		{"wrapped deeply", `[{"a":{"b":[[{"c":{"d":` + inRoom + `}}]]}}]`, "!r:hs"},
		{"wrapped with a type", `{"type":"timeline","content":` + inRoom + `}`, "!r:hs"},
		{"row of event_json", `{"event_id":"$t","room_id":"!r:hs","internal_metadata":"{}","json":` + quoted(pdu) + `,"format_version":3}`, "!r:hs"},
		{"row with the event", `{"event_id":"$t","type":"m.room.third_party_invite","state_key":"t","room_id":"!r:hs","event_json":` + quoted(e) + `}`, "!r:hs"},
		{"the room after the events", `{"data":{"state":[` + e + `]},"room_id":"!r:hs"}`, "!r:hs"},
		{"rooms by ID", `{"!r:hs":[` + e + `]}`, "!r:hs"},
		{"text of JSON", quoted("[" + inRoom + "]"), "!r:hs"},
		{"JSON text sequence", "\x1e" + inRoom + "\n\x1e{\"chunk\":[]}\n", "!r:hs"},
		{"joined files", "\uFEFF{\"chunk\":[]}\n\uFEFF" + inRoom, "!r:hs"},
		{"old members beside the content", strings.Replace(inRoom, `"sender"`, `"user_id"`, 1), "!r:hs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, reports, err := readDump(tt.content)
			if err != nil || len(reports) > 0 || d.Missed > 0 {
				t.Errorf("%v, %q", err, reports)
			}
			if len(d.found) != 1 || string(d.found[0].room) != tt.room || d.found[0].event.ID != "$t" && !strings.Contains(tt.name, "federation") || d.found[0].event.Sender != "@ada:hs" {
				t.Errorf("found %+v", d.found)
			}
		})
	}
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

func utf16Text(s string, first, second int) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		pair := [2]byte{byte(u), byte(u >> 8)}
		b.WriteByte(pair[first])
		b.WriteByte(pair[second])
	}
	return b.String()
}

func TestReadDecodesFiles(t *testing.T) {
	list := "[" + wholeInvite + "]"
	for name, content := range map[string]string{
		"gzip":                            gzipped(list),
		"gzip in two parts":               gzipped(list[:20]) + gzipped(list[20:]),
		"UTF-16LE":                        utf16Text("\uFEFF"+list, 0, 1),
		"UTF-16BE":                        utf16Text("\uFEFF"+list, 1, 0),
		"UTF-16LE without a mark":         utf16Text(list, 0, 1),
		"UTF-16BE without a mark":         utf16Text(list, 1, 0),
		"UTF-16LE in gzip":                gzipped(utf16Text("\uFEFF"+list, 0, 1)),
		"UTF-8 with a byte order mark":    "\uFEFF" + list,
		"letters outside of Windows-1252": `{"chunk":[` + strings.Replace(wholeInvite, "gra", "グレース", 1) + `]}`,
	} {
		d, reports, err := readDump(content)
		if len(d.found) != 1 || err != nil || len(reports) > 0 {
			t.Errorf("%s: %d, %v, %q", name, len(d.found), err, reports)
		}
	}
}

func TestReadNamesFormatsThatItCannotRead(t *testing.T) {
	tar := make([]byte, 1024)
	copy(tar[257:], "ustar\x0000")
	for content, want := range map[string]string{
		"PK\x03\x04rest":                               "it is a zip archive; extract its files first, not JSON",
		"\x28\xb5\x2f\xfdrest":                         "it is compressed by zstd; decompress it first, not JSON",
		gzipped(string(tar)):                           "it is a tar archive; extract its files first, not JSON",
		"SQLite format 3\x00":                          "it is an SQLite database, not JSON",
		gzipped(wholeInvite)[:60]:                      "unexpected end of file",
		"\x1f\x8b\xff":                                 "unexpected end of file",
		"\x1f\x8b\xff\xff\xff\xff\xff\xff\xff\xff\xff": "the compressed data is damaged",
	} {
		if _, _, err := readDump(content); err == nil || err.Error() != want {
			t.Errorf("%.20q: %v", content, err)
		}
	}
	d := &Dump{}
	if err := d.Read(strings.NewReader(gzipped("["+wholeInvite+strings.Repeat(" ", 3<<20))), 1<<20); err == nil || err.Error() != "it is larger than 1 MiB uncompressed" || len(d.found) != 1 {
		t.Errorf("a large file: %v, %d", err, len(d.found))
	}
}

func TestReadReportsWhatMayBeAnEvent(t *testing.T) {
	tooDeep := strings.Repeat("[", maxDepth+1) + wholeInvite + strings.Repeat("]", maxDepth+1)
	for _, tt := range []struct{ name, content, want string }{
		{"text in an unknown member", `{"chunk":[],"log":{"entries":[{"text":` + quoted(wholeInvite) + `}]}}`, ".log.entries[0].text: " + errMention.Error()},
		{"text in a text", quoted(quoted(wholeInvite)), "value 1: " + errMention.Error()},
		{"by type and state key", `{"m.room.third_party_invite":{"t":{"public_key":"x"}}}`, `["m.room.third_party_invite"]: ` + errMention.Error()},
		{"under another name", `{"chunk":[],"event_type":"m.room.third_party_invite","content":{}}`, ".event_type: " + errMention.Error()},
		{"escaped", `{"chunk":[],"x":"m\u002eroom.third\u005fparty_invite"}`, ".x: " + errMention.Error()},
		{"too deep", tooDeep, strings.Repeat("[0]", maxDepth) + ": " + errTooDeep.Error()},
		{"without content", `{"type":"m.room.third_party_invite","state_key":"t","event_id":"$t"}`, "value 1: not an event: it has no content"},
		{"content as text", `{"type":"m.room.third_party_invite","state_key":"t","content":"{}"}`, "value 1: not an event: its content is a string"},
		{"without state key", `[{"type":"m.room.third_party_invite","sender":"@ada:hs","content":{}}]`, `[0]: read "m.room.third_party_invite" event: not a state event`},
		{"without anything else", `{"chunk":[{"type":"m.room.third_party_invite","content":{}}]}`, ".chunk[0]: not an event: it has no sender, event_id or state_key"},
		{"a row without content", `[{"type":"m.room.member","state_key":"@g:hs","event_id":"$t"}]`, "[0]: not an event: it has no content"},
		{"inside an event", `[{"type":"m.room.message","sender":"@m:hs","content":{"body":` + quoted(wholeInvite) + `}}]`, "[0].content.body: " + errInside.Error()},
		{"an event inside an event", `[{"type":"m.room.message","sender":"@m:hs","content":{"x":[` + wholeInvite + `]}}]`, "[0]: " + errInside.Error()},
		{"in the state of an invited room", `[{"type":"m.room.member","state_key":"@g:hs","sender":"@m:hs","content":{},"unsigned":{"invite_room_state":[` + wholeInvite + `]}}]`, "[0]: " + errInside.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, reports, err := readDump(tt.content)
			if err != nil || d.Missed == 0 || d.Empty() || len(d.found) > 1 || len(reports) == 0 || !strings.HasPrefix(reports[0], tt.want) {
				t.Errorf("%v, %d missed, %q", err, d.Missed, reports)
			}
		})
	}
}

func TestReadIgnoresMentionsThatAreNoInvites(t *testing.T) {
	for name, content := range map[string]string{
		"power levels":             `[{"type":"m.room.power_levels","state_key":"","sender":"@a:hs","content":{"events":{"m.room.third_party_invite":50}}}]`,
		"numbers of events":        `{"state":[],"counts":{"m.room.third_party_invite":3}}`,
		"inside of another event":  `[` + wholeInvite + `,{"type":"m.room.message","sender":"@m:hs","content":{"body":` + quoted(wholeInvite) + `}}]`,
		"inside of another invite": `[` + strings.Replace(wholeInvite, "{", `{"chunk":[`+wholeInvite+`],`, 1) + `]`,
	} {
		if d, reports, err := readDump(content); err != nil || d.Missed > 0 || len(reports) > 0 {
			t.Errorf("%s: %v, %q", name, err, reports)
		}
	}
}

// The clocks of the senders' homeservers are wrong in all of these.
func TestPositionInAResponseSaysWhichEventIsNewer(t *testing.T) {
	version := func(id string, at int, key string) string {
		return fmt.Sprintf(`{"type":"m.room.third_party_invite","state_key":"t","sender":"@ada:hs","event_id":"$%s","origin_server_ts":%d,"content":{%s}}`, id, at, key)
	}
	const key = `"public_key":"XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"`
	older, newer := version("old", 9, key), version("new", 1, "")
	pdu := func(depth int, event string) string {
		return strings.Replace(event, "{", `{"depth":`+strconv.Itoa(depth)+`,`, 1)
	}
	for name, content := range map[string]string{
		"sync":                   `{"rooms":{"join":{"!r:hs":{"timeline":{"events":[` + newer + `]},"state":{"events":[` + older + `]}}}}}`,
		"state after":            `{"rooms":{"join":{"!r:hs":{"state_after":{"events":[` + newer + `]},"timeline":{"events":[` + older + `]}}}}}`,
		"sliding sync":           `{"rooms":{"!r:hs":{"required_state":[` + newer + `],"timeline":[` + older + `]}}}`,
		"context":                `{"state":[` + newer + `],"events_before":[],"event":` + older + `,"events_after":[]}`,
		"context, events":        `{"events_after":[` + newer + `],"event":` + older + `,"events_before":[]}`,
		"initialSync":            `{"rooms":[{"room_id":"!r:hs","state":[` + newer + `],"messages":{"chunk":[` + older + `]}}]}`,
		"depth":                  `{"pdus":[` + pdu(8, newer) + `],"auth_chain":[` + pdu(3, older) + `]}`,
		"no times":               `[` + strings.Replace(older, `"origin_server_ts":9,`, "", 1) + `,` + strings.Replace(newer, `"origin_server_ts":1,`, "", 1) + `]`,
		"known from another one": `[` + older + `,{"type":"m.room.third_party_invite","state_key":"t","sender":"@ada:hs","event_id":"$new","replaces_state":"$old","content":{}}]`,
	} {
		d, reports, err := readDump(content)
		if err != nil || len(reports) > 0 {
			t.Errorf("%s: %v, %q", name, err, reports)
		}
		invites, _ := d.Fold()
		if len(invites) != 1 || invites[0].Status != invite.Revoked || invites[0].EventID != "$new" {
			t.Errorf("%s: %+v", name, invites)
		}
	}
}

// A file that contains an invite anywhere is read or reported.
func TestInviteAnywhereIsFoundOrReported(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		content := surround(r, wholeInvite)
		d, reports, err := readDump(content)
		invites, _ := d.Fold()
		if len(invites) == 0 && d.Missed == 0 && err == nil {
			t.Fatalf("seed %d: nothing found, %q:\n%s", seed, reports, content)
		}
		if d.Missed > 0 && len(reports) == 0 {
			t.Fatalf("seed %d: nothing reported:\n%s", seed, content)
		}
	}
}

// surround puts a value into random JSON.
func surround(r *rand.Rand, content string) string {
	names := []string{"chunk", "state", "events", "rooms", "!r:hs", "content", "type", "unsigned", "json", "text", "event", "x", "timeline", "m.room.third_party_invite", "room_id", "prev_content"}
	random := func() string {
		switch r.IntN(7) {
		case 0:
			return `5`
		case 1:
			return `null`
		case 2:
			return `"m.room.message"`
		case 3:
			return `{"type":"m.room.message","sender":"@a:hs","content":{"body":"x"}}`
		case 4:
			return `[]`
		case 5:
			return `{"x":[true,-1.5e3,{}]}`
		default:
			return `{"type":"m.room.name","state_key":"","event_id":"$n","content":{"name":"n"}}`
		}
	}
	for range r.IntN(8) {
		switch r.IntN(5) {
		case 0:
			content = "[" + random() + "," + content + "," + random() + "]"
		case 1, 2:
			content = "{" + quoted(names[r.IntN(len(names))]) + ":" + random() + "," + quoted(names[r.IntN(len(names))]) + ":" + content + "}"
		case 3:
			content = quoted(content)
		default:
			content = `{"type":"m.room.message","sender":"@a:hs","content":{"x":` + content + `}}`
		}
	}
	return content
}

// Old responses have the content that an event replaced beside its content.
func TestPreviousContentBesideTheContentProvesAnAcceptance(t *testing.T) {
	key, err := invite.ParsePrivateKey("Q8Aw7dc_yqwi0f1Kglj7fWcxMohUYpx40lIOxC82f6Q")
	if err != nil {
		t.Fatal(err)
	}
	signed, err := key.Sign("@grace:navy.example", "@ada:hs", "t")
	if err != nil {
		t.Fatal(err)
	}
	previous := `{"membership":"invite","third_party_invite":{"display_name":"gra...@nav...","signed":` + string(signed) + `}}`
	list := `[` + strings.Replace(wholeInvite, "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI", key.Public(), 1) +
		`,{"type":"m.room.member","state_key":"@grace:navy.example","sender":"@grace:navy.example","event_id":"$j","origin_server_ts":7,"content":{"membership":"join"},"replaces_state":"$i","prev_content":` + previous + `}]`
	d, _, err := readDump(list)
	if err != nil {
		t.Fatal(err)
	}
	invites, _ := d.Fold()
	if len(invites) != 1 || invites[0].Status != invite.Joined || invites[0].Acceptance.Proof != invite.ProofVerified {
		t.Errorf("%+v", invites)
	}
}

func FuzzInviteAnywhere(f *testing.F) {
	f.Add("[", "]")
	f.Add(`{"type":"x","content":{"a":`, `},"sender":"@a:hs"}`)
	f.Add(`{"type":"m.room.third_party_invite","x":[`, `,5],"json":"[]"}`)
	f.Fuzz(func(t *testing.T, before, after string) {
		content := before + wholeInvite + after
		d, reports, err := readDump(content)
		if json.Valid([]byte(content)) && err != nil {
			t.Errorf("valid JSON: %v", err)
		}
		if invites, _ := d.Fold(); json.Valid([]byte(content)) && len(invites) == 0 && d.Missed == 0 {
			t.Errorf("nothing found: %v, %q", err, reports)
		}
	})
}
