package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"
	gossh "golang.org/x/crypto/ssh"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/internal/serve"
)

// serveName is the name of the command that handles hangups itself.
const serveName = "serve"

type serveOptions struct {
	*host.Program

	listen         string
	authorizedKeys string
	hostKey        string
	metrics        string
	allowPrivate   bool
	memory         string
	healthcheck    bool
	links          linksFlags
}

func newServe(a *host.Program) *cobra.Command {
	o := serveOptions{Program: a}
	c := &cobra.Command{
		Use:   serveName,
		Short: "Let others use mxinvite over SSH, and serve links for browsers",
		Long: "Serve the screen and the commands over SSH to users with an authorized key. Each\n" +
			"key has its own account and directory. Visitors have no access to files,\n" +
			"programs or network addresses of this machine. SIGHUP reloads the keys and the\n" +
			"settings, and disconnects users whose key was removed. If the keys cannot be\n" +
			"read or there are none, the former keys stay valid; a file without keys on\n" +
			"purpose has the line \"# none\". SIGTERM lets visitors finish their commands.\n\n" +
			"The responses of servers to visitors may use half of the memory that this\n" +
			"process may use, or SIZE. A session that exceeds its share ends.\n\n" +
			"--listen without HOST, such as :2222, means all interfaces. --metrics needs\n" +
			"localhost or a loopback address.\n\n" +
			"--links serves a page and a signing endpoint for the links that mxinvite link\n" +
			"makes, alone or beside SSH: links then open in a browser, can expire, and work\n" +
			"for a limited number of people. It speaks HTTP, for a proxy that adds TLS. See\n" +
			"docs/links.md.\n\n" +
			"--healthcheck starts nothing. It asks the servers that run with the same\n" +
			"--listen and --links on this machine, and fails if one does not answer. It is\n" +
			"for containers and monitoring.",
		Example: "  mxinvite serve --listen :2222 --authorized-keys ~/.ssh/authorized_keys\n" +
			"  ssh -p 2222 host\n" +
			"  ssh -p 2222 host list --json\n" +
			"  mxinvite serve --links 127.0.0.1:8088 --public-url https://invite.example.org",
		Args: fail.Args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return runServe(c, o) },
	}
	f := c.Flags()
	f.StringVar(&o.listen, "listen", ":2222", "listen at `HOST:PORT`")
	f.StringVar(&o.authorizedKeys, "authorized-keys", "", "accept the public keys in `FILE`")
	f.StringVar(&o.hostKey, "host-key", "", "host key `FILE`; created if it does not exist")
	f.StringVar(&o.metrics, "metrics", "", "serve Prometheus metrics at `HOST:PORT`")
	f.BoolVar(&o.allowPrivate, "allow-private", false, "allow servers in private networks")
	f.StringVar(&o.memory, "memory", "", "memory `SIZE` for responses, such as 400MiB")
	f.BoolVar(&o.healthcheck, "healthcheck", false, "check that the running server answers")
	o.links.add(f)
	return c
}

func runServe(c *cobra.Command, o serveOptions) error {
	if o.healthcheck {
		return o.checkHealth(c)
	}
	if err := o.check(c); err != nil {
		return fail.Usage(c, err)
	}
	log := slog.New(slog.NewTextHandler(o.Err, nil))
	if o.TrustWebRoots != nil {
		o.TrustWebRoots()
	}
	var servers []func(context.Context) error
	var metrics prometheus.Gatherers
	if o.links.listen != "" {
		s, listener, err := o.openLinks(c.Context(), log)
		if err != nil {
			return err
		}
		defer s.Close()
		servers = append(servers, func(ctx context.Context) error { return s.Serve(ctx, listener) })
		metrics = append(metrics, s.Metrics())
	}
	if o.authorizedKeys != "" {
		s, listener, err := o.openSSH(c, log)
		if err != nil {
			return err
		}
		servers = append(servers, func(ctx context.Context) error { return s.Serve(ctx, listener) })
		metrics = append(metrics, s.Metrics())
	}
	if err := o.serveMetrics(c.Context(), append(metrics, processMetrics())); err != nil {
		return err
	}
	running, ctx := panicgroup.WithContext(c.Context())
	for _, serve := range servers {
		running.Go(func() error { return serve(ctx) })
	}
	return running.Wait()
}

