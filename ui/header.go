package ui

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

// unencrypted is the word in the header for sessions in a plain vault.
const unencrypted = "unencrypted"

// header is the line on top of every page. Where there is little room it says
// less: first goes who one is, then the words about the outbox.
func (m *Model) header() string {
	sh, width := m.shell, m.width
	st := sh.styles
	left := st.Brand.Render("mxinvite")
	if banner := cmp.Or(sh.opt.Banner, sh.opt.Rehearsal.banner()); banner != "" {
		left += " " + st.Banner.Render(banner)
	}
	if sh.vaultKind == VaultPlain {
		left += " " + st.Warn.Render(unencrypted)
	}
	left += "  " + st.Strong.Render(cells.Cut(sh.stack[sh.page()].title(), width/2))
	if sh.account == nil {
		return cells.Pad(left, width)
	}
	user := "   " + st.Faint.Render(cells.Cut(string(sh.account.UserID()), width/3))
	link := "   " + sh.link.view(st, sh.now(), sh.account.AsOf(), sh.opt.Location)
	outbox := sh.sending.headerWords(st)
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

// headerWords say how it stands with the outbox, in many words and in fewer;
// empty if nothing is on its way.
func (s *sending) headerWords(st style.Styles) []string {
	o := s.outbox
	var long, short, least []string
	add := func(l, m, s string) { long, short, least = append(long, l), append(short, m), append(least, s) }
	if n := s.waiting(); n > 0 {
		arrow := st.Accent.Render(fmt.Sprintf("↑ %d", n))
		left := s.next.left
		switch elsewhere := cells.Cut(s.elsewhere(), phrase.NameWidth); {
		case o.Paused:
			add(arrow+" to send, "+st.Warn.Render("paused"), arrow+" "+st.Warn.Render("paused"), arrow)
		case s.trouble != nil:
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

// link is the state of the connection to the homeserver.
type link struct {
	up      bool
	err     error
	retryAt time.Time
}

func (l link) view(st style.Styles, now, asOf time.Time, zone *time.Location) string {
	old := ""
	if !asOf.IsZero() && now.Sub(asOf) > time.Minute {
		old = ", as of " + duration.Ago(now, asOf)
	}
	locked := &client.AccountLockedError{}
	switch {
	case errors.As(l.err, &locked):
		return st.Bad.Render("○ locked") + st.Faint.Render(old+", again at "+wording.Seconds(l.retryAt, zone))
	case l.err != nil:
		return st.Bad.Render("○ offline") + st.Faint.Render(old+", again at "+wording.Seconds(l.retryAt, zone))
	case l.up:
		return st.Good.Render("● live")
	default:
		return st.Faint.Render("◌ connecting" + old)
	}
}
