// Package completion completes command lines for shells: commands, flags, rooms, tokens,
// accounts and addresses.
package completion

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/cli/filter"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/cli/signin"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

// A candidate is a completion for the current word, with a description.
type candidate struct{ word, about string }

// candidates returns the candidates for the argument that follows args. The
// caller removes those that do not begin with typed.
type candidates func(ctx context.Context, args []string, typed string) []candidate

// A Completer completes command lines for a shell.
type Completer struct {
	*host.Program

	// ReadSettings reads the settings, with the flags of the command line.
	ReadSettings func(*host.Program, *cobra.Command) error
}

// Add returns a function that adds completions to a command. Cobra keeps the
// completions of flags as long as the process lives, so call it only in a process
// that completes one command line: a server creates the commands for each visitor.
func (c *Completer) Add() func(*cobra.Command) {
	arguments, flags := c.Arguments(), c.Flags()
	return func(cmd *cobra.Command) {
		cmd.ValidArgsFunction = cobra.NoFileCompletions
		if f, ok := arguments[cmd.CommandPath()]; ok {
			cmd.ValidArgsFunction = f
		}
		add := func(f *pflag.Flag) {
			complete, ok := flags[f.Name]
			if f.Name == "room" && cmd.Name() == "accept" {
				complete = cobra.NoFileCompletions // the user is not in that room yet
			}
			if ok {
				_ = cmd.RegisterFlagCompletionFunc(f.Name, complete) // fails if the flag has one already
			}
		}
		cmd.Flags().VisitAll(add)
		cmd.PersistentFlags().VisitAll(add)
	}
}

// Arguments returns the completions of the arguments of each command.
func (c *Completer) Arguments() map[string]cobra.CompletionFunc {
	return map[string]cobra.CompletionFunc{
		"mxinvite list":           c.completing(first(c.rooms)),
		"mxinvite stats":          c.completing(first(c.rooms)),
		"mxinvite show":           c.completing(c.roomAndTokens(1, func(invite.Invite) bool { return true })),
		"mxinvite revoke":         c.completing(c.roomAndTokens(-1, invite.Invite.Live)),
		"mxinvite resend":         c.completing(c.roomAndTokens(-1, invite.Invite.Live)),
		"mxinvite move":           c.completing(c.roomAndTokens(-1, invite.Invite.Live)),
		"mxinvite send":           c.completeSend,
		"mxinvite link":           c.completing(first(c.rooms)),
		"mxinvite inspect":        files,
		"mxinvite login":          c.completing(first(c.users)),
		"mxinvite accounts use":   c.completing(first(c.users)),
		"mxinvite vault password": c.completing(first(oneOf(host.MailPassword))),
		"mxinvite vault kind":     c.completing(first(oneOf(vault.KindKeyring, vault.KindSealed, vault.KindAgent, vault.KindPlain))),
		"mxinvite untrust":        c.completing(c.trustedHosts),
		"mxinvite outbox cancel":  c.completing(c.items(client.ItemQueued)),
		"mxinvite outbox retry":   c.completing(c.items(client.ItemFailed, client.ItemCancelled)),
		"mxinvite outbox settle":  c.completing(c.items(client.ItemUncertain)),
		"mxinvite completion":     c.completing(first(oneOf(Shells()...))),
		// The link for accept is a secret, and the arguments of trust and contacts cannot
		// be known.
		"mxinvite accept":   cobra.NoFileCompletions,
		"mxinvite trust":    cobra.NoFileCompletions,
		"mxinvite contacts": cobra.NoFileCompletions,
	}
}

// completeSend completes a room and then people; with --room, only people.
func (c *Completer) completeSend(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if cmd.Flags().Changed("room") {
		return c.completing(c.addresses)(cmd, args, typed)
	}
	return c.completing(c.roomAndAddresses)(cmd, args, typed)
}

// completeTo completes the new room of move, and the address of resend.
func (c *Completer) completeTo(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if cmd.Name() == "move" {
		return c.completing(c.rooms)(cmd, args, typed)
	}
	return c.completing(c.addresses)(cmd, args, typed)
}

// completeVia completes the way of send. The server of accept is known only to the user.
func (c *Completer) completeVia(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if cmd.Name() == "send" {
		return c.completing(oneOf(client.Ways()...))(cmd, args, typed)
	}
	return cobra.NoFileCompletions(cmd, args, typed)
}

