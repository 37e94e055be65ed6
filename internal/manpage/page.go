// Package manpage writes a manual page in the format of man(7).
package manpage

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A Page is a manual page that is being written. The output depends on the
// input only, not on the machine or the date.
type Page struct {
	b     strings.Builder
	fresh bool // there is no text below the title yet
}

// New returns a page with the name and purpose of a program, and the date of
// the page in the form 2006-01-02.
func New(name, purpose, date string) *Page {
	p := &Page{}
	p.line(`.TH %s 1 %s %s "User Commands"`, strings.ToUpper(name), date, name)
	p.line(".nh\n.ad l") // no hyphenation and no justification
	p.Section("Name")
	p.line(`%s \- %s`, escape(name), prose(strings.ToLower(purpose[:1])+purpose[1:]))
	return p
}

// String returns the source of the page.
func (p *Page) String() string { return p.b.String() }

func (p *Page) line(format string, values ...any) { fmt.Fprintf(&p.b, format+"\n", values...) }

// Section begins a section.
func (p *Page) Section(title string) { p.begin(".SH", strings.ToUpper(title)) }

// Subsection begins a subsection.
func (p *Page) Subsection(title string) { p.begin(".SS", title) }

func (p *Page) begin(macro, title string) {
	p.line("%s %s", macro, title)
	p.fresh = true
}

// paragraph begins a paragraph. The first one after a title needs no empty
// line.
func (p *Page) paragraph() {
	if !p.fresh {
		p.line(".PP")
	}
	p.fresh = false
}

// Usage adds a usage line. Words in capitals are placeholders.
func (p *Page) Usage(name, arguments string) {
	p.paragraph()
	p.line("%s%s", bold(name), form(arguments))
}

// Text adds paragraphs, which are separated by empty lines. An indented
// paragraph is a list of words with their meanings.
func (p *Page) Text(text string) {
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if strings.HasPrefix(paragraph, "  ") {
			p.list(paragraph)
			continue
		}
		p.paragraph()
		p.line("%s", prose(paragraph))
	}
}

func (p *Page) list(text string) {
	for n, line := range strings.Split(text, "\n") {
		word, meaning, _ := strings.Cut(strings.TrimPrefix(line, "  "), " ")
		if word != "" {
			p.line(".TP 12\n%s", bold(word))
		}
		p.line("%s", prose(meaning))
		if n == 0 {
			p.line(".PD 0") // no empty lines between the next ones
		}
	}
	p.line(".PD")
}

// Literal adds lines without filling.
func (p *Page) Literal(text string) {
	if !p.fresh {
		p.line(".sp")
	}
	p.line(".nf")
	for line := range strings.SplitSeq(text, "\n") {
		p.line("%s", escape(strings.TrimPrefix(line, "  ")))
	}
	p.line(".fi")
	p.fresh = false
}

// Item adds a list item with one or several names.
func (p *Page) Item(text string, names ...string) {
	for n, name := range names {
		names[n] = bold(name)
	}
	p.line(".TP 4\n%s\n%s", strings.Join(names, ", "), prose(text))
	p.fresh = false
}

// Command adds the documentation of a command and its subcommands.
func (p *Page) Command(c *cobra.Command) {
	if c.Hidden {
		return
	}
	p.Usage(c.CommandPath(), strings.TrimPrefix(c.Use, c.Name()))
	p.line(".RS 4")
	p.Text(cmp.Or(c.Long, c.Short+"."))
	p.Flags(c.LocalNonPersistentFlags())
	if c.Example != "" {
		p.Text("For example:")
		p.Literal(c.Example)
	}
	p.line(".RE")
	for _, below := range c.Commands() {
		p.Command(below)
	}
}

// Flags adds the documentation of flags.
func (p *Page) Flags(flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	first := true
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		tag := bold("--" + f.Name)
		if f.Shorthand != "" {
			tag = bold("-"+f.Shorthand) + ", " + tag
		}
		if value != "" && value == strings.ToUpper(value) { // not the name of a Go type
			tag += " " + italic(value)
		}
		if f.Value.Type() == "string" && f.DefValue != "" {
			usage += " (default " + f.DefValue + ")"
		}
		p.line(".TP 20\n%s\n%s", tag, prose(usage))
		if first {
			p.line(".PD 0")
			first = false
		}
	})
	p.line(".PD")
}

// SeeAlso adds a list of other pages, such as ssh(1).
func (p *Page) SeeAlso(pages ...string) {
	p.Section("See also")
	for n, page := range pages {
		name, section, _ := strings.Cut(page, "(")
		end := ","
		if n == len(pages)-1 {
			end = ""
		}
		p.line(".BR %s (%s%s", escape(name), section, end)
	}
	p.fresh = false
}
