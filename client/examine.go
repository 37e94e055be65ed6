package client

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

// An Examination is what a homeserver tells everybody.
type Examination struct {
	Versions []string // of the specification, such as v1.11
	// SlidingSync says that it offers simplified sliding sync (MSC4186).
	SlidingSync bool
	Took        time.Duration
	// Ahead is how far its clock is ahead of this one, to the second; Clock says
	// whether it told.
	Ahead time.Duration
	Clock bool
}

// Examine asks the account's homeserver what it is and what time it has. The
// session is not used.
func (a *Account) Examine(ctx context.Context) (Examination, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, discoverTimeout, errTimeout)
	defer cancel()
	where := strings.TrimRight(a.session.Homeserver, "/") + "/_matrix/client/versions"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, where, nil)
	if err != nil {
		return Examination{}, err
	}
	begun := a.opt.Now()
	res, err := (&http.Client{Transport: a.opt.Transport}).Do(req)
	if err != nil {
		return Examination{}, &UnreachableError{Server: req.URL.Host, Err: plain(ctx, err)}
	}
	defer res.Body.Close()
	now := a.opt.Now()
	out := Examination{Took: now.Sub(begun)}
	if date, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		// It was written somewhere between the two.
		out.Ahead, out.Clock = date.Sub(begun.Add(out.Took/2)).Round(time.Second), true
	}
	var reply struct {
		Versions []string        `json:"versions"`
		Unstable map[string]bool `json:"unstable_features"`
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxWellKnown+1))
	if err != nil {
		return out, &UnreachableError{Server: req.URL.Host, Err: plain(ctx, err)}
	}
	if len(data) > maxWellKnown || json.Unmarshal(data, &reply) != nil || len(reply.Versions) == 0 {
		return out, &ServerError{Server: req.URL.Host, Status: res.StatusCode, Message: errNotMatrix.Error()}
	}
	out.Versions = reply.Versions
	out.SlidingSync = reply.Unstable["org.matrix.simplified_msc3575"]
	return out, nil
}

// WhoAmI asks the homeserver whose session this is. One that is over is a
// [SignedOutError].
func (a *Account) WhoAmI(ctx context.Context) (id.UserID, error) {
	var reply struct {
		UserID id.UserID `json:"user_id"`
	}
	err := a.get(ctx, path{"v3", "account", "whoami"}, nil, &reply)
	return reply.UserID, err
}

// A Limit is how often the servers take invites, as far as sending has met it.
type Limit struct {
	What     string // "mails" or "invites to Matrix IDs"
	Burst    int    // at once after a rest
	Interval time.Duration
}

// Limits returns the limits that sending has met.
func (a *Account) Limits(ctx context.Context) ([]Limit, error) {
	if a.opt.Store == nil {
		return nil, nil
	}
	p, err := a.loadPaces(ctx)
	if err != nil {
		return nil, err
	}
	met := []Limit{{"mails", p.Mail.Burst, p.Mail.Interval}, {"invites to Matrix IDs", p.User.Burst, p.User.Interval}}
	return slices.DeleteFunc(met, func(l Limit) bool { return l.Interval == 0 }), nil
}

// CheckIdentityServer makes sure that the account's identity server answers,
// knows the account and has its terms accepted.
func (a *Account) CheckIdentityServer(ctx context.Context) error {
	_, err := a.signedInServer(ctx)
	return err
}
