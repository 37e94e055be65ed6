package seal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/internal/seal"
)

func TestSealedRecordCanBeOpened(t *testing.T) {
	k := seal.NewKey()
	for _, plain := range []string{"", "grace@navy.example", strings.Repeat("x", 1<<16)} {
		sealed := k.Seal("book", []byte(plain))
		if plain != "" && bytes.Contains(sealed, []byte(plain)) {
			t.Error("the text shows in what is sealed")
		}
		got, err := k.Open("book", sealed)
		if err != nil || string(got) != plain {
			t.Errorf("opened %q, %v", got, err)
		}
	}
}

func TestEveryChangedByteIsDetected(t *testing.T) {
	k := seal.NewKey()
	sealed := k.Seal("book", []byte("grace@navy.example"))
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := k.Open("book", bad); !errors.Is(err, seal.ErrSealed) {
			t.Fatalf("byte %d flipped: %v", i, err)
		}
		if _, err := k.Open("book", sealed[:i]); !errors.Is(err, seal.ErrSealed) {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
}

func TestOpenNeedsTheSameKeyAndPlace(t *testing.T) {
	k := seal.NewKey()
	sealed := k.Seal("book", []byte("grace"))
	if _, err := k.Open("outbox", sealed); !errors.Is(err, seal.ErrSealed) {
		t.Error("opened in another place:", err)
	}
	for _, other := range []seal.Key{seal.NewKey(), k.Derive("book"), {}} {
		if _, err := other.Open("book", sealed); !errors.Is(err, seal.ErrSealed) {
			t.Error("opened with another key:", err)
		}
	}
}

func TestDerivedKeysAreStableAndDifferByPurpose(t *testing.T) {
	k := seal.NewKey()
	book := k.Derive("book")
	if book == k.Derive("outbox") || book == k {
		t.Error("two purposes share a key")
	}
	if again := k.Derive("book"); again != book {
		t.Error("a purpose's key changes")
	}
}

func TestKeysAreNotPrinted(t *testing.T) {
	k := seal.NewKey()
	text, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	var back seal.Key
	if err := json.Unmarshal(text, &back); err != nil || back != k {
		t.Errorf("read back: %v", err)
	}
	for _, verb := range []string{"%v", "%s", "%+v", "%#v"} {
		if got := fmt.Sprintf(verb, k); got != "(a key)" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	for _, bad := range []string{`"c2hvcnQ"`, `"*"`, `""`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil || strings.Contains(err.Error(), "c2hvcnQ") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
