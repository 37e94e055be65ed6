package linkserver

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A refusal says why a request is not fulfilled.
type refusal struct {
	status int
	code   string // of Matrix, such as M_FORBIDDEN
	title  string // of the page
	text   string // for the user
	wait   time.Duration
}

func (r refusal) Error() string { return r.text }

func errMalformed(why string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "M_INVALID_PARAM", title: "This is not a whole link", text: "The text is not a link of this server: " + why + ". Copy the whole link from the message that you got, and paste it here."}
}

var (
	errUnknownLink = &refusal{
		status: http.StatusNotFound, code: "M_UNRECOGNIZED", title: "This link is not known here",
		text: "The link was made for another server, or a part of it was changed or is missing. Copy it again from the message that you got, or ask the person who sent it for a new one.",
	}
	errOwnKeyLink = &refusal{
		status: http.StatusBadRequest, code: "M_INVALID_PARAM", title: "This link does not need a web page",
		text: "The link was not made for this page. Paste it into mxinvite instead: mxinvite accept",
	}
	errLinkExpired = &refusal{
		status: http.StatusGone, code: "M_FORBIDDEN", title: "This link has expired",
		text: "The sender chose how long it works. Ask the sender for a new one.",
	}
	errLinkUsed = &refusal{
		status: http.StatusGone, code: "M_FORBIDDEN", title: "This link was used already",
		text: "As many people have used it as the sender allowed. If you are one of them, the invite is in your Matrix client. If not, ask the sender for a new link.",
	}
	errNotMatrixID = &refusal{
		status: http.StatusBadRequest, code: "M_INVALID_PARAM", title: "This is not a Matrix ID",
		text: "A Matrix ID has an @, a name, a colon and a server, such as @grace:example.org.",
	}
	errTooBig = &refusal{
		status: http.StatusRequestEntityTooLarge, code: "M_TOO_LARGE", title: "This text is too long", text: "Paste only the link.",
	}
	errOverloaded = &refusal{
		status: http.StatusServiceUnavailable, code: "M_UNKNOWN", title: "The server is busy", text: "Too many people use this server at the moment. Try again in a minute.", wait: time.Minute,
	}
	errInternal = &refusal{
		status: http.StatusInternalServerError, code: "M_UNKNOWN", title: "The server has a problem", text: "The server could not store that the link is used, so it did not use it. Try again later.",
	}
)

func errLimited(wait time.Duration) *refusal {
	return &refusal{
		status: http.StatusTooManyRequests, code: "M_LIMIT_EXCEEDED", title: "Too many requests",
		text: fmt.Sprintf("Try again in %d seconds.", seconds(wait)), wait: wait,
	}
}

func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// refuse writes a refusal, as JSON to a program and as a page to a browser.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, why refusal) {
	if why.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds(why.wait)))
	}
	if !forProgram(r) {
		s.show(w, why.status, "refused", view{Refusal: &refusalView{why.title, why.text}})
		return
	}
	allowAllOrigins(w)
	body := map[string]any{"errcode": why.code, "error": strings.TrimSpace(why.title + ". " + why.text)}
	if why.wait > 0 {
		body["retry_after_ms"] = why.wait.Milliseconds()
	}
	writeJSON(w, why.status, body)
}

// forProgram reports whether a request is to the API.
func forProgram(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/_matrix/") || strings.HasPrefix(r.URL.Path, "/valid/")
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, refusal{status: http.StatusNotFound, code: "M_UNRECOGNIZED", title: "This page does not exist", text: "Open the link that you got, or paste it on the first page."})
}
