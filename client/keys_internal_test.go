package client

import (
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/keycheck"
)

func TestResultsOfKeysWithoutPendingInviteAreRemoved(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	c := newKeyChecks(Options{Now: func() time.Time { return now }}, nil)
	key := invite.Key{Public: "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE", ValidityURL: "https://id.example.org/isvalid"}
	c.results[question(key)] = keyResult{validity: invite.Valid, at: now}
	c.results[keycheck.Question{URL: key.ValidityURL, PublicKey: "gone"}] = keyResult{validity: invite.Valid, at: now}
	c.due(func(yield func(*invite.Invite, bool) bool) { yield(&invite.Invite{Keys: []invite.Key{key}}, true) })
	if _, ok := c.results[question(key)]; !ok || len(c.results) != 1 {
		t.Errorf("%v", c.results)
	}
}
