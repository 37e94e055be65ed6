package linkserver

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the server's Prometheus metrics. They contain no names and no addresses.
type metrics struct {
	registry    *prometheus.Registry
	requests    *prometheus.CounterVec
	signs       *prometheus.CounterVec
	checks      *prometheus.CounterVec
	acceptances *prometheus.CounterVec
}

func newMetrics() *metrics {
	vector := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &metrics{
		registry:    prometheus.NewRegistry(),
		requests:    vector("mxinvite_links_requests_total", "Requests to the links server, by route and HTTP status.", "route", "status"),
		signs:       vector("mxinvite_links_signatures_total", "Requests of Matrix clients for a signature, by HTTP status.", "status"),
		checks:      vector("mxinvite_links_checks_total", "Questions of homeservers about keys, by answer.", "valid"),
		acceptances: vector("mxinvite_links_accepted_total", "Invites that were accepted on the page, by HTTP status.", "status"),
	}
	m.registry.MustRegister(m.requests, m.signs, m.checks, m.acceptances)
	return m
}

func (m *metrics) responded(route string, status int) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
}
func (m *metrics) signed(status int)   { m.signs.WithLabelValues(strconv.Itoa(status)).Inc() }
func (m *metrics) accepted(status int) { m.acceptances.WithLabelValues(strconv.Itoa(status)).Inc() }
func (m *metrics) checked(valid bool)  { m.checks.WithLabelValues(strconv.FormatBool(valid)).Inc() }

// Metrics returns the metrics of the server.
func (s *Server) Metrics() prometheus.Gatherer { return s.metrics.registry }
