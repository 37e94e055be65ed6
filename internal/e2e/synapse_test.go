//go:build e2e

package e2e

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// A synapse is a running Synapse. It can be restarted with another limit on invites and
// keeps all users.
type synapse struct {
	*process
	settings homeserverSettings
	cas      *cas
	program  string
	roots    string
}

// homeserverSettings are the values in the configuration file of a homeserver.
type homeserverSettings struct {
	Dir                        string
	ClientPort, FederationPort int
	Certificate, Key           string
	IdentityServer             string // URL
	IdentityServerName         string
	SharedSecret               string // shared secret to register users
	CAS                        string // URL of the identity provider; empty if there is none
	InvitesPerSecond           float64
	InviteBurst                int
}

// A limit is a rate limit of a user for invites by e-mail, or for mails.
type limit struct {
	perSecond float64
	burst     int
}

// unlimited is for all tests without a limit.
var unlimited = limit{perSecond: 1000, burst: 1000}

func newSynapse(dir, installed string, a *authority, is *front) (*synapse, error) {
	s := &synapse{program: filepath.Join(installed, "synapse", "bin", "python"), roots: a.rootFile}
	settings, err := newHomeserverSettings(dir, a, is)
	if err != nil {
		return nil, err
	}
	s.settings = settings
	if s.cas, err = newCAS(); err != nil {
		return nil, err
	}
	s.settings.CAS = s.cas.url()
	key := "ed25519 a_test " + base64.RawStdEncoding.EncodeToString(randomBytes(32)) + "\n"
	return s, os.WriteFile(filepath.Join(dir, "signing.key"), []byte(key), 0o600)
}

func (s *synapse) url() string        { return loopback(s.settings.ClientPort) }
func (s *synapse) serverName() string { return serverName(s.settings.FederationPort) }
func (s *synapse) secret() string     { return s.settings.SharedSecret }

// start starts Synapse with a limit and waits until it responds.
func (s *synapse) start(ctx context.Context, l limit) error {
	s.settings.InvitesPerSecond, s.settings.InviteBurst = l.perSecond, l.burst
	configuration := filepath.Join(s.settings.Dir, "homeserver.yaml")
	if err := fill("homeserver.yaml", configuration, s.settings); err != nil {
		return err
	}
	p, err := start("synapse", s.settings.Dir, []string{"SSL_CERT_FILE=" + s.roots},
		s.program, "-m", "synapse.app.homeserver", "-c", configuration)
	if err != nil {
		return err
	}
	s.process = p
	return p.ready(ctx, answers(s.url()+"/_matrix/client/versions"))
}

// restart restarts Synapse with another limit.
func (s *synapse) restart(l limit) error {
	if err := s.stop(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return s.start(ctx, l)
}

func (s *synapse) resume(ctx context.Context) error {
	return s.start(ctx, limit{s.settings.InvitesPerSecond, s.settings.InviteBurst})
}

// answers returns a function that reports whether a URL responds with 200.
func answers(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return errors.New(response.Status)
		}
		return nil
	}
}
