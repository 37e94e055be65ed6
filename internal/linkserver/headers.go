package linkserver

import (
	"net/http"
	"strings"
)

// guard sets the headers of all responses, and refuses connections that do not come
// through a proxy.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		// Only files of this server, and no script or style in the page itself: a name in a
		// link cannot add one.
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if strings.HasPrefix(s.opt.PublicURL, "https:") {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if peer := peerOf(r); s.opt.OnlyProxies && !s.isProxy(peer) && !peer.IsLoopback() {
			s.refuse(w, r, refusal{status: http.StatusForbidden, code: "M_FORBIDDEN", text: "This server is reached through " + s.opt.PublicURL + " only."})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// maxBody is the maximum size of a request, in bytes. A user may paste a whole mail.
const maxBody = 64 << 10

// allowAllOrigins lets web clients on other hosts read a response
// (https://spec.matrix.org/v1.19/identity-service-api/#web-browser-clients).
func allowAllOrigins(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept, Authorization")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

func preflight(w http.ResponseWriter, _ *http.Request) {
	allowAllOrigins(w)
	w.WriteHeader(http.StatusNoContent)
}
