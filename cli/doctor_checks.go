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
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/ui/shell"
)

const (
	// slowAnswer is the response time from which a homeserver counts as slow.
	slowAnswer = 2 * time.Second
	// maxAhead is the largest difference between the clocks of this machine and the
	// homeserver. With a larger one, times are shown wrong and OpenID tokens fail.
	maxAhead = 2 * time.Minute
)

func checkSettings(a *host.Program, wrong error) checkup {
	home, err := a.Home()
	switch {
	case err != nil:
		return failed("settings", err)
	case wrong != nil:
		sentence, details := exit.Message(wrong)
		return checkup{"settings", checkFail, strings.Join(append([]string{sentence}, details...), "; "), "See: mxinvite config"}
	}
	return passed("settings", "%s", home.SettingsPath())
}

// checkTerminal checks what the screen needs from the terminal. Whether the
// terminal accepts copied text cannot be found out.
func checkTerminal(a *host.Program) []checkup {
	term := a.Getenv("TERM")
	if !a.InTTY || !a.OutTTY {
		return []checkup{warned("terminal", "Start mxinvite in a terminal to use the screen.", "not connected to a terminal; the commands work, the screen does not")}
	}
	if term == "" || term == "dumb" {
		return []checkup{warned("terminal", "Use the commands, such as mxinvite list.", "the screen cannot be drawn on this terminal (TERM is empty or dumb)")}
	}
	checks := []checkup{passed("terminal", "%s, width %s", term, cells(a.Width))}
	if a.Width > 0 && a.Width < shell.MinWidth {
		checks[0] = warned("terminal", "Make it wider.", "%s, width %s; the screen needs %d", term, cells(a.Width), shell.MinWidth)
	}
	profile := "turned off"
	if a.MayColor() {
		profile = colorprofile.Env(a.Env).String()
	}
	checks = append(checks, passed("colors", "%s", profile))
	switch {
	case a.Getenv("TMUX") != "":
		checks = append(checks, warned("clipboard", "Copying in tmux needs: set -g set-clipboard on", "copied text goes through tmux (OSC 52)"))
	case strings.HasPrefix(term, "screen"):
		checks = append(checks, warned("clipboard", "", "GNU screen may not pass copied text to the terminal (OSC 52)"))
	default:
		checks = append(checks, passed("clipboard", "copied text goes through the terminal (OSC 52), if the terminal allows it"))
	}
	return checks
}

func cells(n int) string {
	if n == 0 {
		return "unknown"
	}
	return strconv.Itoa(n) + " cells"
}

// checkStore opens the store, or creates it, and reads all of it.
func checkStore(ctx context.Context, a *host.Program) checkup {
	home, err := a.Home()
	if err != nil {
		return failed("store", err)
	}
	path := home.StorePath()
	s, err := store.Open(ctx, path)
	if err == nil {
		defer s.Close()
		err = s.Check(ctx)
	}
	if err != nil {
		c := failed("store", err)
		if fail.Is[*store.DamagedError](err) {
			c.Next = "The next start renames it and creates a new one."
		} else if fail.Is[*store.NewerError](err) {
			c.Next = "Use the newer mxinvite, or another --home."
		}
		return c
	}
	if lost := store.Lost(path); len(lost) > 0 {
		return warned("store", "To confirm that the outbox and the remembered addresses are lost, run: mxinvite outbox clear --lost",
			"a damaged store was renamed to %s", lost[len(lost)-1])
	}
	return passed("store", "%s", path)
}

// checkSession returns the account, or nil if there is no session.
func checkSession(ctx context.Context, a *host.Program) (*client.Account, checkup) {
	opt, _, err := a.AccountOptions(ctx)
	if err != nil {
		return nil, failed("session", err)
	}
	account, err := a.Resume(ctx, opt)
	if errors.Is(err, fail.ErrNotSignedIn) {
		return nil, warned("session", "Sign in with: mxinvite login", "not signed in")
	}
	if err != nil {
		return nil, failed("session", err)
	}
	return account, passed("session", "%s", account.UserID())
}

