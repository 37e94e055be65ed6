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

// An addressBook has the addresses of the invites that this program sent. The room
// state has only shortened addresses.
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

func (b *addressBook) address(room id.RoomID, token string) (threepid.ID, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	address, ok := b.addresses[bookEntry{room, token}]
	return address, ok
}

func (b *addressBook) all() []threepid.ID {
	b.mu.RLock()
	defer b.mu.RUnlock()
	all := slices.SortedFunc(maps.Values(b.addresses), func(x, y threepid.ID) int {
		return cmp.Compare(x.Address, y.Address)
	})
	return slices.Compact(all)
}

// tokens returns the tokens of the invites of a room in the address book.
func (b *addressBook) tokens(room id.RoomID) map[string]bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	tokens := map[string]bool{}
	for entry := range b.addresses {
		if entry.room == room {
			tokens[entry.token] = true
		}
	}
	return tokens
}

func (b *addressBook) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.addresses)
}

// AddressOf returns the address of an invite, if this program sent it.
func (a *Account) AddressOf(room id.RoomID, token string) (threepid.ID, bool) {
	return a.book.address(room, token)
}

// Addresses returns the addresses that invites were sent to, sorted.
func (a *Account) Addresses() []threepid.ID { return a.book.all() }

// restoreBook reads the stored address book and the addresses in the outbox.
func (a *Account) restoreBook(ctx context.Context) error {
	book, err := a.opt.Store.Addresses(ctx, a.storeKey())
	if err != nil {
		return err
	}
	for _, sealed := range book {
		if address, ok := a.data.decryptAddress(sealed); ok {
			a.book.add(sealed.Room, sealed.Token, address)
		}
	}
	entries, err := a.opt.Store.Outbox(ctx, a.storeKey())
	if err != nil {
		return err
	}
	for _, e := range entries {
		a.book.add(e.Room, e.Token, a.data.decrypt(e).payload.threePID())
	}
	return nil
}

// AddressCount returns the number of stored addresses. It includes addresses whose
// encryption key is lost.
func (a *Account) AddressCount(ctx context.Context) (int, error) {
	if a.opt.Store == nil {
		return 0, ErrNoStore
	}
	book, err := a.opt.Store.Addresses(ctx, a.storeKey())
	return len(book), err
}

// ForgetAddresses deletes the address book in memory and in the store. The outbox is
// kept.
func (a *Account) ForgetAddresses(ctx context.Context) error {
	if a.opt.Store == nil {
		return ErrNoStore
	}
	if err := a.opt.Store.ForgetAddresses(ctx, a.storeKey()); err != nil {
		return err
	}
	a.book.clear()
	return nil
}
