package client

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/mxinvite/mxinvite/internal/seal"
)

const noteDraft = "draft"

// A Draft is a list of invitees that the user has not sent yet: the pasted texts and
// the typed text.
type Draft struct {
	At    time.Time `json:"at"` // time of the last change; zero if not known
	Texts []string  `json:"texts"`
	Way   Way       `json:"way,omitempty"` // how the people are invited, if the user has chosen that
}

// UnmarshalJSON also reads the first format of drafts, a list of texts.
func (d *Draft) UnmarshalJSON(data []byte) error {
	type current Draft
	if json.Unmarshal(data, &d.Texts) == nil {
		return nil
	}
	return json.Unmarshal(data, (*current)(d))
}

// SaveDraft encrypts and stores a draft. A draft without texts deletes the stored one.
func (a *Account) SaveDraft(ctx context.Context, draft Draft) error {
	if a.opt.Store == nil {
		return nil
	}
	var sealed []byte
	if len(draft.Texts) > 0 {
		plain, err := json.Marshal(draft)
		if err != nil { // the year of the clock is after 9999
			return err
		}
		sealed = a.data.draft().Seal(noteDraft, plain)
	}
	return a.opt.Store.SetNote(ctx, a.storeKey(), noteDraft, sealed)
}

// Draft returns the stored draft. It has no texts if there is none, or if its
// encryption key is lost.
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
