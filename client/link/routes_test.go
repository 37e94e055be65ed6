package link

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"maunium.net/go/mautrix/id"
)

func TestRoutes(t *testing.T) {
	levels := map[id.UserID]int{"@admin:small.example": 100, "@mod:mod.example": 50, "@a:big.example": 49, "@admin:denied.example": 100, "@root:192.0.2.7": 200}
	for name, tt := range map[string]struct {
		members, want string
		acl           ACL
	}{
		"alone":                      {"@ada:hs.example", "hs.example", ACL{}},
		"no members":                 {"", "hs.example", ACL{}},
		"highest power, then size":   {"@ada:hs.example @a:big.example @b:big.example @c:mid.example @admin:small.example @mod:mod.example", "hs.example small.example big.example", ACL{}},
		"below 50 is not chosen":     {"@ada:hs.example @a:big.example @x:mid.example @y:mid.example", "hs.example mid.example big.example", ACL{}},
		"an address":                 {"@ada:hs.example @root:192.0.2.7 @x:[2001:db8::1] @y:[2001:db8::1]:8448 @z:192.0.2.8:80", "hs.example", ACL{}},
		"denied":                     {"@ada:hs.example @admin:denied.example @b:denied.example @c:mid.example", "hs.example mid.example", ACL{Allow: []string{"*"}, Deny: []string{"DENIED.*"}}},
		"not allowed":                {"@ada:hs.example @b:evil.example @c:ok.example:8448", "hs.example ok.example:8448", ACL{Allow: []string{"?k.example"}}},
		"nothing allowed":            {"@ada:hs.example @c:mid.example", "hs.example", ACL{Allow: []string{}}},
		"a part is not denied":       {"@ada:hs.example @c:mid.example", "hs.example mid.example", ACL{Allow: []string{"*"}, Deny: []string{"mid", "m.d.example"}}},
		"hostile":                    {"@ada:hs.example @x:evil.example/path @y @z: @v:a\x1bb", "hs.example", ACL{}},
		"the same number of members": {"@ada:hs.example @x:b.example @y:c.example @z:a.example", "hs.example a.example b.example", ACL{}},
	} {
		var members []id.UserID
		for m := range strings.FieldsSeq(tt.members) {
			members = append(members, id.UserID(m))
		}
		got := Routes("@ada:hs.example", members, func(u id.UserID) int { return levels[u] }, tt.acl)
		if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// BenchmarkRoutes is for a large room with a long server ACL: its globs are compiled once,
// and not for each member.
func BenchmarkRoutes(b *testing.B) {
	acl := ACL{Allow: []string{"*"}}
	for n := range 200 {
		acl.Deny = append(acl.Deny, fmt.Sprintf("*.spam%d.example", n))
	}
	var members []id.UserID
	for n := range 5000 {
		members = append(members, id.UserID(fmt.Sprintf("@u%d:s%d.example.org", n, n%10)))
	}
	for b.Loop() {
		if got := Routes("@ada:hs.example", members, func(id.UserID) int { return 0 }, acl); len(got) != maxRoutes {
			b.Fatal(got)
		}
	}
}
