package homeserver

import (
	"net/http"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
)

// authMetadata serves the metadata of the OAuth server, which Synapse fetches from it:
// https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1auth_metadata.
func (h *Homeserver) authMetadata(c *api.Call) *api.Reply {
	status, metadata, err := h.Ask(c.Context, homeserverName, get, h.AuthServerURL()+"/.well-known/openid-configuration", "", nil)
	if err != nil || status != http.StatusOK {
		return api.Fail(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request").Reply()
	}
	return api.JSON(http.StatusOK, metadata)
}
