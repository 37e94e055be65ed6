package cli

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/colorprofile"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/ui/shell"
)

const (
	// slowAnswer is when one begins to wait for a homeserver.
	slowAnswer = 2 * time.Second
	// maxAhead is how far two clocks may be apart before times on the screen, and
	// OpenID tokens, go wrong.
	maxAhead = 2 * time.Minute
)

func checkSettings(a *host.Program, wrong error) checkup {
	home, err := a.Home()
	switch {
	case err != nil:
		return unwell("settings", err)
	case wrong != nil:
		sentence, details := exit.Message(wrong)
		return checkup{"settings", checkFail, strings.Join(append([]string{sentence}, details...), "; "), "See: mxinvite config"}
	}
	return well("settings", "%s", home.SettingsPath())
}

// checkTerminal reports what the screen will find. A terminal cannot be asked
// whether it accepts copied text.
func checkTerminal(a *host.Program) []checkup {
	term := a.Getenv("TERM")
	if !a.InTTY || !a.OutTTY {
		return []checkup{uneasy("terminal", "Start mxinvite in a terminal to use the screen.", "not connected to a terminal; the commands work, the screen does not")}
	}
	if term == "" || term == "dumb" {
		return []checkup{uneasy("terminal", "Use the commands, such as mxinvite list.", "the screen cannot be drawn on this terminal (TERM is empty or dumb)")}
	}
	checks := []checkup{well("terminal", "%s, width %s", term, cells(a.Width))}
	if a.Width > 0 && a.Width < shell.MinWidth {
		checks[0] = uneasy("terminal", "Make it wider.", "%s, width %s; the screen needs %d", term, cells(a.Width), shell.MinWidth)
	}
	profile := "turned off"
	if a.MayColor() {
		profile = colorprofile.Env(a.Env).String()
	}
	checks = append(checks, well("colors", "%s", profile))
	switch {
	case a.Getenv("TMUX") != "":
		checks = append(checks, uneasy("clipboard", "Copying in tmux needs: set -g set-clipboard on", "copied text goes through tmux (OSC 52)"))
	case strings.HasPrefix(term, "screen"):
		checks = append(checks, uneasy("clipboard", "", "GNU screen may not pass copied text to the terminal (OSC 52)"))
	default:
		checks = append(checks, well("clipboard", "copied text goes through the terminal (OSC 52), if the terminal allows it"))
	}
	return checks
}

func cells(n int) string {
	if n == 0 {
		return "unknown"
	}
	return strconv.Itoa(n) + " cells"
}

// checkStore opens the store, which makes it if need be, and reads it.
func checkStore(ctx context.Context, a *host.Program) checkup {
	home, err := a.Home()
	if err != nil {
		return unwell("store", err)
	}
	path := home.StorePath()
	s, err := store.Open(ctx, path)
	if err != nil {
		c := unwell("store", err)
		if fail.Is[*store.DamagedError](err) {
			c.Next = "The next start renames it and creates a new one."
		} else if fail.Is[*store.NewerError](err) {
			c.Next = "Use the newer mxinvite, or another --home."
		}
		return c
	}
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		return unwell("store", err)
	}
	return well("store", "%s", path)
}

// checkSession returns the account, if there is one.
func checkSession(ctx context.Context, a *host.Program) (*client.Account, checkup) {
	opt, _, err := a.AccountOptions(ctx)
	if err != nil {
		return nil, unwell("session", err)
	}
	account, err := a.Resume(ctx, opt)
	if errors.Is(err, fail.ErrNotSignedIn) {
		return nil, uneasy("session", "Sign in with: mxinvite login", "not signed in")
	}
	if err != nil {
		return nil, unwell("session", err)
	}
	return account, well("session", "%s", account.UserID())
}

// checkServers asks the homeserver and the identity server.
func checkServers(ctx context.Context, account *client.Account) []checkup {
	seen, err := account.Versions(ctx)
	if err != nil {
		return []checkup{unwell("homeserver", err)}
	}
	server := account.Session().Homeserver
	checks := []checkup{well("homeserver", "%s, Matrix %s, answers in %s", server, seen.Versions[len(seen.Versions)-1], seen.Took.Round(time.Millisecond))}
	if seen.Took > slowAnswer {
		checks[0] = uneasy("homeserver", "", "%s answers only after %s", server, seen.Took.Round(time.Millisecond))
	}
	if c, told := checkClock(seen); told {
		checks = append(checks, c)
	}
	sync := "/sync; the server also offers simplified sliding sync, which mxinvite does not use"
	if !seen.SlidingSync {
		sync = "/sync"
	}
	checks = append(checks, well("sync", "%s", sync))
	user, err := account.WhoAmI(ctx)
	switch {
	case err != nil:
		return append(checks, unwell("signed in", err))
	case user != account.UserID():
		return append(checks, checkup{"signed in", checkFail, "the homeserver says that this session belongs to " + string(user), "Sign in again with: mxinvite login"})
	}
	checks = append(checks, well("signed in", "%s", user))
	limits, err := account.Limits(ctx)
	if err != nil {
		checks = append(checks, unwell("limits", err))
	}
	for _, l := range limits {
		checks = append(checks, well("limits", "%s: %d at once, then one in %s", l.What, l.Burst, l.Interval.Round(time.Second)))
	}
	return append(checks, checkIdentityServer(ctx, account))
}

// checkClock compares two clocks, if the homeserver told the time.
func checkClock(seen discovery.Versions) (c checkup, told bool) {
	ahead := seen.Ahead.Abs()
	if ahead > maxAhead {
		return uneasy("clock", "Set this machine's clock; if it is right, tell the administrators of the homeserver.",
			"it differs from the homeserver's by %s", ahead), seen.Clock
	}
	return well("clock", "within %s of the homeserver's", max(ahead, time.Second)), seen.Clock
}

func checkIdentityServer(ctx context.Context, account *client.Account) checkup {
	const name = "identity server"
	base, source, err := account.IdentityServer(ctx)
	switch {
	case errors.Is(err, client.ErrNoIdentityServer), errors.Is(err, client.ErrIdentityServerOff):
		return uneasy(name, exit.CommandHint(err), "%v", err)
	case err != nil:
		return unwell(name, err)
	}
	err = account.UseIdentityServer(ctx)
	if fail.Is[*client.TermsError](err) {
		return uneasy(name, exit.CommandHint(err), "%s, named by %s: %v", base, source, err)
	}
	if err != nil {
		return unwell(name, err)
	}
	return well(name, "%s, named by %s; your account is registered there", base, source)
}

// checkVault says how sessions are kept.
func checkVault(ctx context.Context, a *host.Program) checkup {
	s, err := a.VaultState(ctx)
	switch {
	case err != nil:
		return unwell("vault", err)
	case s.Exists && s.Kind == vault.KindPlain:
		return uneasy("vault", "Encrypt it with: mxinvite vault kind sealed", "%s", s)
	}
	return well("vault", "%s", s)
}
