package contacts_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mxinvite/mxinvite/internal/contacts"
)

// A clock is set by the test.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func newClock() *clock { return &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func find(t *testing.T, s contacts.Source, typed string) []contacts.Contact {
	t.Helper()
	found, err := s.Find(t.Context(), typed)
	if err != nil {
		t.Error(err)
	}
	return found
}

func card(lines ...string) string {
	return "BEGIN:VCARD\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCARD\r\n"
}

func TestCardsOfAllVersionsAreRead(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want []contacts.Contact
	}{
		"4, with preferences": {
			card("VERSION:4.0", "FN:Grace Hopper", "EMAIL;PREF=2:b@x.org", "item1.EMAIL;PREF=1;TYPE=work:A@x.org", "EMAIL:c@x.org"),
			[]contacts.Contact{{"Grace Hopper", "a@x.org"}, {"Grace Hopper", "b@x.org"}, {"Grace Hopper", "c@x.org"}},
		},
		"3": {
			card("VERSION:3.0", "FN:Doe\\, Jane", "N:Doe;Jane;;;", "EMAIL;TYPE=INTERNET,HOME:b@x.org", `EMAIL;TYPE="WORK,PREF":a@x.org`),
			[]contacts.Contact{{"Doe, Jane", "a@x.org"}, {"Doe, Jane", "b@x.org"}},
		},
		"2.1": {
			card("VERSION:2.1", "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC=", "ller;Zo=C3=AB;;;", "EMAIL;INTERNET:b@x.org", "EMAIL;INTERNET;PREF:a@x.org"),
			[]contacts.Contact{{"Zoë Müller", "a@x.org"}, {"Zoë Müller", "b@x.org"}},
		},
		"2.1, QUOTED-PRINTABLE without its name": {
			card("VERSION:2.1", "FN;QUOTED-PRINTABLE:Zo=C3=AB", "EMAIL:a@x.org"), []contacts.Contact{{"Zoë", "a@x.org"}},
		},
		"folded": {
			"\ufeff" + card("VERSION:3.0", "FN:Grace", "  Hopper", "EMAIL:grace", "\t@x.org"), []contacts.Contact{{"Grace Hopper", "grace@x.org"}},
		},
		"Windows-1252": {card("FN:Zo\xeb", "EMAIL:a@x.org"), []contacts.Contact{{"Zoë", "a@x.org"}}},
		"no name":      {card("EMAIL:a@x.org"), []contacts.Contact{{"", "a@x.org"}}},
		"a firm":       {card("ORG:Acme;", "EMAIL:mailto:a@x.org"), []contacts.Contact{{"Acme", "a@x.org"}}},
		"no address":   {card("FN:Grace", "TEL:123"), nil},
		"two":          {card("FN:A", "EMAIL:a@x.org") + "\r\n" + card("FN:B", "EMAIL:b@x.org"), []contacts.Contact{{"A", "a@x.org"}, {"B", "b@x.org"}}},
	} {
		v := contacts.NewVCards(write(t, filepath.Join(t.TempDir(), "all.vcf"), tc.text), newClock().now)
		got, err := contacts.Complete(t.Context(), []contacts.Source{v}, "x.org", 10)
		if diff := cmp.Diff(tc.want, got); diff != "" || err != nil || v.Broken() != 0 {
			t.Error(name, diff, err, v.Broken())
		}
	}
}

func TestMalformedCardsAreCounted(t *testing.T) {
	text := "BEGIN:VCARD\nFN:A\nEMAIL:a@x.org\n" + card("FN:B", "EMAIL:b@x.org") + card("FN:C", "EMAIL:none") + "rest\nBEGIN:VCARD\nFN:D"
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.vcf"), text)
	write(t, filepath.Join(dir, "b.vcf"), "\x00\x01 no cards")
	write(t, filepath.Join(dir, "c.vcf"), "")
	v := contacts.NewVCards(dir, newClock().now)
	if diff := cmp.Diff([]contacts.Contact{{Name: "B", Address: "b@x.org"}}, find(t, v, "x.org")); diff != "" || v.Broken() != 4 {
		t.Error(diff, v.Broken())
	}
}

