package sandbox

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

// Simulate accepts every invite that is mailed, until ctx ends. It binds the address after the given time, to a new user
// if it is not bound yet, and lets the user join after half of that time more. It does not accept invites to addresses of
// [World.KeepSilent]. It returns when all its goroutines have ended, and panics if one of them panicked.
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
					w.accept(ctx, m, after)
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

// KeepSilent makes [World.Simulate] not accept invites to an address.
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

// caught is deferred to send the first panic to a channel.
func caught(first chan<- any) {
	if r := recover(); r != nil {
		select {
		case first <- r:
		default:
		}
	}
}

// accept accepts the invite in a mail. It ends at the first error, for example if the invite was revoked.
func (w *World) accept(ctx context.Context, m Mail, after time.Duration) {
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

// title makes a display name from a local part.
func title(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == '_' || r == '-' })
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}
