package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/mail"
)

// MailPassword is the name of the password for the mail server in the vault.
const MailPassword = "mail"

// maxTemplate limits the size of a template, in bytes.
const maxTemplate = 256 << 10

var (
	errMailVisitor = errors.New("visitors of this server cannot use its mail program")
	errNoMailSet   = errors.New("the settings mail.from and mail.command or mail.smtp are not set")
)

// mailer returns the mailer of the settings, or why there is none.
func (p *Program) mailer() (client.Mailer, error) {
	m, err := p.MailSetup()
	if err != nil {
		return nil, err
	}
	return m, nil
}

// MailSetup returns the mailer of the settings, or why the settings are not complete. It
// sends nothing.
func (p *Program) MailSetup() (mail.Mailer, error) {
	s := &p.Settings
	switch {
	case p.Guest != nil:
		return mail.Mailer{}, errMailVisitor
	case !p.MailSet():
		return mail.Mailer{}, errNoMailSet
	case s.MailFrom == "":
		return mail.Mailer{}, errors.New("the setting mail.from is missing")
	case len(s.MailCommand) > 0 && s.MailSMTP != "":
		return mail.Mailer{}, errors.New("the settings mail.command and mail.smtp are both set")
	case len(s.MailCommand) == 0 && s.MailSMTP == "":
		return mail.Mailer{}, errors.New("the setting mail.command or mail.smtp is missing")
	}
	var t mail.Templates
	var err error
	if t.Text, err = readTemplate("mail.text_template", s.MailText); err != nil {
		return mail.Mailer{}, err
	}
	if t.HTML, err = readTemplate("mail.html_template", s.MailHTML); err != nil {
		return mail.Mailer{}, err
	}
	w, err := mail.NewWriter(s.MailFrom, t, p.Now)
	if err != nil {
		return mail.Mailer{}, err
	}
	if s.MailSMTP == "" {
		return mail.Mailer{Writer: w, Sender: mail.Command{Argv: s.MailCommand, Env: p.Env}}, nil
	}
	server, err := mail.ParseServer(s.MailSMTP)
	if err != nil {
		return mail.Mailer{}, fmt.Errorf("the setting mail.smtp: %w", err)
	}
	return mail.Mailer{Writer: w, Sender: &mail.SMTP{Server: server, Password: p.mailPassword}}, nil
}

// MailSet reports whether one of the mail settings is set.
func (p *Program) MailSet() bool {
	s := &p.Settings
	return s.MailFrom != "" || len(s.MailCommand) > 0 || s.MailSMTP != ""
}

func readTemplate(name, path string) (string, error) {
	if path == "" {
		return "", nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxTemplate+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", name, err)
	case len(data) > maxTemplate:
		return "", fmt.Errorf("%s: %s is longer than %d KiB", name, path, maxTemplate>>10)
	case strings.TrimSpace(string(data)) == "":
		return "", fmt.Errorf("%s: %s is empty", name, path)
	}
	return string(data), nil
}

// mailPassword returns the password for the mail server from the vault.
func (p *Program) mailPassword(ctx context.Context) (string, error) {
	kept, err := p.Sessions()
	if err != nil {
		return "", err
	}
	password, err := kept.Vault.LoadSecret(ctx, MailPassword)
	if errors.Is(err, fs.ErrNotExist) {
		return "", errNoMailPassword
	}
	return string(password), err
}

var errNoMailPassword = errors.New("the vault has no password for it; to store one, run: mxinvite vault password " + MailPassword)

// CheckMail returns an error if the program of the mail settings does not exist, or if a
// password is missing. It neither unlocks the vault nor sends anything.
func (p *Program) CheckMail(m mail.Mailer) error {
	switch sender := m.Sender.(type) {
	case mail.Command:
		if _, err := exec.LookPath(sender.Argv[0]); err != nil {
			return fmt.Errorf("the program of mail.command: %w", err)
		}
	case *mail.SMTP:
		if sender.Server.User == "" {
			return nil
		}
		names, err := p.Passwords()
		if err != nil {
			return err
		}
		for _, name := range names {
			if name == MailPassword {
				return nil
			}
		}
		return fmt.Errorf("%s: %w", sender.Server, errNoMailPassword)
	}
	return nil
}

// Passwords lists the names of the passwords in the vault. It asks for no passphrase.
func (p *Program) Passwords() ([]string, error) {
	_, v, err := p.AnyVault()
	if err != nil {
		return nil, err
	}
	return v.Secrets()
}
