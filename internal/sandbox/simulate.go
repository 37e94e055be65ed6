package sandbox

import (
	"context"
	"strings"
	"sync"
	"time"
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
	seen := w.mailCount()
	for {
		mails, news := w.mailsSince(seen)
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
	w.mu.Lock()
	defer w.mu.Unlock()
	w.is.silent[fold(address)] = true
}

func (w *World) silent(address string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.is.silent[fold(address)]
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

func (w *World) mailCount() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.is.mailbox)
}

func (w *World) mailsSince(n int) ([]Mail, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Mail(nil), w.is.mailbox[n:]...), w.news()
}

// take is one invitee. Whatever stands in their way, a revocation for one, they give up.
func (w *World) take(ctx context.Context, m Mail, after time.Duration) {
	if wait(ctx, after) != nil {
		return
	}
	person := w.inventUser(m.To)
	if _, err := w.is.addBinding(ctx, foldFor("email", m.To), person); err != nil {
		return
	}
	if wait(ctx, after/2) != nil {
		return
	}
	_ = w.Join(m.RoomID, person)
}

// inventUser returns who has an address, or a new account named after it.
func (w *World) inventUser(address string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if id, ok := w.is.bound[foldFor("email", address)]; ok {
		return id
	}
	local, _, _ := strings.Cut(address, "@")
	local = strings.Map(func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789._-", r) {
			return r
		}
		return '-'
	}, strings.ToLower(local))
	name := local
	for n := uint64(2); w.hs.users["@"+name+":"+w.opts.Domain] != nil; n++ {
		name = local + uintString(n)
	}
	id := "@" + name + ":" + w.opts.Domain
	w.hs.users[id] = &user{id: id, displayName: title(local), data: map[dataKey]accountDatum{}}
	return id
}

// title makes a display name of a local part.
func title(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == '_' || r == '-' })
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}
