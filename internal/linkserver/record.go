package linkserver

import (
	"net/http"
	"time"
)

// record logs each request, without path and query, which may have secrets: it logs the
// pattern of the path, and a shortened address.
func (s *Server) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.opt.Now()
		out := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(out, r)
		s.metrics.responded(r.Pattern, out.status)
		s.opt.Log.Info("request", "route", r.Pattern, "status", out.status, "from", loggedNetwork(s.sourceOf(r)).String(), "took", s.opt.Now().Sub(began).Round(time.Millisecond))
	})
}

// A recorder is a response writer that records the status.
type recorder struct {
	http.ResponseWriter

	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
