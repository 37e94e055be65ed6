package homeserver

// loginFlows returns the ways to sign in without OAuth. With OAuth the Matrix Authentication Service answers.
func (h *Homeserver) loginFlows(*request) (any, error) {
	flows := []object{}
	if len(h.Ways.SSO) > 0 || h.Ways.OAuth {
		providers := []object{}
		for _, p := range h.Ways.SSO {
			o := object{"id": p.ID, "name": p.Name}
			if p.Brand != "" {
				o["brand"] = p.Brand
			}
			providers = append(providers, o)
		}
		sso := object{"type": "m.login.sso", "identity_providers": providers}
		if h.Ways.OAuth {
			sso["oauth_aware_preferred"] = true
			sso["org.matrix.msc3824.delegated_oidc_compatibility"] = true
		}
		flows = append(flows, sso, object{"type": "m.login.token"})
	}
	if h.Ways.Password {
		flows = append(flows, object{"type": "m.login.password"})
	}
	if !h.Ways.OAuth {
		flows = append(flows, object{"type": "m.login.application_service"})
	}
	return object{"flows": flows}, nil
}
