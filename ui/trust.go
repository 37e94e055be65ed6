package ui

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// keysMsg reports that the state of a key has changed.
type keysMsg struct{}

// trustedMsg reports to every screen that the user has trusted a host.
type trustedMsg struct{}

// keyBatchDelay is the least time for which results of key checks are collected before the
// screen shows them. With many invites it is longer, so that the screen spends at most a
// tenth of its time on it.
const keyBatchDelay = 100 * time.Millisecond

// check checks the keys of the invites whose last check is long ago. It reports each
// result as it arrives.
func (h *homePage) check() tea.Cmd {
	account, sh := h.sh.Account, h.sh
	return shell.Ask(h.ctx, h, func(ctx context.Context) tea.Msg {
		account.CheckKeys(ctx, sh.KeysChanged.Send)
		return nil
	})
}

// waitForKeys waits for a result of a key check.
func (h *homePage) waitForKeys() tea.Cmd {
	changed, delay := h.sh.KeysChanged, max(keyBatchDelay, 10*h.refreshTook)
	return shell.Ask(h.ctx, h, func(ctx context.Context) tea.Msg {
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
		select {
		case <-time.After(delay):
		case <-ctx.Done():
		}
		return keysMsg{}
	})
}

// confirmTrust asks the user before the program contacts a host that the sender of an
// invite chose.
func confirmTrust(sh *shell.Shell, i invite.Invite) tea.Cmd {
	hosts := sh.Account.Untrusted(i)
	if refused := sh.Account.Refusals(i); len(hosts) == 0 && len(refused) > 0 {
		sh.ShowError(refused[0])
		return nil
	}
	if len(hosts) == 0 {
		sh.ShowSuccess("All hosts of this invite's keys are already trusted.")
		return nil
	}
	names := strings.Join(hosts, " and ")
	return sh.OpenCard(shell.NewConfirm(sh, "Check keys at "+names+"?",
		"The sender of the invite chose this host. It learns your network address, and that you check the invite.",
		func() tea.Cmd { return trustHosts(sh, hosts) }))
}

func trustHosts(sh *shell.Shell, hosts []string) tea.Cmd {
	for _, host := range hosts {
		sh.Account.Trust(host)
	}
	told := func() tea.Msg { return trustedMsg{} }
	remember := sh.Options.Trust
	if remember == nil {
		return told
	}
	return tea.Batch(told, func() tea.Msg {
		var errs []error
		for _, host := range hosts {
			errs = append(errs, remember(host))
		}
		return shell.StoredMsg{Err: errors.Join(errs...)}
	})
}

// copyToken copies an invite's token to the clipboard of the terminal.
func copyToken(sh *shell.Shell, i invite.Invite) tea.Cmd {
	if strings.ContainsFunc(i.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		// The user may paste it into a shell.
		sh.Notice = shell.Notice{Text: "Not copied: the token contains characters that identity servers do not use.", Bad: true}
		return nil
	}
	return sh.Copy(i.Token, "Copied the token.")
}

// copyLink copies a link to the event to the clipboard of the terminal
// (https://spec.matrix.org/v1.19/appendices/#matrixto-navigation).
func copyLink(sh *shell.Shell, i invite.Invite) tea.Cmd {
	link := "https://matrix.to/#/" + url.PathEscape(string(i.RoomID)) + "/" + url.PathEscape(string(i.EventID))
	if server := sh.Account.UserID().Homeserver(); server != "" {
		link += "?via=" + url.QueryEscape(server)
	}
	return sh.Copy(link, "Copied a link to the event.")
}
