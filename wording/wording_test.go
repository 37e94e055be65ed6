package wording_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/wording"
)

// constants returns the values of the string constants in package invite, by their
// type.
func constants(t *testing.T) map[string][]string {
	t.Helper()
	pkgs, err := parser.ParseDir(token.NewFileSet(), "../client/invite", nil, 0) //nolint:staticcheck // one package without build tags
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	ast.Inspect(pkgs["invite"], func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		name, named := spec.Type.(*ast.Ident)
		value, literal := spec.Values[0].(*ast.BasicLit)
		if named && literal && value.Kind == token.STRING {
			s, _ := strconv.Unquote(value.Value)
			found[name.Name] = append(found[name.Name], s)
		}
		return true
	})
	return found
}

func TestEveryStateHasAWordAndAGlyph(t *testing.T) {
	terms := map[string]func(string) wording.Term{
		"Status":   func(s string) wording.Term { return wording.Status(invite.Status(s)) },
		"Validity": func(s string) wording.Term { return wording.Validity(invite.Validity(s)) },
		"Proof":    func(s string) wording.Term { return wording.Proof(invite.Proof(s)) },
		"Verdict":  func(s string) wording.Term { return wording.Verdict(invite.Verdict(s), invite.Invite{}) },
		"Result":   func(s string) wording.Term { return wording.Result(invite.Result(s)) },
		"Warning":  func(s string) wording.Term { return wording.Warning(invite.Warning(s)) },
	}
	lists := map[string][]string{
		"Status": texts(invite.Statuses()), "Validity": texts(invite.Validities()), "Proof": texts(invite.Proofs()),
		"Verdict": texts(invite.Verdicts()), "Result": texts(invite.Results()), "Warning": texts(invite.Warnings()),
	}
	declared := constants(t)
	for name, term := range terms {
		if len(declared[name]) == 0 || len(declared[name]) != len(lists[name]) {
			t.Errorf("%s: %d constants, %d in the list of all", name, len(declared[name]), len(lists[name]))
		}
		for _, s := range declared[name] {
			got := term(s)
			if got.Word != s || utf8.RuneCountInString(got.Glyph) != 1 {
				t.Errorf("%s %q is shown as %q", name, s, got)
			}
			if _, ok := wording.ASCII(got.Glyph); !ok {
				t.Errorf("%s %q: %s has no ASCII form", name, s, got.Glyph)
			}
			if name == "Verdict" || name == "Warning" {
				if got.Text == "" {
					t.Errorf("%s %q is not explained", name, s)
				}
			}
		}
	}
}

func texts[S ~string](all []S) (s []string) {
	for _, v := range all {
		s = append(s, string(v))
	}
	return s
}

func TestOnlyWarningsThatNeedALookAreShortened(t *testing.T) {
	for _, w := range invite.Warnings() {
		if short := wording.Warning(w).Short; (short != "") != w.Lasting() || len(short) > 4 {
			t.Errorf("%s is %q in the list", w, short)
		}
	}
}

func TestKeysAreExplained(t *testing.T) {
	usable := invite.Key{Public: "k"}
	at := func(url string) invite.Key { return invite.Key{Public: "k", ValidityURL: url} }
	for _, tt := range []struct {
		key  invite.Key
		is   invite.Validity
		want string
	}{
		{at("https://id.example/valid"), invite.Valid, "✓ valid: id.example"},
		{at("https://id.example/valid"), invite.Invalid, "✗ invalid: id.example"},
		{at("https://id.example/valid"), invite.Unreachable, "? unreachable: id.example"},
		{at("https://id.example/valid"), invite.Unchecked, "· unchecked: id.example"},
		{at("nonsense"), invite.Unchecked, "! not a valid validity URL"},
		{usable, invite.Perpetual, "✓ perpetual: no validity URL"},
		{invite.Key{Problem: "not base64"}, invite.Unusable, "✗ unusable: not base64"},
	} {
		if got := wording.Key(tt.key, tt.is); got.Glyph+" "+got.Sentence() != tt.want {
			t.Errorf("%+v is %q, want %q", tt.key, got.Glyph+" "+got.Sentence(), tt.want)
		}
	}
}

// An invite that was accepted and revoked later cannot be accepted; its
// acceptance may have been valid.
func TestAVerdictIsOnWhatCanStillHappen(t *testing.T) {
	accepted := &invite.Acceptance{}
	for _, tt := range []struct {
		i    invite.Invite
		want string
	}{
		{invite.Invite{Status: invite.Pending}, "refused: it cannot be accepted"},
		{invite.Invite{Status: invite.Joined, Acceptance: accepted}, "refused: its acceptance is not valid"},
		{invite.Invite{Status: invite.Revoked, Acceptance: accepted}, "refused: it cannot be accepted"},
	} {
		if got := wording.Verdict(invite.Refused, tt.i).Sentence(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.i.Status, got, tt.want)
		}
	}
}
