package sandbox

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

// Simulate plays the invitees until ctx ends: every invite that is mailed meanwhile is accepted after about the given
// time: first the invitee confirms the address, a moment later they join. An account is invented for every address that
// has none. Addresses of [World.KeepSilent] do nothing. It returns once nothing of it runs any more, and panics if one of them did.
func (w *World) Simulate(ctx context.Context, after time.Duration) {
	var people sync.WaitGroup
	panicked := make(chan any, 1)
	defer func() {
		people.Wait()
		select {
		case r := <-panicked:
			panic(r)
		default:
		}
	}()
	before, _ := w.MailsSince(0)
	seen := len(before)
	for {
		mails, news := w.MailsSince(seen)
		seen += len(mails)
		for _, m := range mails {
			if m.Token != "" && !w.silent(m.To) {
				people.Go(func() {
					defer caught(panicked)
					w.take(ctx, m, after)
				})
			}
		}
		select {
		case <-news:
		case <-ctx.Done():
			return
		}
	}
}

// KeepSilent has [World.Simulate] leave the invites to an address unanswered.
func (w *World) KeepSilent(address string) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	w.silentAddresses[threepid.Fold(address)] = true
}

func (w *World) silent(address string) bool {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return w.silentAddresses[threepid.Fold(address)]
}

// caught is deferred to keep the first panic for somebody else.
func caught(first chan<- any) {
	if r := recover(); r != nil {
		select {
		case first <- r:
		default:
		}
	}
}

// take is one invitee. Whatever stands in their way, a revocation for one, they give up.
func (w *World) take(ctx context.Context, m Mail, after time.Duration) {
	if network.Wait(ctx, after) != nil {
		return
	}
	person := w.inventUser(m.To)
	if err := w.BindContext(ctx, m.To, person); err != nil {
		return
	}
	if network.Wait(ctx, after/2) != nil {
		return
	}
	_ = w.Join(m.RoomID, person)
}

// inventUser returns the user that an address is bound to, or a new user named after the address.
func (w *World) inventUser(address string) string {
	if id := w.UserOf(address); id != "" {
		return id
	}
	local, _, _ := strings.Cut(address, "@")
	local = strings.Map(func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789._-", r) {
			return r
		}
		return '-'
	}, strings.ToLower(local))
	return w.AddNewUser(local, title(local))
}

// title makes a display name of a local part.
func title(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == '_' || r == '-' })
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}
