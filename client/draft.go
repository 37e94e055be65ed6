package client

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/mxinvite/mxinvite/internal/seal"
)

const noteDraft = "draft"

// A Draft is what a user has typed and not sent: each text that was pasted, and
// the one that was typed.
type Draft struct {
	At    time.Time `json:"at"` // when it changed last; zero if that is not known
	Texts []string  `json:"texts"`
}

// UnmarshalJSON also reads the form that drafts had at first: the texts alone.
func (d *Draft) UnmarshalJSON(data []byte) error {
	type current Draft
	if json.Unmarshal(data, &d.Texts) == nil {
		return nil
	}
	return json.Unmarshal(data, (*current)(d))
}

// KeepDraft keeps a draft, sealed; one without texts is forgotten. A connection
// that is lost takes nothing of it along.
func (a *Account) KeepDraft(ctx context.Context, draft Draft) error {
	if a.opt.Store == nil {
		return nil
	}
	var sealed []byte
	if len(draft.Texts) > 0 {
		plain, err := json.Marshal(draft)
		if err != nil { // a clock beyond the year 9999
			return err
		}
		sealed = a.data.draft().Seal(noteDraft, plain)
	}
	return a.opt.Store.SetNote(ctx, a.storeKey(), noteDraft, sealed)
}

// Draft returns what was kept; without texts if nothing was. One that was sealed in
// a session that is lost counts as nothing.
func (a *Account) Draft(ctx context.Context) (draft Draft, err error) {
	if a.opt.Store == nil {
		return draft, nil
	}
	sealed, err := a.opt.Store.Note(ctx, a.storeKey(), noteDraft)
	if err != nil || len(sealed) == 0 {
		return draft, err
	}
	plain, err := a.data.draft().Open(noteDraft, sealed)
	if errors.Is(err, seal.ErrSealed) {
		return draft, nil
	}
	if err == nil {
		err = json.Unmarshal(plain, &draft)
	}
	return draft, err
}
