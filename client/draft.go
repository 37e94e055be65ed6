package client

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/mxinvite/mxinvite/internal/seal"
)

const noteDraft = "draft"

// KeepDraft keeps, sealed, what somebody has typed and not sent; an empty one
// forgets it. A connection that is lost takes nothing of it along.
func (a *Account) KeepDraft(ctx context.Context, texts []string) error {
	if a.opt.Store == nil {
		return nil
	}
	var sealed []byte
	if len(texts) > 0 {
		plain, _ := json.Marshal(texts) // of strings: cannot fail
		sealed = a.session.DataKey.Derive("mxinvite draft").Seal(noteDraft, plain)
	}
	return a.opt.Store.SetNote(ctx, a.storeKey(), noteDraft, sealed)
}

// Draft returns what was kept. One that was sealed in a session that is lost is
// none.
func (a *Account) Draft(ctx context.Context) (texts []string, err error) {
	if a.opt.Store == nil {
		return nil, nil
	}
	sealed, err := a.opt.Store.Note(ctx, a.storeKey(), noteDraft)
	if err != nil || len(sealed) == 0 {
		return nil, err
	}
	plain, err := a.session.DataKey.Derive("mxinvite draft").Open(noteDraft, sealed)
	if errors.Is(err, seal.ErrSealed) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(plain, &texts)
	}
	return texts, err
}
