package invite_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/client/internal/digest"
	"github.com/mxinvite/mxinvite/client/invite"
)

// all makes cmp compare the unexported members, too.
func all() cmp.Option { return cmp.Exporter(func(reflect.Type) bool { return true }) }

// checkDigest checks that the digest of invites has all members of them.
func checkDigest(t *testing.T, invites []invite.Invite) {
	t.Helper()
	var w digest.Writer
	invite.WriteDigest(&w, invites)
	got, err := invite.ReadDigest(digest.NewReader(string(w.Bytes)), room)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(invites, got, all()); d != "" && len(invites) > 0 {
		t.Error(d)
	}
	for n := range w.Bytes {
		if _, err := invite.ReadDigest(digest.NewReader(string(w.Bytes[:n])), room); err == nil {
			t.Fatalf("the first %d bytes are a digest", n)
		}
	}
}

func TestDigestHasAllOfAnInvite(t *testing.T) {
	checkDigest(t, nil)
	paths, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		events := sample(t, filepath.Base(path))
		found := invite.Fold(room, events, nil)
		checkDigest(t, found)
		for range 20 { // also of states that no server has
			n := rand.IntN(len(events) + 1)
			rand.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			checkDigest(t, invite.Fold(room, events[:n], events[n:]))
		}
	}
}

// Near its end, a digest has fewer bytes than the place of an earlier key.
func TestDigestRepeatsAnyEarlierKey(t *testing.T) {
	i := invite.Invite{RoomID: room, Token: "t", Status: invite.Pending}
	for n := range 30 {
		i.Keys = append(i.Keys, invite.Key{Public: fmt.Sprint("unusable ", n), Problem: "p"})
	}
	i.Keys = append(i.Keys, i.Keys[29])
	checkDigest(t, []invite.Invite{i})
}

func FuzzReadDigest(f *testing.F) {
	var w digest.Writer
	invite.WriteDigest(&w, []invite.Invite{{Token: "t", Status: invite.Pending, Acceptance: &invite.Acceptance{UserID: "@g:hs"}, Revocation: &invite.Revocation{}}})
	f.Add(w.Bytes)
	f.Fuzz(func(t *testing.T, b []byte) {
		found, err := invite.ReadDigest(digest.NewReader(string(b)), room)
		if err != nil && found != nil {
			t.Error("an error with invites")
		}
		if len(found) > len(b) {
			t.Errorf("%d invites in %d bytes", len(found), len(b))
		}
		for _, i := range found {
			i.Assess(invite.Facts{})
		}
	})
}
