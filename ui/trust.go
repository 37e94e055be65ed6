package ui

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/invite"
)

// keysMsg tells that something new is known about a key.
type keysMsg struct{}

// trustedMsg tells every screen that a host may be asked from now on.
type trustedMsg struct{}

// settleKeys is how long answers about keys are gathered before they are shown.
const settleKeys = 100 * time.Millisecond

// check asks about the keys of all invites that are out. Answers show one by
// one, as they come.
func (h *home) check() tea.Cmd {
	account, sh := h.sh.account, h.sh
	return ask(h.ctx, h, func(ctx context.Context) tea.Msg {
		account.CheckKeys(ctx, sh.keysChanged.send)
		return nil
	})
}

// hearOfKeys waits until something new is known about a key.
func (h *home) hearOfKeys() tea.Cmd {
	changed := h.sh.keysChanged
	return ask(h.ctx, h, func(ctx context.Context) tea.Msg {
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
		select {
		case <-time.After(settleKeys):
		case <-ctx.Done():
		}
		return keysMsg{}
	})
}

// confirmTrust asks before a host that a stranger named is talked to.
func confirmTrust(sh *shell, i invite.Invite) tea.Cmd {
	hosts := sh.account.Untrusted(i)
	if refused := sh.account.Refusals(i); len(hosts) == 0 && len(refused) > 0 {
		sh.complain(refused[0])
		return nil
	}
	if len(hosts) == 0 {
		sh.say("All hosts of this invite's keys are already trusted")
		return nil
	}
	names := strings.Join(hosts, " and ")
	return sh.openCard(newConfirm(sh, "Check keys at "+names+"?",
		"The sender of the invite chose this host. It learns your network address, and that you check the invite.",
		func() tea.Cmd { return trustHosts(sh, hosts) }))
}

func trustHosts(sh *shell, hosts []string) tea.Cmd {
	for _, host := range hosts {
		sh.account.Trust(host)
	}
	told := func() tea.Msg { return trustedMsg{} }
	remember := sh.opt.Trust
	if remember == nil {
		return told
	}
	return tea.Batch(told, func() tea.Msg {
		var errs []error
		for _, host := range hosts {
			errs = append(errs, remember(host))
		}
		return notKeptMsg{errors.Join(errs...)}
	})
}

// copyToken puts an invite's token into the clipboard of the terminal.
func copyToken(sh *shell, i invite.Invite) tea.Cmd {
	if strings.ContainsFunc(i.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		// It would be pasted into a shell.
		sh.notice = notice{text: "Not copied: the token contains characters that identity servers do not use.", bad: true}
		return nil
	}
	return sh.copied(i.Token, "Copied the token")
}

// copyLink puts a link to the event into the clipboard of the terminal
// (https://spec.matrix.org/v1.19/appendices/#matrixto-navigation).
func copyLink(sh *shell, i invite.Invite) tea.Cmd {
	link := "https://matrix.to/#/" + url.PathEscape(string(i.RoomID)) + "/" + url.PathEscape(string(i.EventID))
	if server := sh.account.UserID().Homeserver(); server != "" {
		link += "?via=" + url.QueryEscape(server)
	}
	return sh.copied(link, "Copied a link to the event")
}
