package sandbox

import (
	"strings"
)

// The addresses with an outcome of their own. They are inventions of the demo.
const (
	demoSilent  = "emily@amherst.example"
	demoRefused = "spam@blocked.example"
)

// A DemoAddress is one that an invite may be sent to in the demo, or several with commas between.
type DemoAddress struct{ Address, Outcome string }

// List reports whether it is more than one.
func (a DemoAddress) List() bool { return strings.Contains(a.Address, ",") }

// DemoAddresses are addresses that lead to different outcomes. Every other address is mailed and accepts.
func DemoAddresses() []DemoAddress {
	return []DemoAddress{
		{"edith@clarke.example", "is mailed, and accepts soon"},
		{"rob@bell.example", "is on Matrix: no mail needed"},
		{demoSilent, "is mailed, and never accepts"},
		{demoRefused, "the homeserver refuses it"},
		{
			"ida@rhodes.example, kay@mauchly.example, betty@holberton.example, ruth@teitelbaum.example, " +
				"marlyn@meltzer.example, fran@bilas.example, jean@bartik.example, joan@clarke.example",
			"are eight: three have to wait",
		},
	}
}

// LimitDemo sets the limit of e-mail invites that a stock Synapse has, but [DemoSpeed] times as fast.
func (w *World) LimitDemo() {
	w.LimitInvites(DemoSpeed*StockInvitesPerSecond, StockInviteBurst)
}

// DemoSpeed is how many times as fast as a stock Synapse the homeserver of the demo accepts e-mail invites again after
// the first five: one in 20 seconds instead of 400. No real server does this: the demo is made to be tried in minutes.
const DemoSpeed = 20
