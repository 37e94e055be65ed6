package out

import (
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/internal/duration"
)

// AgeCell returns the cell of an age. Scripts get the time.
func AgeCell(now, t time.Time) Cell {
	spoken := strings.TrimPrefix(duration.Ago(now, t), "just ") // follows words such as sent and since
	return Cell{Shown: duration.Age(now, t), Exact: Timestamp(t), Spoken: spoken}
}
