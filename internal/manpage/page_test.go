package manpage

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestTextIsEscaped(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{escape(`a\b 'c' ~/d-e`), `a\eb \(aqc\(aq \(ti/d\-e`},
		{escape(".TH"), `\&.TH`},
		{prose("an e-mail, --dry-run, and nobody's -"), `an e-mail, \fB\-\-dry\-run\fR, and nobody's \-`},
		{prose("'#ops' at\nhttps://example.org/a-b. Next"), "\\(aq#ops\\(aq at https://example.org/a\\-b.\nNext"},
		{prose(".sp ?"), `\&.sp ?\&`},
		{form(" ROOM TOKEN... | --file FILE"), ` \fIROOM\fR \fITOKEN\fR\&... | \fB\-\-file\fR \fIFILE\fR`},
	} {
		if tt.got != tt.want {
			t.Errorf("got  %s\nwant %s", tt.got, tt.want)
		}
	}
}

func TestHiddenCommandsAndFlagsAreOmitted(t *testing.T) {
	root := &cobra.Command{Use: "post"}
	send := &cobra.Command{Use: "send ADDRESS", Short: "Send a letter", Run: func(*cobra.Command, []string) {}}
	send.Flags().BoolP("fast", "f", false, "by air")
	send.Flags().String("stamp", "red", "with a stamp of `COLOR`")
	send.Flags().Bool("free", false, "without one")
	if err := send.Flags().MarkHidden("free"); err != nil {
		t.Fatal(err)
	}
	root.AddCommand(send, &cobra.Command{Use: "steal", Hidden: true, Run: send.Run})
	p := New("post", "Carry letters", "2026-11-26")
	p.Section("Commands")
	for _, c := range root.Commands() {
		p.Command(c)
	}
	p.SeeAlso("mail(1)", "fmt(1)")
	const want = `.TH POST 1 2026-11-26 post "User Commands"
.nh
.ad l
.SH NAME
post \- carry letters
.SH COMMANDS
\fBpost send\fR \fIADDRESS\fR
.RS 4
.PP
Send a letter.
.TP 20
\fB\-f\fR, \fB\-\-fast\fR
by air
.PD 0
.TP 20
\fB\-\-stamp\fR \fICOLOR\fR
with a stamp of COLOR (default red)
.PD
.RE
.SH SEE ALSO
.BR mail (1),
.BR fmt (1)
`
	if got := p.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if strings.Contains(p.String(), "\n\n") {
		t.Error("an empty line is a request in some readers")
	}
}
