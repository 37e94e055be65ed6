package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/conversation"
	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/cli/send"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/serve"
)

var (
	namedFlag    = regexp.MustCompile(`--([a-z-]+)`)
	namedCommand = regexp.MustCompile(`mxinvite((?: [a-z-]+)+)`)
	namedSetting = regexp.MustCompile(`\bsetting ([a-z_.]+)`)
)

// someAdvice is advice of every kind, twice for a host whose checks need a flag.
func someAdvice() []client.Advice {
	all := []client.Advice{{Kind: client.HintTrust, Values: client.HintValues{Host: "key.example.org", HTTP: true, Private: true}}}
	for _, kind := range client.HintKinds() {
		all = append(all, client.Advice{Kind: kind, Values: client.HintValues{
			User: "@ada:example.org", Homeserver: "https://example.org", Room: "Ops", Level: 50, Wait: 1e9, Host: "id.example.org", Where: "End it there.",
		}})
	}
	return all
}

// hintFaces returns programs whose hints differ.
func hintFaces() map[string]*host.Program {
	faces := map[string]*host.Program{}
	for _, guest := range []*serve.Session{nil, new(serve.Session)} {
		who := "user"
		if guest != nil {
			who = "visitor"
		}
		commands, words := host.NewProgram(host.World{Machine: host.Machine{Guest: guest}}), host.NewProgram(host.World{Machine: host.Machine{Guest: guest}})
		words.Conversation = &conversation.Conversation{Program: words}
		faces["commands, "+who], faces["words, "+who] = commands, words
	}
	return faces
}

// namesOnly fails for a hint with a command, flag or setting that does not exist,
// or that visitors may not use.
func namesOnly(t *testing.T, face string, a *host.Program, hint string) {
	t.Helper()
	root := newRoot(host.NewProgram(host.World{}))
	for _, found := range namedCommand.FindAllStringSubmatch(hint, -1) {
		args := strings.Fields(found[1])
		c, _, err := root.Find(args[:min(2, len(args))])
		if err != nil || c == root {
			t.Errorf("%s: no command: %s", face, hint)
		} else if a.Guest != nil && !host.HasWord(guestCommands, c.Name()) {
			t.Errorf("%s: visitors may not run %s: %s", face, c.Name(), hint)
		}
	}
	flags := map[string]bool{"help": true}
	walk(root, func(c *cobra.Command) {
		for _, found := range namedFlag.FindAllStringSubmatch(hint, -1) {
			if c.Flags().Lookup(found[1]) != nil || c.PersistentFlags().Lookup(found[1]) != nil {
				flags[found[1]] = true
			}
		}
	})
	for _, found := range namedFlag.FindAllStringSubmatch(hint, -1) {
		if !flags[found[1]] {
			t.Errorf("%s: no flag: %s", face, hint)
		} else if a.Guest != nil && !host.HasWord(guestFlags, found[1]) {
			t.Errorf("%s: visitors may not use --%s: %s", face, found[1], hint)
		}
	}
	for _, found := range namedSetting.FindAllStringSubmatch(hint, -1) {
		if a.Guest != nil && !a.MayChange(found[1]) {
			t.Errorf("%s: visitors have no setting %s: %s", face, found[1], hint)
		}
	}
}

func TestEveryHintHasATextForVisitors(t *testing.T) {
	for face, a := range hintFaces() {
		for _, advice := range someAdvice() {
			hint := exit.AdviceText(a, advice)
			if hint == "" || strings.ContainsAny(hint, "{}%") {
				t.Errorf("%s: %s reads %q", face, advice.Kind, hint)
			}
			namesOnly(t, face, a, hint)
		}
	}
}

func TestHintsWithoutIdentityServerOfferLinks(t *testing.T) {
	for face, a := range hintFaces() {
		want := "send links yourself: mxinvite send --via link"
		if a.Conversation != nil {
			want = "send links yourself: type link"
		}
		for _, err := range []error{client.ErrNoIdentityServer, client.ErrIdentityServerOff} {
			if hint := exit.ClientHint(a, fmt.Errorf("try: %w", err)); !strings.Contains(hint, want) {
				t.Errorf("%s: %v: %s", face, err, hint)
			}
		}
	}
}

func TestCommandHintsNameOnlyCommandsAllowedForVisitors(t *testing.T) {
	for face, a := range hintFaces() {
		for _, err := range []error{
			&fail.UsageError{Command: "mxinvite list", Err: errors.New("wrong")},
			noEventsError{},
			&config.SettingsError{}, &send.NoAddressError{}, &send.OtherAddressError{},
			&out.WaitingError{Paused: true}, &out.WaitingError{}, &out.WaitingError{Cause: client.ErrNoIdentityServer},
			&send.ItemError{Item: client.Item{State: client.ItemUncertain}}, &send.ItemError{Item: client.Item{State: client.ItemCancelled}},
			fail.ErrNotSignedIn, &host.UnknownAccountError{}, &host.ChoiceError{}, vault.ErrNoKind, vault.ErrLocked, vault.ErrPassphrase, vault.ErrKeyGone,
			vault.ErrNoKeyring, vault.ErrNoAgent, &vault.KindError{}, &vault.DamagedError{}, &vault.NewerError{},
		} {
			hint := exit.Hint(a, fmt.Errorf("try: %w", err))
			if hint == "" {
				t.Errorf("%s: no hint for %T", face, err)
			}
			namesOnly(t, face, a, hint)
		}
	}
}

// Hints for errors of package client are computed only there. Package exit and the
// screen ask for them in one file each.
func TestHintsOfClientErrorsAreDecidedOnce(t *testing.T) {
	asks := regexp.MustCompile(`client\.(Hint|Advise)\(`)
	decides := regexp.MustCompile(`client\.(Err\w+|\w+Error)\b`)
	for _, dir := range []string{"*.go", "*/*.go", "../ui/*.go", "../ui/*/*.go"} {
		files, err := filepath.Glob(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Base(file)
			if asks.Match(source) && file != "exit/client_hint.go" && file != "../ui/shell/hint.go" && !strings.HasSuffix(name, "_test.go") {
				t.Errorf("%s asks for a hint: exit/client_hint.go and ui/shell/hint.go have the words", file)
			}
			if found := decides.Find(source); found != nil && strings.HasPrefix(name, "hint") && !strings.HasSuffix(name, "_test.go") {
				t.Errorf("%s decides what to do about %s: that is for client.Hint", file, found)
			}
		}
	}
}
