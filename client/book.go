package client

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/internal/threepid"
)

// An addressBook knows whom invites went to that were sent from here. Room state
// only has a name that the identity server has made unreadable.
type addressBook struct {
	mu        sync.RWMutex
	addresses map[bookEntry]threepid.ID
}

type bookEntry struct {
	room  id.RoomID
	token string
}

func newAddressBook() *addressBook {
	return &addressBook{addresses: map[bookEntry]threepid.ID{}}
}

func (b *addressBook) add(room id.RoomID, token string, address threepid.ID) {
	if token == "" || address.Address == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.addresses[bookEntry{room, token}] = address
}

// AddressOf returns the address that an invite went to, if it was sent from here
// and is remembered.
func (a *Account) AddressOf(room id.RoomID, token string) (threepid.ID, bool) {
	a.book.mu.RLock()
	defer a.book.mu.RUnlock()
	address, ok := a.book.addresses[bookEntry{room, token}]
	return address, ok
}

// Addresses lists everybody whom invites went to that are remembered, by address.
func (a *Account) Addresses() []threepid.ID {
	a.book.mu.RLock()
	defer a.book.mu.RUnlock()
	all := slices.SortedFunc(maps.Values(a.book.addresses), func(x, y threepid.ID) int {
		return cmp.Compare(x.Address, y.Address)
	})
	return slices.Compact(all)
}

// bookTokens are the invites of a room that are in the book.
func (a *Account) bookTokens(room id.RoomID) map[string]bool {
	a.book.mu.RLock()
	defer a.book.mu.RUnlock()
	tokens := map[string]bool{}
	for entry := range a.book.addresses {
		if entry.room == room {
			tokens[entry.token] = true
		}
	}
	return tokens
}

// restoreBook reads the address book, and what the outbox still holds.
func (a *Account) restoreBook(ctx context.Context) error {
	book, err := a.opt.Store.Addresses(ctx, a.storeKey())
	if err != nil {
		return err
	}
	for _, sealed := range book {
		if address, ok := a.openAddress(sealed); ok {
			a.book.add(sealed.Room, sealed.Token, address)
		}
	}
	entries, err := a.opt.Store.Outbox(ctx, a.storeKey())
	if err != nil {
		return err
	}
	for _, e := range entries {
		a.book.add(e.Room, e.Token, a.open(e).payload.threePID())
	}
	return nil
}

// Remembered is of how many invites the addresses are kept on the disk, also those
// that were sealed in a session that is lost: what [Account.ForgetAddresses] forgets.
func (a *Account) Remembered(ctx context.Context) (int, error) {
	if a.opt.Store == nil {
		return 0, ErrNoStore
	}
	book, err := a.opt.Store.Addresses(ctx, a.storeKey())
	return len(book), err
}

// ForgetAddresses forgets to whom invites were sent, here and on the disk. What
// is still to be sent stays.
func (a *Account) ForgetAddresses(ctx context.Context) error {
	if a.opt.Store == nil {
		return ErrNoStore
	}
	if err := a.opt.Store.ForgetAddresses(ctx, a.storeKey()); err != nil {
		return err
	}
	a.book.mu.Lock()
	defer a.book.mu.Unlock()
	clear(a.book.addresses)
	return nil
}
