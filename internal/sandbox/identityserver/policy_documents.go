package identityserver

import (
	"html"
	"net/http"
	"net/url"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
)

// isDocumentPath reports whether a path is a page at the root of a server, where
// [Demo] has the documents of its terms. No other server has such pages.
func isDocumentPath(u *url.URL) bool {
	return strings.HasSuffix(u.Path, ".html") && strings.LastIndexByte(u.Path, '/') == 0
}

// document is the page of a policy. A real identity server only names its
// documents (https://spec.matrix.org/v1.18/identity-service-api/#get_matrixidentityv2terms)
// and leaves the pages to a web server.
func (s *IdentityServer) document(path string) *api.Reply {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, p := range s.terms.policies {
		for _, d := range p.Languages {
			if u, err := url.Parse(d.URL); err == nil && u.Path == path {
				name := html.EscapeString(d.Name)
				return htmlReply(http.StatusOK, name, name, "Version "+html.EscapeString(p.Version)+
					". This server is a demo: it keeps nothing, and it sends no mail.")
			}
		}
	}
	return noResource()
}
