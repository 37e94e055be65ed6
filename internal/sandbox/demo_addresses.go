package sandbox

import (
	"strings"
)

// The addresses with a special outcome.
const (
	demoSilent  = "emily@amherst.example"
	demoRefused = "spam@blocked.example"
)

// A DemoAddress is an address to invite in the demo, or several separated by commas, and the outcome.
type DemoAddress struct{ Address, Outcome string }

// List reports whether a has more than one address.
func (a DemoAddress) List() bool { return strings.Contains(a.Address, ",") }

// DemoAddresses returns addresses with different outcomes. For every other address, an e-mail is sent
// and the invite is accepted.
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

// LimitDemo limits invites by e-mail like a stock Synapse, but [DemoSpeed] times as fast.
func (w *World) LimitDemo() {
	w.LimitInvites(DemoSpeed*StockInvitesPerSecond, StockInviteBurst)
}

// DemoSpeed is how many times faster than a stock Synapse the demo allows invites by e-mail: after the first five, one
// every 20 seconds instead of every 400.
const DemoSpeed = 20
