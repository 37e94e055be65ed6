package sandbox

import (
	"bytes"
	"net/http"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
)

// AddHost adds a server that is not of the sandbox to the network, such as a links server. It is called before the first
// request.
func (w *World) AddHost(host string, server http.Handler) {
	w.hosts[host] = &network.Server{Serve: func(c *api.Call) *api.Reply {
		req, err := http.NewRequestWithContext(c.Context, c.Method, c.URL.String(), bytes.NewReader(c.Body))
		if err != nil {
			return &api.Reply{Status: http.StatusBadRequest}
		}
		req.Header = c.Header.Clone()
		req.RemoteAddr = "192.0.2.1:1" // as the servers of the documentation have
		out := &reply{header: http.Header{}, status: http.StatusOK}
		server.ServeHTTP(out, req)
		return &api.Reply{Status: out.status, Header: out.header, Body: out.body.Bytes()}
	}}
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
