package homeserver

import (
	"strings"
)

// redact removes the content of a redacted event:
// https://spec.matrix.org/latest/client-server-api/#redactions. The content of an invite by e-mail is removed completely
// in every room version, so a redacted invite looks like a revoked one.
func (r *room) redact(redaction *event) {
	target := r.byID[redaction.redacts]
	if target == nil || target.redactedBy != nil {
		return
	}
	pruned := draft(target.room, target.typ, target.sender, target.stateKey, prune(target, r.version))
	target.content, target.fields = pruned.content, pruned.fields
	target.redactedBy = redaction
}

func prune(e *event, version int) object {
	var keep []string
	switch e.typ {
	case typeMember:
		keep = []string{"membership", "join_authorised_via_users_server"}
	case typeCreate:
		if version >= 11 {
			return e.fields
		}
		keep = []string{"creator"}
	case typeJoinRules:
		keep = []string{"join_rule", "allow"}
	case typePowerLevels:
		keep = strings.Fields("ban events events_default kick redact state_default users users_default")
		if version >= 11 {
			keep = append(keep, "invite")
		}
	case typeVisibility:
		keep = []string{"history_visibility"}
	case typeRedaction:
		if version >= 11 {
			keep = []string{"redacts"}
		}
	}
	kept := object{}
	for _, k := range keep {
		if v, ok := e.fields[k]; ok {
			kept[k] = v
		}
	}
	// https://github.com/matrix-org/matrix-spec-proposals/pull/3821
	if tpi, ok := e.fields["third_party_invite"].(object); ok && e.typ == typeMember && version >= 11 {
		if signed, ok := tpi["signed"]; ok {
			kept["third_party_invite"] = object{"signed": signed}
		}
	}
	return kept
}
