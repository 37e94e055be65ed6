package shell

import (
	"testing"

	"github.com/charmbracelet/colorprofile"

	"github.com/mxinvite/mxinvite/ui/style"
)

func TestBackgroundCanBeForced(t *testing.T) {
	for forced, want := range map[style.Background]style.Background{"auto": style.LightBackground, style.DarkBackground: style.DarkBackground, style.LightBackground: style.LightBackground} {
		sh := New(t.Context(), Options{Display: Display{Background: forced}}, Pages{})
		sh.terminal = style.Terminal{Background: style.LightBackground, Profile: colorprofile.TrueColor}
		sh.restyle()
		if got, want := sh.Styles.Accent, style.New("", style.Terminal{Background: want, Profile: colorprofile.TrueColor}).Accent; got.GetForeground() != want.GetForeground() {
			t.Errorf("%s: %v, want %v", forced, got.GetForeground(), want.GetForeground())
		}
	}
}