func TestPhotosAreSkippedQuickly(t *testing.T) {
	photo := "PHOTO;ENCODING=b;TYPE=JPEG:" + strings.Repeat("AAAA\r\n ", 500_000)
	v := contacts.NewVCards(write(t, filepath.Join(t.TempDir(), "a.vcf"), card("FN:A", photo, "EMAIL:a@x.org")), newClock().now)
	if got := find(t, v, "a"); len(got) != 1 {
		t.Error(got)
	}
}

func TestSubdirectoriesAreRead(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	write(t, filepath.Join(dir, "a.vcf"), card("FN:A", "EMAIL:a@x.org"))
	write(t, filepath.Join(dir, "work", "team", "b.VCF"), card("FN:B", "EMAIL:b@x.org"))
	write(t, filepath.Join(dir, "notes.txt"), card("FN:C", "EMAIL:c@x.org"))
	write(t, filepath.Join(dir, ".trash", "d.vcf"), card("FN:D", "EMAIL:d@x.org"))
	linked := write(t, filepath.Join(elsewhere, "e"), card("FN:E", "EMAIL:e@x.org"))
	for link, target := range map[string]string{
		filepath.Join(dir, "work", "loop"): dir, filepath.Join(dir, "e.vcf"): linked, filepath.Join(elsewhere, "book"): dir,
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Skip(err)
		}
	}
	v := contacts.NewVCards(filepath.Join(elsewhere, "book"), newClock().now)
	if diff := cmp.Diff([]string{"a@x.org", "e@x.org", "b@x.org"}, addresses(find(t, v, "x.org"))); diff != "" {
		t.Error(diff)
	}
}

func TestUnreadableFileDoesNotHideOthers(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.vcf"), card("FN:A", "EMAIL:a@x.org"))
	if err := os.Symlink(filepath.Join(dir, "b.vcf"), filepath.Join(dir, "b.vcf")); err != nil {
		t.Skip(err)
	}
	got, err := contacts.NewVCards(dir, newClock().now).Find(t.Context(), "a")
	if len(got) != 1 || err == nil || !strings.Contains(err.Error(), "b.vcf") {
		t.Error(got, err)
	}
	if _, err := contacts.NewVCards(filepath.Join(dir, "none"), newClock().now).Find(t.Context(), "a"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestTooLargeFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.vcf"), card("FN:A", "EMAIL:a@x.org"))
	if err := os.Truncate(write(t, filepath.Join(dir, "b.vcf"), ""), 65<<20); err != nil {
		t.Fatal(err)
	}
	got, err := contacts.NewVCards(dir, newClock().now).Find(t.Context(), "a")
	if len(got) != 1 || !errors.Is(err, contacts.ErrTooLarge) {
		t.Error(got, err)
	}
}

func TestChangesAreFoundAfterSeconds(t *testing.T) {
	c, dir := newClock(), t.TempDir()
	a := write(t, filepath.Join(dir, "a.vcf"), card("FN:A", "EMAIL:a@x.org"))
	v := contacts.NewVCards(dir, c.now)
	sees := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, addresses(find(t, v, "x.org"))); diff != "" {
			t.Error(diff)
		}
	}
	sees("a@x.org")
	write(t, a, card("FN:A", "EMAIL:changed@x.org"))
	write(t, filepath.Join(dir, "b.vcf"), card("FN:B", "EMAIL:b@x.org"))
	c.Time = c.Add(time.Second)
	sees("a@x.org")
	c.Time = c.Add(5 * time.Second)
	sees("changed@x.org", "b@x.org")

	// Same size and time: the change cannot be detected.
	stat, _ := os.Stat(a)
	write(t, a, card("FN:A", "EMAIL:CHANGE2@x.org"))
	os.Chtimes(a, stat.ModTime(), stat.ModTime())
	c.Time = c.Add(5 * time.Second)
	sees("changed@x.org", "b@x.org")
	os.Chtimes(a, stat.ModTime(), stat.ModTime().Add(time.Second))
	c.Time = c.Add(-time.Hour) // the clock was set back
	sees("change2@x.org", "b@x.org")

	os.Remove(a)
	c.Time = c.Add(5 * time.Second)
	sees("b@x.org")
}

func TestFindStopsWithTheContext(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.vcf"), card("FN:A", "EMAIL:a@x.org"))
	v := contacts.NewVCards(dir, newClock().now)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := v.Find(ctx, "a"); got != nil || !errors.Is(err, context.Canceled) {
		t.Error(got, err)
	}
	if got := find(t, v, "a"); len(got) != 1 {
		t.Error(got)
	}
}
