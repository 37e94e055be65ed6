package shell

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/duration"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/style"
	"github.com/mxinvite/mxinvite/wording"
)

// unencrypted is the word in the header for sessions in an unencrypted vault.
const unencrypted = "unencrypted"

// header returns the first line of the screen. If the space is short, it leaves out
// the Matrix ID first, and then the words about the outbox.
func (m *Model) header() string {
	sh, width := m.Shell, m.width
	st := sh.Styles
	left := st.Brand.Render("mxinvite")
	if banner := cmp.Or(sh.Options.Banner, sh.Options.Demo.banner()); banner != "" {
		left += " " + st.Banner.Render(banner)
	}
	if sh.VaultKind == VaultPlain {
		left += " " + st.Warn.Render(unencrypted)
	}
	left += "  " + st.Strong.Render(cells.Cut(sh.stack[sh.page()].Title(), width/2))
	if sh.Account == nil {
		return cells.Pad(left, width)
	}
	user := "   " + st.Faint.Render(cells.Cut(string(sh.Account.UserID()), width/3))
	link := "   " + sh.Connection.view(st, sh.Now(), sh.Account.AsOf(), sh.Options.Location)
	outbox := sh.Sending.headerWords(st)
	looks := []string{user + link + outbox[0]}
	for _, words := range outbox {
		looks = append(looks, link+words)
	}
	right := ""
	for _, right = range looks {
		if cells.Width(left+right)+1 < width-3 {
			break
		}
	}
	return cells.Ends(left, right+" ", width)
}

// headerWords returns the state of the outbox, as a long and a short text; empty if no
// invite is waiting.
func (s *Sending) headerWords(st style.Styles) []string {
	o := s.Outbox
	var long, short, least []string
	add := func(l, m, s string) { long, short, least = append(long, l), append(short, m), append(least, s) }
	if n := s.Waiting(); n > 0 {
		arrow := st.Accent.Render(fmt.Sprintf("↑ %d", n))
		left := s.Next.Left
		switch elsewhere := cells.Cut(s.OtherSender(), phrase.NameWidth); {
		case s.Stalled() && o.Stall.Decision():
			add(arrow+" to send, "+st.Bad.Render("stopped: see the outbox"), arrow+" "+st.Bad.Render("stopped"), st.Bad.Render("! ")+arrow)
		case s.Stalled() && o.Stall.Asked && left != "" && !o.Paused:
			add(arrow+" to send, "+st.Bad.Render("stopped")+", next in "+left, arrow+" "+st.Bad.Render("stopped")+", "+left, st.Bad.Render("! ")+arrow)
		case o.Paused:
			add(arrow+" to send, "+st.Warn.Render("paused"), arrow+" "+st.Warn.Render("paused"), arrow)
		case s.Trouble != nil:
			add(arrow+" to send, "+st.Bad.Render("stopped"), arrow+" "+st.Bad.Render("stopped"), arrow)
		case elsewhere != "":
			add(arrow+st.Faint.Render(" sent by "+elsewhere), arrow+st.Faint.Render(" elsewhere"), arrow)
		case left == "":
			add(arrow+" to send", arrow, arrow)
		default:
			add(arrow+" to send, next in "+left, arrow+", "+left, arrow)
		}
	}
	if n := o.Count(client.ItemUncertain); n > 0 {
		number := st.Warn.Render(fmt.Sprintf("! %d", n))
		add(number+" uncertain", number+" uncertain", number)
	}
	if n := o.Count(client.ItemFailed); n > 0 {
		number := st.Bad.Render(fmt.Sprintf("✗ %d", n))
		add(number+" failed", number+" failed", number)
	}
	if len(long) == 0 {
		return []string{""}
	}
	return []string{"   " + strings.Join(long, "  "), "   " + strings.Join(short, "  "), "  " + strings.Join(least, " ")}
}

// A Connection is the state of the connection to the homeserver.
type Connection struct {
	Up      bool
	Err     error
	RetryAt time.Time
	// Read is how many of the Rooms were read. Both are zero unless the rooms are read
	// for the first time.
	Read, Rooms int
}

func (l Connection) view(st style.Styles, now, asOf time.Time, zone *time.Location) string {
	old := ""
	if !asOf.IsZero() && now.Sub(asOf) > time.Minute {
		old = ", as of " + duration.Ago(now, asOf)
	}
	locked := &client.AccountLockedError{}
	switch {
	case errors.As(l.Err, &locked):
		return st.Bad.Render("○ locked") + st.Faint.Render(old+", again at "+wording.Seconds(l.RetryAt, zone))
	case l.Err != nil:
		return st.Bad.Render("○ offline") + st.Faint.Render(old+", again at "+wording.Seconds(l.RetryAt, zone))
	case l.Rooms > 0:
		return st.Faint.Render("◌ " + l.Progress())
	case l.Up:
		return st.Good.Render("● live")
	default:
		return st.Faint.Render("◌ connecting" + old)
	}
}

// Progress returns how many of the rooms were read.
func (l Connection) Progress() string { return fmt.Sprintf("reading rooms: %d of %d", l.Read, l.Rooms) }
