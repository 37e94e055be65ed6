package homeserver

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// A filter of /sync: https://spec.matrix.org/latest/client-server-api/#filtering.
type filter struct {
	Room struct {
		Rooms        []string    `json:"rooms"`
		NotRooms     []string    `json:"not_rooms"`
		IncludeLeave bool        `json:"include_leave"`
		State        eventFilter `json:"state"`
		Timeline     eventFilter `json:"timeline"`
		AccountData  eventFilter `json:"account_data"`
	} `json:"room"`
	AccountData eventFilter `json:"account_data"`
	Presence    eventFilter `json:"presence"`
	EventFields []string    `json:"event_fields"`
}

// An eventFilter chooses events. An absent list chooses all, an empty one none.
type eventFilter struct {
	Limit            *json.Number `json:"limit"`
	Types            []string     `json:"types"`
	NotTypes         []string     `json:"not_types"`
	Senders          []string     `json:"senders"`
	NotSenders       []string     `json:"not_senders"`
	Rooms            []string     `json:"rooms"`
	NotRooms         []string     `json:"not_rooms"`
	ContainsURL      *bool        `json:"contains_url"`
	LazyLoadMembers  bool         `json:"lazy_load_members"`
	RedundantMembers bool         `json:"include_redundant_members"`
}

const (
	defaultTimelineLimit = 10
	maxTimelineLimit     = 100 // filter_timeline_limit
)

func (f *eventFilter) limit(otherwise int) int {
	if f.Limit == nil {
		return otherwise
	}
	n, err := strconv.ParseFloat(string(*f.Limit), 64)
	if err != nil {
		return otherwise
	}
	return int(n)
}

// allows reports whether an event with this type, sender, room and content passes the filter.
func (f *eventFilter) allows(typ, sender, room string, content object) bool {
	if !listAllows(f.Types, f.NotTypes, func(p string) bool { return matchType(typ, p) }) ||
		!listAllows(f.Senders, f.NotSenders, func(p string) bool { return p == sender }) ||
		!listAllows(f.Rooms, f.NotRooms, func(p string) bool { return p == room }) {
		return false
	}
	if f.ContainsURL != nil {
		_, has := content["url"].(string)
		return has == *f.ContainsURL
	}
	return true
}

func (f *eventFilter) allowsEvent(e *event) bool { return f.allows(e.typ, e.sender, e.room, e.fields) }

func (f *eventFilter) apply(events []*event) []*event {
	return slices.DeleteFunc(slices.Clone(events), func(e *event) bool { return !f.allowsEvent(e) })
}

// blocksAll reports whether no event can pass the filter.
func (f *eventFilter) blocksAll() bool {
	none := func(list, not []string) bool { return list != nil && len(list) == 0 || slices.Contains(not, "*") }
	return none(f.Types, f.NotTypes) || none(f.Senders, f.NotSenders) || none(f.Rooms, f.NotRooms)
}

func listAllows(list, not []string, match func(string) bool) bool {
	if slices.ContainsFunc(not, match) {
		return false
	}
	return list == nil || slices.ContainsFunc(list, match)
}

func matchType(typ, pattern string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(typ, prefix)
	}
	return typ == pattern
}

// checkFilter refuses a filter that is not valid. Synapse's text is that of its JSON schema checker.
func checkFilter(o object) error {
	var f filter
	if err := json.Unmarshal(signedjson.Encode(o), &f); err != nil {
		return api.BadRequest(err.Error())
	}
	for _, s := range slices.Concat(f.Room.Timeline.Senders, f.Room.State.Senders) {
		if !isUserID(s) {
			return api.BadRequest("'" + s + "' is not a 'matrix_user_id'")
		}
	}
	return nil
}

// filterOf returns the filter of a call to /sync, which is inline or the ID of a stored filter.
func (h *Homeserver) filterOf(c *request) (*filter, error) {
	var f filter
	s := c.Query.Get("filter")
	raw := []byte(s)
	switch {
	case s == "":
		return &f, nil
	case !strings.HasPrefix(s, "{"):
		n, err := strconv.Atoi(s)
		if err != nil {
			return nil, api.InvalidParam("Invalid filter ID")
		}
		if n < 0 || n >= len(c.session.User.Filters) {
			return nil, api.InvalidParam("No such filter")
		}
		raw = signedjson.Encode(c.session.User.Filters[n])
	default:
		v, err := signedjson.Parse(raw)
		o, ok := v.(object)
		if err != nil || !ok {
			return nil, api.Fail(http.StatusBadRequest, "M_NOT_JSON", "Invalid filter JSON")
		}
		if err := checkFilter(o); err != nil {
			return nil, err
		}
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, api.BadRequest(err.Error())
	}
	return &f, nil
}
