package linkserver

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/client/link"
)

//go:embed page
var pageFiles embed.FS

// parsePages parses the templates, which are part of the program.
func parsePages() *template.Template {
	return template.Must(template.ParseFS(pageFiles, "page/*.html"))
}

// A view is what a page shows. Names were cleaned by [shown].
type view struct {
	Refusal *refusalView
	Link    string // the whole link, for the next step
	Room    string
	RoomID  string
	Sender  string
	Server  string // homeserver of the sender
	Expires string // empty for never
	Left    int    // for how many more users the link works
	User    string
	Problem string // about the field with the Matrix ID
	Command string // to accept the invite with mxinvite
	Element string // URL of Element Web with the invite
}

type refusalView struct{ Title, Text string }

// elementWeb is the public installation of a web client that accepts links with a
// signurl.
const elementWeb = "https://app.element.io"

func (s *Server) viewOf(l link.Link, i invitation, c count) view {
	l.RoomID, l.Sender = i.RoomID, i.Sender
	l.SetCapsule(s.opt.PublicURL, l.PrivateKey())
	v := view{
		Link: l.Format(s.opt.PublicURL), Room: shown(i.RoomName), RoomID: shown(string(i.RoomID)), Sender: shown(string(i.Sender)),
		Server: shown(i.Sender.Homeserver()), Left: c.left(i.Terms), Element: l.FormatAt(elementWeb),
	}
	if !i.Expires.IsZero() {
		v.Expires = i.Expires.UTC().Format("2 January 2006, 15:04 MST")
	}
	v.Command = "mxinvite accept '" + v.Link + "'" // Format encodes quotes
	return v
}

// show writes a page.
func (s *Server) show(w http.ResponseWriter, status int, page string, v view) {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, page+".html", v); err != nil {
		s.opt.Log.Error("a page cannot be written", "page", page, "err", err)
		http.Error(w, errInternal.title, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the browser may be gone
}

// home is the page that a link opens. The server does not get the link, which is in the
// fragment: a script posts it, or the user pastes it.
func (s *Server) home(w http.ResponseWriter, _ *http.Request) {
	s.show(w, http.StatusOK, "home", view{})
}

// openPage shows the invite in a posted link.
func (s *Server) openPage(w http.ResponseWriter, r *http.Request) {
	l, i, why := s.posted(r)
	if why != nil {
		s.refuse(w, r, *why)
		return
	}
	c, why := s.check(r.Context(), i)
	if why != nil {
		s.refuse(w, r, *why)
		return
	}
	s.show(w, http.StatusOK, "invite", s.viewOf(l, i, c))
}

// acceptPage accepts the invite in a posted link for a user.
func (s *Server) acceptPage(w http.ResponseWriter, r *http.Request) {
	l, i, why := s.posted(r)
	if why != nil {
		s.refuse(w, r, *why)
		return
	}
	v := s.viewOf(l, i, count{})
	v.User = shown(strings.TrimSpace(r.PostForm.Get("mxid")))
	user, why := parseUser(r.PostForm.Get("mxid"))
	if why != nil {
		c, gone := s.check(r.Context(), i)
		if gone != nil {
			s.refuse(w, r, *gone)
			return
		}
		v.Left, v.Problem = c.left(i.Terms), why.text
		s.show(w, why.status, "invite", v)
		return
	}
	why = s.bind(r.Context(), i, user)
	if why == nil {
		s.metrics.accepted(http.StatusOK)
		s.show(w, http.StatusOK, "done", v)
		return
	}
	s.metrics.accepted(why.status)
	v.Refusal = &refusalView{why.title, why.text}
	if why.wait > 0 || why.status == http.StatusGone {
		s.refuse(w, r, *why)
		return
	}
	s.show(w, why.status, "failed", v)
}

// posted opens the link in a form.
func (s *Server) posted(r *http.Request) (link.Link, invitation, *refusal) {
	if why := s.limitSource(r); why != nil {
		return link.Link{}, invitation{}, why
	}
	if err := r.ParseForm(); err != nil {
		if isTooBig(err) {
			return link.Link{}, invitation{}, errTooBig
		}
		return link.Link{}, invitation{}, errMalformed("the form cannot be read")
	}
	return s.parse(r.PostForm.Get("link"))
}

// asset returns a handler for a file of the page.
func asset(name, kind string) http.HandlerFunc {
	content, err := pageFiles.ReadFile(name)
	return func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "public, max-age=3600")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	}
}
