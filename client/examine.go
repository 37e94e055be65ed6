package client

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
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
	begun := a.opt.Now()
	res, err := jsonhttp.Do(ctx, a.opt.Transport, publicDocument(a.url(path{"versions"}, nil)))
	if err != nil {
		return Examination{}, err
	}
	out := Examination{Took: a.opt.Now().Sub(begun)}
	if date, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		// It was written somewhere between the two.
		out.Ahead, out.Clock = date.Sub(begun.Add(out.Took/2)).Round(time.Second), true
	}
	var reply struct {
		Versions []string        `json:"versions"`
		Unstable map[string]bool `json:"unstable_features"`
	}
	if json.Unmarshal(res.Body, &reply) != nil || len(reply.Versions) == 0 {
		return out, &ServerError{Server: a.base.Host, Status: res.Status, Message: errNotMatrix.Error()}
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

// CheckIdentityServer makes sure that the account's identity server answers,
// knows the account and has its terms accepted.
func (a *Account) CheckIdentityServer(ctx context.Context) error {
	_, err := a.signedInServer(ctx)
	return err
}
