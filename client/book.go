package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// An addressBook has the addresses of the invites that this program sent, and the
// private keys of those that it issued itself. The room state has only shortened
// addresses.
type addressBook struct {
	mu        sync.RWMutex
	addresses map[bookEntry]bookRecord
}

// A bookRecord is what is known of an invite that this program sent.
type bookRecord struct {
	address threepid.ID // zero if the invite is for a label
	label   string
	key     string // private key, if the account issued the invite itself
	signed  signedLink
	mailed  bool // the account mailed the link, or was to do so
}

type bookEntry struct {
	room  id.RoomID
	token string
}

func newAddressBook() *addressBook {
	return &addressBook{addresses: map[bookEntry]bookRecord{}}
}

func (b *addressBook) add(room id.RoomID, token string, r bookRecord) {
	if token == "" || r.address.Address == "" && r.key == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.addresses[bookEntry{room, token}] = r
}

func (b *addressBook) address(room id.RoomID, token string) (threepid.ID, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	r := b.addresses[bookEntry{room, token}]
	return r.address, r.address.Address != ""
}

func (b *addressBook) record(room id.RoomID, token string) bookRecord {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.addresses[bookEntry{room, token}]
}

func (b *addressBook) all() []threepid.ID {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var all []threepid.ID
	for _, r := range b.addresses {
		if r.address.Address != "" {
			all = append(all, r.address)
		}
	}
	slices.SortFunc(all, func(x, y threepid.ID) int { return cmp.Compare(x.Address, y.Address) })
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
		if r, ok := a.data.decryptAddress(sealed); ok {
			a.book.add(sealed.Room, sealed.Token, r)
		}
	}
	entries, err := a.opt.Store.Outbox(ctx, a.storeKey())
	if err != nil {
		return err
	}
	for _, e := range entries {
		a.bookEntry(a.data.decrypt(e))
	}
	return nil
}

// ErrNoLink says that the link of an invite cannot be shown: another program or an
// identity server issued the invite, or its key was not stored.
var ErrNoLink = errors.New("its link is not known: this program did not make it, or its key was not stored")

// IssuedByOwnKey reports whether this program issued an invite itself, without an
// identity server, so that [Account.Link] returns its link.
func (a *Account) IssuedByOwnKey(room id.RoomID, token string) bool {
	return a.book.record(room, token).key != ""
}

// LabelOf returns the label of a link; empty if the invite is for an address.
func (a *Account) LabelOf(room id.RoomID, token string) string {
	return a.book.record(room, token).label
}

// InviteeOf returns the address of an invite that this program sent, or the label of its
// link; zero if neither is known.
func (a *Account) InviteeOf(i invite.Invite) recipients.Invitee {
	r := a.book.record(i.RoomID, i.Token)
	if r.address.Address == "" {
		return recipients.Invitee{Label: r.label}
	}
	return recipients.Invitee{Address: r.address}
}

// FindRoutes reads the members of a room, once, so that links to it name several servers
// to join through. Syncs do not have all members. If they cannot be read, the links name
// the server of the sender.
func (a *Account) FindRoutes(ctx context.Context, room id.RoomID) {
	if _, known := a.routes.Load(room); known {
		return
	}
	var members struct {
		Joined map[id.UserID]json.RawMessage `json:"joined"`
	}
	var acl link.ACL
	err := a.hs.Get(ctx, session.Path{"v3", "rooms", room, "joined_members"}, nil, &members)
	if err == nil {
		err = a.hs.Get(ctx, session.Path{"v3", "rooms", room, "state", "m.room.server_acl", ""}, nil, &acl)
	}
	if err != nil && !HasCode(err, "M_NOT_FOUND") {
		clear(members.Joined)
	}
	a.routes.Store(room, link.Routes(a.session.UserID, slices.Collect(maps.Keys(members.Joined)), a.rooms.Powers(room), acl))
}

// Link returns the link of an invite that this program issued itself. The link is a
// secret. The servers to join through are those of [Account.FindRoutes], or that of the
// sender.
func (a *Account) Link(room id.RoomID, token string) (link.Link, error) {
	return a.linkOf(room, token, a.book.record(room, token))
}

func (a *Account) linkOf(room id.RoomID, token string, r bookRecord) (link.Link, error) {
	if r.key == "" {
		return link.Link{}, ErrNoLink
	}
	me := a.session.UserID
	via := []string{me.Homeserver()}
	if found, known := a.routes.Load(room); known {
		via = found.([]string)
	}
	l := link.Link{RoomID: room, Via: via, Sender: me, Token: token, Email: r.address.Address}
	if in, err := a.Room(room); err == nil && in.Name != string(room) {
		l.RoomName = in.Name
	}
	if r.signed.Server != "" {
		l.SetCapsule(r.signed.Server, r.signed.Capsule)
		return l, nil
	}
	return l, l.SetPrivateKey(r.key)
}

// bookEntry adds an entry of the outbox to the address book in memory. The token of an
// invite that the account issues itself is known before it is sent.
func (a *Account) bookEntry(e envelope) {
	a.book.add(e.Room, cmp.Or(e.Token, e.payload.Token), e.payload.record())
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
