package serve

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// Reasons for refusing a connection or session.
const (
	refusedHandshake = "handshake" // no authorized key, or no SSH client
	refusedWaiting   = "waiting"   // too many connections are logging in
	refusedSource    = "source"    // too many of them from one source
	refusedKey       = "key"       // it was removed after the client connected
	refusedFull      = "full"
	refusedPerKey    = "per_key"
	refusedStopping  = "stopping"
)

// metrics are the server's Prometheus metrics.
type metrics struct {
	registry *prometheus.Registry
	now      prometheus.Gauge
	keys     prometheus.Gauge
	reloads  *prometheus.CounterVec // by result
	total    prometheus.Counter
	panics   prometheus.Counter
	evicted  prometheus.Counter
	refused  *prometheus.CounterVec // by reason
	ended    *prometheus.CounterVec // by exit code
	invites  *prometheus.CounterVec // by outcome
}

func newMetrics(memoryUsed func() int64) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		now:      prometheus.NewGauge(prometheus.GaugeOpts{Name: "mxinvite_sessions", Help: "Open sessions of visitors."}),
		keys:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "mxinvite_keys", Help: "Authorized keys."}),
		reloads:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mxinvite_reloads_total", Help: "Attempts to read keys and settings again, by result: ok, failed."}, []string{"result"}),
		total:    prometheus.NewCounter(prometheus.CounterOpts{Name: "mxinvite_sessions_total", Help: "Sessions of visitors since the server started."}),
		panics:   prometheus.NewCounter(prometheus.CounterOpts{Name: "mxinvite_panics_total", Help: "Sessions that ended with an internal error."}),
		evicted:  prometheus.NewCounter(prometheus.CounterOpts{Name: "mxinvite_sessions_evicted_total", Help: "Sessions that were ended because they used too much memory."}),
		refused:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mxinvite_refused_total", Help: "Connections and sessions refused, by reason."}, []string{"reason"}),
		ended:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mxinvite_sessions_ended_total", Help: "Sessions that ended, by exit code."}, []string{"code"}),
		invites:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mxinvite_sends_total", Help: "Invites sent to homeservers, by outcome: sent, refused, limited, failed, uncertain."}, []string{"outcome"}),
	}
	m.registry.MustRegister(m.now, m.keys, m.reloads, m.total, m.panics, m.evicted, m.refused, m.ended, m.invites)
	if memoryUsed != nil {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "mxinvite_memory_used_bytes", Help: "Memory that sessions use for what servers send, as it is counted against the limit."},
			func() float64 { return float64(memoryUsed()) }))
	}
	return m
}

func (m *metrics) begin() {
	m.now.Inc()
	m.total.Inc()
}

func (m *metrics) end(code int) { m.ended.WithLabelValues(strconv.Itoa(code)).Inc() }

// Metrics returns the metrics. They contain no names of visitors or users.
func (s *Server) Metrics() prometheus.Gatherer { return s.metrics.registry }

// Counting returns an [http.RoundTripper] that sends requests through next and
// counts the invites among them for the metrics.
func (s *Server) Counting(next http.RoundTripper) http.RoundTripper {
	return counting{next, s.metrics}
}

type counting struct {
	http.RoundTripper

	metrics *metrics
}

func (c counting) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := c.RoundTripper.RoundTrip(req)
	if isInvite(req) {
		c.metrics.invites.WithLabelValues(outcome(res, err)).Inc()
	}
	return res, err
}

// isInvite reports whether a request invites a user or an address into a room,
// by POST to /invite
// (https://spec.matrix.org/v1.19/client-server-api/#thirdparty_post_matrixclientv3roomsroomidinvite)
// or by Synapse's PUT with a transaction ID.
func isInvite(req *http.Request) bool {
	_, after, ok := strings.Cut(req.URL.EscapedPath(), "/rooms/")
	_, verb, _ := strings.Cut(after, "/")
	return ok && (req.Method == http.MethodPost && verb == "invite" ||
		req.Method == http.MethodPut && strings.HasPrefix(verb, "invite/"))
}

func outcome(res *http.Response, err error) string {
	switch {
	case err != nil:
		return "uncertain"
	case res.StatusCode < 300:
		return "sent"
	case res.StatusCode == http.StatusTooManyRequests:
		return "limited"
	case res.StatusCode < 500:
		return "refused"
	}
	return "failed"
}
