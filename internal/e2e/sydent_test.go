//go:build e2e

package e2e

import (
	"context"
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A sydent is a running Sydent behind a TLS proxy. It reads its terms at its start
// only, so changing them restarts it. A restart keeps all users.
type sydent struct {
	*process
	front    *front
	program  string
	roots    string
	settings sydentSettings
	invites  bool // Sydent's dictionary of invites is not empty; see forget
}

type sydentSettings struct {
	Dir        string
	ServerName string
	BaseURL    string
	SMTPPort   int
	SigningKey string
	Port       int
	Terms      string // a file; empty for no terms

	MailsPerSecond float64
	MailBurst      int
}

func newSydent(dir, installed string, a *authority, f *front, smtpPort int) (*sydent, error) {
	s := &sydent{
		front: f, program: filepath.Join(installed, "sydent", "bin", "python"), roots: a.rootFile,
		settings: sydentSettings{
			Dir: dir, ServerName: f.name(), BaseURL: f.url(), SMTPPort: smtpPort,
			SigningKey:     base64.RawStdEncoding.EncodeToString(randomBytes(32)),
			MailsPerSecond: unlimited.perSecond, MailBurst: unlimited.burst,
		},
	}
	return s, s.writeTemplates()
}

// writeTemplates writes the templates of Sydent's mails. The Python package has none,
// and those in the repository have vector.im or matrix.org as the host of the signurl.
// These are the ones of vector.im with another host and less text.
func (s *sydent) writeTemplates() error {
	brand := filepath.Join(s.settings.Dir, "templates", "test")
	if err := os.MkdirAll(brand, 0o700); err != nil {
		return err
	}
	signURL := url.QueryEscape(s.settings.BaseURL + "/_matrix/identity/api/v1/sign-ed25519")
	for _, name := range []string{"invite_template.eml.j2", "verification_template.eml.j2"} {
		text, err := configurations.ReadFile("config/" + name)
		if err != nil {
			return err
		}
		own := strings.ReplaceAll(string(text), "SIGNURL", signURL)
		if err := os.WriteFile(filepath.Join(brand, name), []byte(own), 0o600); err != nil {
			return err
		}
	}
	terms, err := configurations.ReadFile("config/terms.yaml")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.settings.Dir, "terms.yaml"), terms, 0o600)
}

// start starts Sydent, with or without terms, and waits until it responds.
func (s *sydent) start(ctx context.Context, terms bool) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	s.settings.Port, s.settings.Terms = port, ""
	if terms {
		s.settings.Terms = filepath.Join(s.settings.Dir, "terms.yaml")
	}
	configuration := filepath.Join(s.settings.Dir, "sydent.conf")
	if err := fill("sydent.conf", configuration, s.settings); err != nil {
		return err
	}
	p, err := start("sydent", s.settings.Dir, []string{"SSL_CERT_FILE=" + s.roots, "SYDENT_CONF=" + configuration},
		s.program, "-m", "sydent.sydent")
	if err != nil {
		return err
	}
	s.process, s.invites = p, false
	s.front.forwardTo(port)
	return p.ready(ctx, answers(loopback(port)+"/_matrix/identity/v2"))
}

func (s *sydent) restart(terms bool) error {
	if err := s.stop(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return s.start(ctx, terms)
}

// limitMails restarts Sydent with another limit on mails.
func (s *sydent) limitMails(l limit) error {
	s.settings.MailsPerSecond, s.settings.MailBurst = l.perSecond, l.burst
	return s.restart(s.settings.Terms != "")
}

// forget restarts Sydent if necessary before an address is bound; invited says whether
// the address was invited since it was last bound. All associations share a dictionary
// with the invites of an association (extra_fields in sydent/threepid): an association
// without invites would get those of the last one that had some, send them to the
// homeserver again and show them in lookups. Only a restart clears the dictionary.
func (s *sydent) forget(invited bool) error {
	if s.invites && !invited {
		if err := s.restart(s.settings.Terms != ""); err != nil {
			return err
		}
	}
	s.invites = invited
	return nil
}
