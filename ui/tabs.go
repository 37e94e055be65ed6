package ui

import (
	"slices"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A tab is which invites are shown: of one status, those that need a look, or all.
type tab struct {
	status invite.Status
	look   bool
}

func (t tab) shows(r *row) bool {
	return (t.status == "" || t.status == r.invite.Status) && (!t.look || r.needsLook())
}

// tabs are the choices that there is anything to see of.
func (h *home) tabs() []tab {
	tabs := []tab{{}}
	for _, st := range invite.Statuses() {
		if h.counts[st] > 0 || h.tab.status == st {
			tabs = append(tabs, tab{status: st})
		}
	}
	if h.look > 0 || h.tab.look {
		tabs = append(tabs, tab{look: true})
	}
	return tabs
}

// step shows the next tab.
func (h *home) step(by int) {
	tabs := h.tabs()
	h.tab = tabs[(slices.Index(tabs, h.tab)+by+len(tabs))%len(tabs)]
	h.arrange()
}
