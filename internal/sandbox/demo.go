package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// The account of the demo. All users of its homeserver have the same password.
const (
	DemoUser     = "ada"
	DemoPassword = "lovelace"
)

// Demo returns a world with a history: six rooms, 21 users, and invites by e-mail with every status, sent in the months
// before o.Now. Sign in as @ada with the password "lovelace". The identity server has terms that ada has not accepted
// yet, and has grace@navy.example and rob@bell.example bound to users. [DemoAddresses] has the outcomes of invites to
// other addresses. There are no rate limits until [World.LimitDemo] is called.
func Demo(o Options) *World {
	d := &demo{World: New(o), rooms: map[string]string{}}
	d.people()
	d.makeRooms()
	d.compilers()
	d.ops()
	d.kernel()
	d.plan9()
	d.board()
	d.reading()
	d.play()
	d.RefuseAddress(demoRefused)
	d.KeepSilent(demoSilent)
	d.SetTerms(map[string]Policy{
		"privacy_policy":   d.policy("1.2", "Privacy Policy", "privacy-1.2"),
		"terms_of_service": d.policy("2.0", "Terms of Service", "terms-2.0"),
	})
	d.ForgetRequests()
	return d.World
}

// demo collects the steps of the history in any order, and runs them in the order of time.
type demo struct {
	*World
	rooms map[string]string // IDs by alias
	steps []step
}

type step struct {
	ago time.Duration
	do  func() error
}

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

func (d *demo) at(ago time.Duration, do func() error) {
	d.steps = append(d.steps, step{ago, do})
}

// play runs all steps. It panics if a step fails, since that is a mistake in the script.
func (d *demo) play() {
	now := d.Now()
	slices.SortStableFunc(d.steps, func(a, b step) int { return int(b.ago/time.Second) - int(a.ago/time.Second) })
	for i, s := range d.steps {
		d.At(now.Add(-s.ago), func() {
			if err := s.do(); err != nil {
				panic(fmt.Sprintf("sandbox: demo step %d, %s ago: %v", i, s.ago, err))
			}
		})
	}
}

func (d *demo) user(localpart string) string { return "@" + localpart + ":" + d.Domain() }

func (d *demo) policy(version, name, page string) Policy {
	return Policy{Version: version, Languages: map[string]Document{
		"en": {Name: name, URL: d.IdentityServerURL() + "/" + page + "-en.html"},
	}}
}

// An invitation is an invite by e-mail of the history.
type invitation struct {
	d       *demo
	room    string // alias
	address string
	token   string // empty before it was sent
}

// invite sends an invite to an address.
func (d *demo) invite(ago time.Duration, room, sender, address string) *invitation {
	i := &invitation{d: d, room: room, address: address}
	d.at(ago, func() (err error) {
		i.token, err = d.InviteByEmail(d.rooms[room], d.user(sender), address)
		return err
	})
	return i
}

// bound binds the address to the invitee, which makes the invitee an invited member.
func (i *invitation) bound(ago time.Duration, person string) *invitation {
	i.d.at(ago, func() error { return i.d.Bind(i.address, i.d.user(person)) })
	return i
}

// joins lets the invited member join.
func (i *invitation) joins(ago time.Duration, person string) {
	i.d.at(ago, func() error { return i.d.Join(i.d.rooms[i.room], i.d.user(person)) })
}

// clicked lets the invitee join by the link in the mail.
func (i *invitation) clicked(ago time.Duration, person string) *invitation {
	i.d.at(ago, func() error {
		for _, m := range i.d.Mails(i.address) {
			if m.Token == i.token {
				return i.d.AcceptLink(m, i.d.user(person))
			}
		}
		return fmt.Errorf("no mail to %s", i.address)
	})
	return i
}

// leaves lets the invitee leave or decline.
func (i *invitation) leaves(ago time.Duration, person string) {
	i.d.at(ago, func() error { return i.d.Leave(i.d.rooms[i.room], i.d.user(person)) })
}

func (i *invitation) kicked(ago time.Duration, actor, person string) {
	i.d.at(ago, func() error { return i.d.Kick(i.d.rooms[i.room], i.d.user(actor), i.d.user(person)) })
}

func (i *invitation) banned(ago time.Duration, actor, person string) {
	i.d.at(ago, func() error { return i.d.Ban(i.d.rooms[i.room], i.d.user(actor), i.d.user(person)) })
}

// revoked overwrites the invite with empty content.
func (i *invitation) revoked(ago time.Duration, actor string) {
	i.d.at(ago, func() error {
		_, err := i.d.SendState(i.d.rooms[i.room], i.d.user(actor), "m.room.third_party_invite", i.token, object{})
		return err
	})
}

// redacted redacts the invite, which looks like a revoked one.
func (i *invitation) redacted(ago time.Duration, actor string) {
	i.d.at(ago, func() error {
		return i.d.Redact(i.d.rooms[i.room], i.d.user(actor), i.eventID())
	})
}

// replaced lets another member send the same invite again, after which it cannot be accepted: the proof names the first
// sender, the event the second.
func (i *invitation) replaced(ago time.Duration, actor string) {
	i.d.at(ago, func() error {
		_, err := i.d.SendState(i.d.rooms[i.room], i.d.user(actor), "m.room.third_party_invite", i.token, i.content())
		return err
	})
}

func (i *invitation) eventID() string {
	id, _ := i.d.StateEvent(i.d.rooms[i.room], "m.room.third_party_invite", i.token)
	return id
}

func (i *invitation) content() json.RawMessage {
	_, content := i.d.StateEvent(i.d.rooms[i.room], "m.room.third_party_invite", i.token)
	return content
}

// garbage adds an invite that no correct server sends.
func (d *demo) garbage(ago time.Duration, room, sender, token, content string) {
	d.at(ago, func() error {
		_, err := d.PlantState(d.rooms[room], d.user(sender), "m.room.third_party_invite", token, json.RawMessage(content))
		return err
	})
}

func (d *demo) says(ago time.Duration, room, who, text string) {
	d.at(ago, func() error {
		_, err := d.SendMessage(d.rooms[room], d.user(who), text)
		return err
	})
}
