package sandbox

import (
	"bytes"
	"net/http"
	"net/url"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
)

// AddHost adds a server that is not of the sandbox to the network, such as a links server.
func (w *World) AddHost(host string, server http.Handler) {
	w.hosts.Store(host, &network.Server{Serve: func(c *api.Call) *api.Reply {
		req, err := http.NewRequestWithContext(c.Context, c.Method, c.URL.String(), bytes.NewReader(c.Body))
		if err != nil {
			return &api.Reply{Status: http.StatusBadRequest}
		}
		req.Header = c.Header.Clone()
		req.RemoteAddr = "192.0.2.1:1" // as the servers of the documentation have
		out := &reply{header: http.Header{}, status: http.StatusOK}
		server.ServeHTTP(out, req)
		return &api.Reply{Status: out.status, Header: out.header, Body: out.body.Bytes()}
	}})
}

// added returns the server that was added for the host of a URL, or nil.
func (w *World) added(u *url.URL) *network.Server {
	s, _ := w.hosts.Load(u.Host)
	added, _ := s.(*network.Server)
	return added
}

// A reply is an [http.ResponseWriter] in memory.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *reply) Header() http.Header         { return r.header }
func (r *reply) WriteHeader(status int)      { r.status = status }
func (r *reply) Write(p []byte) (int, error) { return r.body.Write(p) }
