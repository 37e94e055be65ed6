package mail

import (
	_ "embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
)

//go:embed templates/invite.txt
var defaultText string

//go:embed templates/invite.html
var defaultHTML string

// Templates are the user's templates for mails; an empty one is not set. If only Text is
// set, mails have no HTML part.
type Templates struct {
	Text string // in the syntax of text/template; it may define the template "subject"
	HTML string // in the syntax of html/template
}

const subjectTemplate = "subject"

// templates are parsed templates. html is nil for mails without an HTML part.
type templates struct {
	text *texttemplate.Template
	html *htmltemplate.Template
}

// parseTemplates parses the user's templates, and tries them with an example.
func parseTemplates(t Templates) (templates, error) {
	standard, err := texttemplate.New("text").Parse(defaultText)
	if err != nil {
		return templates{}, err
	}
	p := templates{text: standard}
	if t.Text != "" {
		// A template without a subject keeps that of the default.
		if p.text, err = standard.New("text").Parse(t.Text); err != nil {
			return templates{}, fmt.Errorf("the text template: %w", err)
		}
		if parse.IsEmptyTree(p.text.Root) {
			return templates{}, errors.New("the text template is empty")
		}
	}
	html := t.HTML
	if t.Text == "" && html == "" {
		html = defaultHTML
	}
	if html != "" {
		if p.html, err = htmltemplate.New("HTML").Parse(html); err != nil {
			return templates{}, fmt.Errorf("the HTML template: %w", err)
		}
	}
	for _, link := range []string{"mxinvite://accept/#/room/x", "https://invite.example.org/#/room/x"} {
		_, _, _, err := p.execute(Invite{
			Address: "grace@example.org", Name: "Grace", Inviter: "@ada:example.org", InviterName: "Ada", Room: "Compilers", Link: link,
		})
		if err != nil {
			return templates{}, err
		}
	}
	return p, nil
}

// execute returns the subject and the bodies of a mail.
func (p templates) execute(i Invite) (subject, text, html string, err error) {
	var b strings.Builder
	if err := p.text.ExecuteTemplate(&b, subjectTemplate, i); err != nil {
		return "", "", "", fmt.Errorf("the subject in the text template: %w", err)
	}
	subject = b.String()
	b.Reset()
	if err := p.text.Execute(&b, i); err != nil {
		return "", "", "", fmt.Errorf("the text template: %w", err)
	}
	text = strings.TrimRight(b.String(), "\n") + "\n"
	if p.html == nil {
		return subject, text, "", nil
	}
	b.Reset()
	if err := p.html.Execute(&b, i); err != nil {
		return "", "", "", fmt.Errorf("the HTML template: %w", err)
	}
	return subject, text, b.String(), nil
}