// Flags returns the completions of the values of each flag.
func (c *Completer) Flags() map[string]cobra.CompletionFunc {
	f := map[string]cobra.CompletionFunc{
		"status":     c.completing(someOf(invite.Statuses()...)),
		"verdict":    c.completing(someOf(invite.Verdicts()...)),
		"warn":       c.completing(someOf(invite.Warnings()...)),
		"state":      c.completing(someOf(out.ItemStates()...)),
		"sort":       c.completing(oneOf(filter.Orders()...)),
		"format":     c.completing(oneOf(out.FormatTable, out.FormatCSV, out.FormatJSON, out.FormatMarkdown)),
		"with":       c.completing(oneOf(signin.MethodNames()...)),
		"vault":      c.completing(oneOf(wordsOf("vault.kind")...)),
		"theme":      c.completing(oneOf(wordsOf("theme")...)),
		"background": c.completing(oneOf(wordsOf("background")...)),
		"log-level":  c.completing(oneOf(wordsOf("log.level")...)),
		"account":    c.completing(c.users),
		"room":       c.completing(c.rooms),
		"by":         c.completing(c.senders),
		"to":         c.completeTo,
		"via":        c.completeVia,
		"home":       directories,
	}
	for name := range strings.FieldsSeq("file csv output passphrase-file new-passphrase-file password-file token-file authorized-keys host-key") {
		f[name] = files
	}
	// Values that only the user knows.
	for name := range strings.FieldsSeq("identity-server passphrase-fd older-than trust user provider inviter listen metrics memory links public-url trusted-proxy column count expires uses") {
		f[name] = cobra.NoFileCompletions
	}
	return f
}

func files(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

func directories(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// wordsOf returns the allowed values of a setting.
func wordsOf(name string) []string {
	all := config.AllSettings()
	n := slices.IndexFunc(all, func(s config.Setting) bool { return s.Name == name })
	return all[n].Words
}

func oneOf[S ~string](words ...S) candidates {
	return func(context.Context, []string, string) []candidate {
		var all []candidate
		for _, w := range words {
			all = append(all, candidate{word: string(w)})
		}
		return all
	}
}

// someOf completes a list of words, separated by commas.
func someOf[S ~string](words ...S) candidates {
	return func(_ context.Context, _ []string, typed string) []candidate {
		before := typed[:strings.LastIndexByte(typed, ',')+1]
		var all []candidate
		for _, w := range words {
			if !slices.Contains(strings.Split(before, ","), string(w)) {
				all = append(all, candidate{word: before + string(w)})
			}
		}
		return all
	}
}

// first completes only the first argument.
func first(of candidates) candidates {
	return func(ctx context.Context, args []string, typed string) []candidate {
		if len(args) > 0 {
			return nil
		}
		return of(ctx, args, typed)
	}
}

// completionTime is the time limit for a completion.
const completionTime = 2 * time.Second

// mostAbout is the longest description of a candidate, in bytes.
const mostAbout = 60

// completing returns a completion function for Cobra. It asks no questions and
// writes no messages; after an error it offers nothing.
func (c *Completer) completing(of candidates) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		_ = c.ReadSettings(c.Program, cmd) // invalid settings are ignored
		c.silence()
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
		defer cancel()
		var all []cobra.Completion
		for _, next := range of(ctx, args, typed) {
			if strings.HasPrefix(next.word, typed) && safeInShells(next.word) && !slices.Contains(args, next.word) {
				all = append(all, next.completion())
			}
		}
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}

// completion returns the candidate in the form that Cobra expects.
func (c candidate) completion() cobra.Completion {
	if c.about == c.word {
		return c.word
	}
	return cobra.CompletionWithDesc(c.word, out.FirstLetters(safetext.Line(c.about), mostAbout))
}

// silence prevents messages and questions during a completion.
func (c *Completer) silence() {
	c.Silent, c.Quiet = true, true
	c.InTTY, c.Agent, c.Settings.PassphraseCommand = false, nil, nil
}

// safeInShells reports whether word is safe to offer to a shell, even unquoted.
// Cobra's scripts quote it, but other users choose room names, and some shells
// have evaluated completions.
func safeInShells(word string) bool {
	return word != "" && word[0] != '-' && word[0] != '=' && word == safetext.Line(word) && !strings.ContainsFunc(word, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("#@!:.,_-+=/", r)
	})
}
