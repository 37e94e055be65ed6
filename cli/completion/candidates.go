package completion

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/duration"
)

// offlineAccount returns the chosen account with what the local store knows, or nil. It
// does not open the vault, because the names of the accounts are stored outside of
// it.
func (c *Completer) offlineAccount(ctx context.Context) *client.Account {
	kept, err := c.Sessions()
	if err != nil {
		return nil
	}
	name, err := kept.Choose(c.Settings.Account)
	if err != nil {
		return nil
	}
	opt := c.ClientOptions()
	if opt.Store = c.OpenStore(ctx); opt.Store == nil {
		return nil
	}
	account, err := client.Resume(opt, client.Session{Homeserver: name.Homeserver, UserID: id.UserID(name.UserID)})
	if err != nil || account.Restore(ctx) != nil {
		return nil
	}
	return account
}

// rooms returns the rooms that the account has joined.
func (c *Completer) rooms(ctx context.Context, _ []string, typed string) []candidate {
	return roomsFor(c.offlineAccount(ctx), typed, func(client.Room) bool { return true })
}

// roomsFor returns candidates for the typed prefix. A room is offered by its name
// if the name is unique and needs no quotes, otherwise by its alias or ID.
func roomsFor(account *client.Account, typed string, fits func(client.Room) bool) []candidate {
	if account == nil {
		return nil
	}
	called := map[string]map[id.RoomID]bool{}
	for _, r := range account.Rooms() {
		for _, name := range shortNames(r) {
			name = strings.ToLower(name)
			if called[name] == nil {
				called[name] = map[id.RoomID]bool{}
			}
			called[name][r.ID] = true
		}
	}
	var all []candidate
	for _, r := range account.Rooms() {
		if !fits(r) {
			continue
		}
		for _, name := range append(shortNames(r), string(r.Alias), string(r.ID)) {
			if strings.HasPrefix(name, typed) && safeInShells(name) && len(called[strings.ToLower(name)]) <= 1 {
				all = append(all, candidate{name, r.Name})
				break
			}
		}
	}
	return all
}

// shortNames returns the names of a room other than its alias and ID.
func shortNames(r client.Room) []string {
	return []string{strings.TrimPrefix(r.Label(), "#"), r.Name}
}

// roomAndTokens completes a room and then up to most tokens of its invites, or any
// number if most is -1.
func (c *Completer) roomAndTokens(most int, fits func(invite.Invite) bool) candidates {
	return func(ctx context.Context, args []string, typed string) []candidate {
		account := c.offlineAccount(ctx)
		switch {
		case account == nil || most >= 0 && len(args) > most:
			return nil
		case len(args) == 0:
			return roomsFor(account, typed, func(r client.Room) bool { return slices.ContainsFunc(account.Invites(r.ID), fits) })
		}
		room, err := account.FindRoom(args[0])
		if err != nil {
			return nil
		}
		invites := account.Invites(room.ID)
		short := out.ShortTokens(invites)
		var all []candidate
		for _, i := range invites {
			token := short[out.TokenKey{Room: room.ID, Token: i.Token}]
			if !strings.HasPrefix(token, typed) {
				token = i.Token
			}
			if fits(i) {
				all = append(all, candidate{token, fmt.Sprintf("%s, %s, %s", out.NameCell(i).Shown, i.Status, duration.Age(c.Now(), i.SentAt))})
			}
		}
		return all
	}
}

// roomAndAddresses completes a room to which the account may invite, and then
// addresses.
func (c *Completer) roomAndAddresses(ctx context.Context, args []string, typed string) []candidate {
	if len(args) > 0 {
		return c.addresses(ctx, args, typed)
	}
	return roomsFor(c.offlineAccount(ctx), typed, client.Room.MayInvite)
}

// addresses returns contacts and, if the vault opens without a passphrase, the
// people who were invited before.
func (c *Completer) addresses(ctx context.Context, _ []string, typed string) []candidate {
	found, _ := c.CompleteContact(ctx, typed) // a shell cannot show an error
	var all []candidate
	for _, f := range found {
		all = append(all, candidate{f.Address, f.Name})
	}
	return all
}

// users returns the accounts with a stored session.
func (c *Completer) users(context.Context, []string, string) []candidate {
	kept, err := c.Sessions()
	if err != nil {
		return nil
	}
	names, _ := kept.Vault.Accounts()
	var all []candidate
	for _, n := range names {
		all = append(all, candidate{n.UserID, n.Homeserver})
	}
	return all
}

// senders returns the senders of the known invites.
func (c *Completer) senders(ctx context.Context, _ []string, _ string) []candidate {
	all := []candidate{{word: "me"}}
	account := c.offlineAccount(ctx)
	if account == nil {
		return all
	}
	var users []string
	for _, i := range account.Invites() {
		users = append(users, string(i.Sender))
	}
	slices.Sort(users)
	for _, u := range slices.Compact(users) {
		all = append(all, candidate{word: u})
	}
	return all
}

func (c *Completer) trustedHosts(context.Context, []string, string) []candidate {
	home, err := c.Home()
	if err != nil {
		return nil
	}
	trusted, err := host.LoadTrusted(home)
	if err != nil {
		return nil
	}
	var all []candidate
	for host, may := range trusted.Hosts {
		all = append(all, candidate{host, strings.TrimSpace(may.Words())})
	}
	return all
}

// items returns the numbers of the outbox items in the given states.
func (c *Completer) items(to ...client.ItemState) candidates {
	return func(ctx context.Context, _ []string, _ string) []candidate {
		account := c.offlineAccount(ctx)
		if account == nil {
			return nil
		}
		outbox, err := account.Outbox(ctx)
		if err != nil {
			return nil
		}
		var all []candidate
		for _, i := range outbox.Items {
			if slices.Contains(to, i.State) {
				room, _ := account.Room(i.Room) // the account may have left the room
				all = append(all, candidate{strconv.FormatInt(i.Number, 10), string(i.State) + " for " + out.ItemRoom(room, i)})
			}
		}
		return all
	}
}
