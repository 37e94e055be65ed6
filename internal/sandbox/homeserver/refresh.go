package homeserver

import (
	"net/http"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
)

// refresh refreshes the access tokens that the homeserver itself issued:
// https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3refresh.
func (h *Homeserver) refresh(c *request) (any, error) {
	body, err := c.Object(false)
	if err != nil {
		return nil, err
	}
	v, given := body["refresh_token"]
	token, ok := v.(string)
	switch {
	case !given:
		return nil, api.MissingParam("Missing params: ['refresh_token']")
	case !ok:
		return nil, api.InvalidParam("Invalid param: refresh_token")
	case h.Ways.NoRefresh:
		return nil, api.Fail(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request")
	}
	t := h.RefreshTokens[token]
	switch {
	case t == nil || t.Grant.Client != "" || t.Grant.Ended:
		return nil, api.Fail(http.StatusUnauthorized, "M_UNKNOWN_TOKEN", "refresh token does not exist")
	case t.Spent():
		return nil, api.Forbidden("refresh token isn't valid anymore")
	}
	p := h.Renew(t)
	return object{
		"access_token": p.Access.Token, "refresh_token": p.Refresh.Token,
		"expires_in_ms": p.Lifetime(h.Now()).Milliseconds(),
	}, nil
}