// checkServers sends requests to the homeserver and the identity server.
func checkServers(ctx context.Context, account *client.Account) []checkup {
	seen, err := account.Versions(ctx)
	if err != nil {
		return []checkup{failed("homeserver", err)}
	}
	server := account.Session().Homeserver
	checks := []checkup{passed("homeserver", "%s, Matrix %s, answers in %s", server, seen.Versions[len(seen.Versions)-1], seen.Took.Round(time.Millisecond))}
	if seen.Took > slowAnswer {
		checks[0] = warned("homeserver", "", "%s answers only after %s", server, seen.Took.Round(time.Millisecond))
	}
	if c, told := checkClock(seen); told {
		checks = append(checks, c)
	}
	sync := "/sync"
	if seen.SlidingSync {
		sync = "simplified sliding sync for a new account, then /sync"
	}
	checks = append(checks, passed("sync", "%s", sync))
	user, err := account.WhoAmI(ctx)
	switch {
	case err != nil:
		return append(checks, failed("signed in", err))
	case user != account.UserID():
		return append(checks, checkup{"signed in", checkFail, "the homeserver says that this session belongs to " + string(user), "Sign in again with: mxinvite login"})
	}
	checks = append(checks, passed("signed in", "%s", user))
	checks = append(checks, checkOutbox(ctx, account)...)
	limits, err := account.Limits(ctx)
	if err != nil {
		checks = append(checks, failed("limits", err))
	}
	for _, l := range limits {
		checks = append(checks, passed("limits", "%s: %d at once, then one in %s", l.What, l.Burst, l.Interval.Round(time.Second)))
	}
	return append(checks, checkIdentityServer(ctx, account))
}

// checkOutbox says why the outbox sends nothing, if it does not.
func checkOutbox(ctx context.Context, account *client.Account) []checkup {
	outbox, err := account.Outbox(ctx)
	waiting := outbox.Count(client.ItemQueued)
	switch s := outbox.Stall; {
	case err != nil:
		return []checkup{failed("outbox", err)}
	case waiting == 0 || s.Reason == "":
		return nil
	case s.Decision():
		return []checkup{warned("outbox", "To resume, run: mxinvite outbox resume", "%s; %s wait", s.Reason, out.Count(waiting, "invite"))}
	default:
		return []checkup{warned("outbox", "To try now, run: mxinvite outbox retry --now", "%s; %s wait", s.Reason, out.Count(waiting, "invite"))}
	}
}

// checkClock compares the clocks, if the homeserver sent the time.
func checkClock(seen discovery.Versions) (c checkup, told bool) {
	ahead := seen.Ahead.Abs()
	if ahead > maxAhead {
		return warned("clock", "Set this machine's clock; if it is right, tell the administrators of the homeserver.",
			"it differs from the homeserver's by %s", ahead), seen.Clock
	}
	return passed("clock", "within %s of the homeserver's", max(ahead, time.Second)), seen.Clock
}

func checkIdentityServer(ctx context.Context, account *client.Account) checkup {
	const name = "identity server"
	base, source, err := account.IdentityServer(ctx)
	switch {
	case errors.Is(err, client.ErrNoIdentityServer), errors.Is(err, client.ErrIdentityServerOff):
		return warned(name, exit.CommandHint(err), "%v", err)
	case err != nil:
		return failed(name, err)
	}
	err = account.UseIdentityServer(ctx)
	if fail.Is[*client.TermsError](err) {
		return warned(name, exit.CommandHint(err), "%s, named by %s: %v", base, source, err)
	}
	if err != nil {
		return failed(name, err)
	}
	return passed(name, "%s, named by %s; your account is registered there", base, source)
}

// checkMail checks whether the mail settings are complete, if there are any. No mail is
// sent and the mail server is not asked.
func checkMail(a *host.Program) []checkup {
	if !a.MailSet() {
		return nil
	}
	const next = "See the mail settings: mxinvite config"
	setup, err := a.MailSetup()
	if err == nil {
		err = a.CheckMail(setup)
	}
	if err != nil {
		return []checkup{{"mail", checkFail, err.Error(), next}}
	}
	return []checkup{passed("mail", "from %s by %s; nothing was sent", setup.From(), setup.By())}
}

// checkVault checks how sessions are stored.
func checkVault(ctx context.Context, a *host.Program) checkup {
	s, err := a.VaultState(ctx)
	switch {
	case err != nil:
		return failed("vault", err)
	case s.Exists && s.Kind == vault.KindPlain:
		return warned("vault", "Encrypt it with: mxinvite vault kind sealed", "%s", s)
	}
	return passed("vault", "%s", s)
}
