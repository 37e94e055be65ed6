package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// wideNames are names with characters of unusual or ambiguous width.
func wideNames() []string {
	return []string{
		"東京の部屋", "日本語の名前がとても長いので必ずどこかで切られてしまう部屋です", "x日本語の名前がとても長いので必ずどこかで切られてしまう部屋です", "ｶﾀｶﾅ ﾊﾝｶｸ", "한국어 방", "한국어 방",
		"👩‍👩‍👧‍👦 family", "👍🏽👍🏿 skin", "🏳️‍🌈 flag of flags", "🇩🇪🇫🇷🇯🇵 flags", "🇩 half a flag", "1️⃣ keycap", "☎️ and ☎", "❤️‍🔥❤",
		"Zoe\u0308 e\u0301\u0301\u0301", "Z̤͔ͧ̑̓ä͖̭̈̇lͮ̒ͫǧ̗͚̚o̙̔ͮ̇͐̇", "नमस्ते दुनिया", "สวัสดีชาวโลก", "தமிழ்", "ကမ္ဘာ",
		"שלום עולם", "مرحبا بالعالم", "ASCII مع العربية 123", "ﷺ ﷽", "𝔉𝔯𝔞𝔨𝔱𝔲𝔯 𒐫", "　　wide　spaces　", "Ａｗｉｄｅ", "·•…—¡¿ß",
	}
}

// Columns begin in the same cell in every row, in every script.
func TestColumnsAlignWhateverTheNames(t *testing.T) {
	t.Parallel()
	for _, terminal := range []termtest.Kind{{}, {Mute: true}} {
		inWorld(t, func(t *testing.T, n *testWorld) {
			for at, name := range wideNames() {
				room := n.CreateRoom(n.ada, sandbox.RoomOptions{Name: name, Preset: "private_chat"})
				key := map[string]any{"display_name": name, "public_key": n.PublicKey(), "key_validity_url": "https://id.example.org/_matrix/identity/v2/pubkey/isvalid"}
				if _, err := n.PlantState(room, n.ada, invite.TypeThirdPartyInvite, fmt.Sprint("token", at), key); err != nil {
					t.Fatal(err)
				}
			}
			account := n.account(t)
			var m *shell.Model
			term := terminal.Run(t, 120, 60, func(ctx context.Context) tea.Model {
				m = New(ctx, shell.Options{Client: n.options(), Account: account})
				return m
			})
			term.Wait(time.Second)
			check := func(columns ...string) {
				t.Helper()
				for _, size := range sizes() {
					term.Resize(size[0], size[1])
					fits(t, term, m)
					aligned(t, term, columns)
				}
			}
			check("ROOM", "STATUS", "SENT")
			term.Press("r")
			check("PENDING", "LOOK")
			term.Press("esc")
			for range wideNames() {
				term.Press("enter") // with the details of each
				fits(t, term, m)
				term.Press("esc", "down")
			}
			term.Press("i", "shift+tab", "ctrl+u")
			check()
			term.Press("tab", "ctrl+u")
			term.Send("東京@navy.example, 👩‍👩‍👧@bell.example, zoë@kernel.example, שלום@person.example\r")
			sendIt(term)
			term.Wait(time.Second)
			term.Press("o")
			check("ROOM", "STATE", "SINCE")
		})
	}
}

// aligned fails unless each column begins below its name in all rows and does not
// overlap the next one. Columns of ages and numbers end below their names.
func aligned(t *testing.T, term *termtest.Terminal, columns []string) {
	t.Helper()
	for _, column := range columns {
		x, y := find(t, term, column)
		beside := x - 1
		if slices.Contains([]string{"SENT", "SINCE", "PENDING", "LOOK"}, column) {
			x += len(column) - 1
			beside = x + 1
		}
		rows := 0
		_, height := term.Size()
		for row := y + 1; row < height-1 && strings.TrimSpace(term.Cell(x, row).Content) != ""; row++ {
			if next := term.Cell(beside, row); strings.TrimSpace(next.Content) != "" || next.Width == 0 {
				t.Errorf("%s is not below its name in line %d:\n%s", column, row, term.Screen())
			}
			rows++
		}
		if rows < 3 {
			t.Errorf("%d rows below %s:\n%s", rows, column, term.Screen())
		}
	}
}