// check checks the flags.
func (o *serveOptions) check(c *cobra.Command) error {
	if o.authorizedKeys == "" && o.links.listen == "" {
		return errors.New("--authorized-keys or --links is missing")
	}
	for name := range strings.FieldsSeq(onlySSH) {
		if o.authorizedKeys == "" && c.Flags().Changed(name) {
			return fmt.Errorf("--%s is for SSH, and --authorized-keys is missing", name)
		}
	}
	if err := host.CheckHostPort("--listen", o.listen, ":2222"); err != nil {
		return err
	}
	if o.metrics != "" {
		if err := host.CheckLoopback("--metrics", o.metrics, "127.0.0.1:9222"); err != nil {
			return err
		}
	}
	return o.links.check(c, o.Settings)
}

// openSSH opens the SSH server and its listener.
func (o serveOptions) openSSH(c *cobra.Command, log *slog.Logger) (*serve.Server, net.Listener, error) {
	limit, err := o.budget(c)
	if err != nil {
		return nil, nil, err
	}
	home, err := o.Home()
	if err != nil {
		return nil, nil, err
	}
	if o.hostKey == "" {
		o.hostKey = filepath.Join(home.Dir(), "ssh_host_ed25519_key")
	}
	key, fresh, err := serve.HostKey(o.hostKey)
	if err != nil {
		return nil, nil, err
	}
	keys, err := o.readKeys()
	if err != nil {
		return nil, nil, err
	}
	var s *serve.Server
	v := host.Visitors{World: o.World(), Home: home, Transport: host.VisitorTransport(o.allowPrivate), AllowPrivate: o.allowPrivate, Budget: limit}
	s = serve.New(serve.Options{
		HostKey: key, Keys: keys, Limits: o.limits(), Log: log,
		Handle: func(ctx context.Context, visit *serve.Session) int {
			return v.Visit(s, visit, func(w host.World) int { return Run(ctx, w, visit.Args) })
		},
		MemoryUsed: limit.Used,
	})
	listener, err := new(net.ListenConfig).Listen(c.Context(), "tcp", o.listen)
	if err != nil {
		return nil, nil, err
	}
	if fresh {
		o.Note("Created the host key %s", o.hostKey)
	}
	o.Note("Listening on %s for %s. The host key is %s.",
		listener.Addr().String(), out.Count(len(keys), "key"), gossh.FingerprintSHA256(key.PublicKey()))
	go o.reloads(c, s, log)
	return s, listener, nil
}

// readKeys reads the authorized keys and writes a warning for each line that it
// ignores.
func (o serveOptions) readKeys() (serve.Keys, error) {
	keys, warnings, err := serve.ReadKeys(o.authorizedKeys)
	for _, w := range warnings {
		o.Message("%s", w)
	}
	return keys, err
}

func (o serveOptions) limits() serve.Limits {
	return serve.Limits{Sessions: o.Settings.Sessions, PerKey: o.Settings.SessionsPerKey, Idle: o.Settings.Idle}
}

// reloads reads the keys and the settings again at every hangup. If they cannot be
// read, the former ones stay valid.
func (o serveOptions) reloads(c *cobra.Command, s *serve.Server, log *slog.Logger) {
	for {
		select {
		case <-c.Context().Done():
			return
		case <-o.Hangup:
		}
		keys, keysErr := o.readKeys()
		if keysErr != nil {
			log.Error("keys were not reloaded; the former ones stay valid", "err", safetext.Line(keysErr.Error()))
		} else {
			s.SetKeys(keys)
		}
		settingsErr := readSettings(o.Program, c)
		if settingsErr != nil {
			log.Error("settings were not reloaded; the former ones stay valid", "err", safetext.Line(settingsErr.Error()))
		} else {
			s.SetLimits(o.limits())
		}
		err := errors.Join(keysErr, settingsErr)
		if err == nil {
			log.Info("keys and settings were reloaded", "keys", len(keys))
		}
		s.Reloaded(err)
	}
}

// processMetrics returns the metrics of the Go runtime and of the process.
func processMetrics() prometheus.Gatherer {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// serveMetrics serves the metrics in Prometheus' text format at a loopback address, if
// --metrics is set. They contain no names of visitors or users.
func (o serveOptions) serveMetrics(ctx context.Context, all prometheus.Gatherers) error {
	if o.metrics == "" {
		return nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.metrics)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(all, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() { _ = server.Serve(listener) }() // it ends with the context
	o.Note("Serving metrics at http://%s/metrics", listener.Addr().String())
	return nil
}
