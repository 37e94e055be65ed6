package host

import (
	"runtime/debug"
	"time"
)

// While the store is read and the first frame is drawn, nearly all memory stays in use,
// so that garbage collections would take time and find little: a sixth of the start with
// 10,000 invites. With startCollection the first one runs at 32 MB.
const (
	startCollection   = 800 // percent, as for GOGC
	defaultCollection = 100
	startPeriod       = time.Second
)

// delayCollection delays the first garbage collection until the screen is there, unless
// GOGC says when to collect.
func (p *Program) delayCollection() {
	if p.Guest != nil || p.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(startCollection)
	time.AfterFunc(startPeriod, func() { debug.SetGCPercent(defaultCollection) })
}
