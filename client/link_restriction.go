package client

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/client/federation"
)

// A LinkRestrictionKind says which users cannot accept a link. The package wording has a
// text for each.
type LinkRestrictionKind string

// The kinds of restrictions, as seen on real servers (docs/links.md).
const (
	LinkLocalRoom    LinkRestrictionKind = "local-room"  // only users of the sender's homeserver can join the room (m.federate)
	LinkFromDendrite LinkRestrictionKind = "dendrite"    // only users of the sender's homeserver, which is Dendrite, can accept it
	LinkRoomVersion  LinkRestrictionKind = "version-12"  // no users of Dendrite can accept it
	LinkUnsupported  LinkRestrictionKind = "unsupported" // no user can accept it through the sender's homeserver
)

// LinkRestrictionKinds returns all kinds.
func LinkRestrictionKinds() []LinkRestrictionKind {
	return []LinkRestrictionKind{LinkLocalRoom, LinkFromDendrite, LinkRoomVersion, LinkUnsupported}
}

// A LinkRestriction says that some users cannot accept the links to a room.
type LinkRestriction struct {
	Kind     LinkRestrictionKind
	Server   string // the sender's homeserver
	Software string // of that homeserver, if the restriction depends on it
}

// A LinkUnsupportedError says that no user can accept a link through the sender's
// homeserver.
type LinkUnsupportedError struct{ Server, Software string }

func (e *LinkUnsupportedError) Error() string {
	return fmt.Sprintf("%s runs %s, through which links cannot be accepted", e.Server, e.Software)
}

// roomVersionWithoutDendrite is the room version from which on Dendrite cannot be asked
// by another homeserver to invite its user.
const roomVersionWithoutDendrite = 12

// linkRestrictions returns the restrictions of links to a room, if the sender's homeserver
// runs the software.
func (a *Account) linkRestrictions(room Room, software string) []LinkRestriction {
	restriction := func(kind LinkRestrictionKind) []LinkRestriction {
		return []LinkRestriction{{kind, a.session.UserID.Homeserver(), software}}
	}
	version, _ := strconv.Atoi(room.Version)
	switch {
	case slices.Contains([]string{"tuwunel", "continuwuity", "conduwuit"}, software):
		return restriction(LinkUnsupported)
	case room.Local:
		return restriction(LinkLocalRoom)
	case software == "dendrite":
		return restriction(LinkFromDendrite)
	case version >= roomVersionWithoutDendrite || strings.HasPrefix(room.Version, "org.matrix.hydra."):
		return restriction(LinkRoomVersion)
	}
	return nil
}

// addLinkRestrictions adds the restrictions to the plans that make links.
func (a *Account) addLinkRestrictions(ctx context.Context, plans []Plan) {
	isLink := func(p Plan) bool { return p.to().Link }
	if !slices.ContainsFunc(plans, isLink) {
		return
	}
	software := a.homeserverSoftware(ctx)
	for n := range plans {
		if p := &plans[n]; isLink(*p) {
			p.Restrictions = a.linkRestrictions(p.Room, software)
		}
	}
}

// linkUnsupported returns an error if no user can accept the link of the plan.
func (p Plan) linkUnsupported() error {
	for _, r := range p.Restrictions {
		if r.Kind == LinkUnsupported {
			return &LinkUnsupportedError{r.Server, r.Software}
		}
	}
	return nil
}

const (
	// softwareTimeout is how long a plan waits for the software of the homeserver, once.
	softwareTimeout = 5 * time.Second
	// softwareRetry is the time after which a homeserver that did not respond is asked
	// again.
	softwareRetry = 10 * time.Minute
)

// A knownSoftware is the software of a homeserver; name is empty if it did not respond.
type knownSoftware struct {
	name string
	at   time.Time
}

// homeserverSoftware returns the name of the software of the account's homeserver in
// lower case, such as "synapse"; empty if it is not known.
func (a *Account) homeserverSoftware(ctx context.Context) string {
	if a.opt.KeyTransport == nil {
		return ""
	}
	now := a.opt.Now()
	if known := a.software.Load(); known != nil && (known.name != "" || now.Sub(known.at) < softwareRetry) {
		return known.name
	}
	asking, cancel := context.WithTimeout(ctx, softwareTimeout)
	defer cancel()
	var name string
	server, err := federation.Find(asking, a.opt.KeyTransport, a.session.UserID.Homeserver())
	if err == nil {
		name, err = server.Software(asking, a.opt.KeyTransport)
	}
	if err == nil || ctx.Err() == nil {
		a.software.Store(&knownSoftware{strings.ToLower(name), now})
	}
	return strings.ToLower(name)
}
