package shell

import (
	"context"
	"maps"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// Settings has the settings that the user can change on the screen.
type Settings struct {
	List []Setting
	// Display returns the display with other values for some settings. It runs on the
	// event loop and does no I/O.
	Display func(values map[string]string) Display
	// Keep stores the value of a setting. It returns a sentence that says where it is
	// stored, or why it is not.
	Keep func(ctx context.Context, name, value string) (string, error)
}

// A Setting is a setting that the user can change on the screen.
type Setting struct {
	Name   string   // name in the settings file
	Doc    string   // sentences about the setting
	Values []string // all allowed values; "true" and "false" for a switch
	Value  string   // current value
	Later  bool     // a change takes effect at the next start
}

// isSwitch reports whether the setting is on or off.
func (s Setting) isSwitch() bool { return slices.Contains(s.Values, "true") }

// title returns the name of the setting for users.
func (s Setting) title() string {
	return strings.ReplaceAll(s.Name[strings.LastIndexByte(s.Name, '.')+1:], "_", " ")
}

// word returns a value as text for users.
func (s Setting) word(value string) string {
	switch {
	case !s.isSwitch():
		return value
	case value == "true":
		return "on"
	}
	return "off"
}

// ChosenSettings returns the values that the user chose on the screen, by the names of
// the settings.
func (m *Model) ChosenSettings() map[string]string { return maps.Clone(m.Shell.chosen) }

// changeableSettings returns the settings that can be changed, with their current
// values.
func changeableSettings(sh *Shell) []Setting {
	if sh.Options.Settings == nil {
		return nil
	}
	all := slices.Clone(sh.Options.Settings.List)
	for n, s := range all {
		if value, ok := sh.chosen[s.Name]; ok {
			all[n].Value = value
		}
	}
	return all
}

// show displays the screen with another value of a setting, as a preview. An empty
// name ends the preview.
func (sh *Shell) show(name, value string) {
	values := maps.Clone(sh.chosen)
	if name != "" {
		values[name] = value
	}
	sh.Options.Display = sh.Options.Settings.Display(values)
	sh.restyle()
}

// change changes a setting and stores it.
func (sh *Shell) change(s Setting, value string) tea.Cmd {
	sh.chosen[s.Name] = value
	sh.show("", "")
	ctx, keep := sh.Ctx, sh.Options.Settings.Keep
	return func() tea.Msg {
		where, err := keep(ctx, s.Name, value)
		return settingKeptMsg{s, value, where, err}
	}
}

// settingKeptMsg is the result of storing a setting.
type settingKeptMsg struct {
	setting Setting
	value   string
	where   string
	err     error
}

func (sh *Shell) settingKept(msg settingKeptMsg) {
	if msg.err != nil {
		sh.ShowError(msg.err)
		return
	}
	s := msg.setting
	when := ""
	if s.Later {
		when = " after the next start"
	}
	sh.ShowSuccess("%s is %s%s. %s", phrase.Capital(s.title()), s.word(msg.value), when, msg.where)
}

// SettingCard is a card to choose the value of a setting. The page behind it shows a
// preview of the value under the cursor.
type SettingCard struct {
	sh      *Shell
	setting Setting
	list    widget.List[string] // the values
}

// newSettingCard returns the card, with the cursor on value or, if the setting has no
// such value, on the current value.
func newSettingCard(sh *Shell, s Setting, at string) func(context.Context) Screen {
	return func(context.Context) Screen {
		c := &SettingCard{sh: sh, setting: s, list: widget.List[string]{Keys: s.Values}}
		c.list.MoveTo(s.Value)
		c.list.MoveTo(at)
		c.preview()
		return c
	}
}

func (c *SettingCard) Init() tea.Cmd { return nil }
func (c *SettingCard) Title() string { return phrase.Capital(c.setting.title()) }

// A previewer is a card with a preview on the page behind it. The page keeps its
// colours.
type previewer interface{ preview() }

func (c *SettingCard) preview() {
	if value, some := c.list.Current(); some {
		c.sh.show(c.setting.Name, value)
	}
}

// closed ends the preview.
func (c *SettingCard) closed() { c.sh.show("", "") }

func (c *SettingCard) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	switch k := c.sh.Keys; {
	case key.Matches(press, k.Submit):
		c.sh.CloseScreen(c)
		return c.sh.change(c.setting, c.list.Keys[c.list.At])
	default:
		c.list.Press(press, k.Keys, len(c.list.Keys))
		c.preview()
	}
	return nil
}

func (c *SettingCard) ShortHelp() []key.Binding {
	k := c.sh.Keys
	return []key.Binding{keymap.As(k.Submit, "save"), k.Up, k.Down, keymap.As(k.Back, "cancel")}
}

func (c *SettingCard) FullHelp() [][]key.Binding {
	return [][]key.Binding{c.ShortHelp(), c.sh.Keys.Moves(true)}
}

func (c *SettingCard) View(width, _ int) (string, *tea.Cursor) {
	st := c.sh.Styles
	width = min(width, 52)
	lines := []string{"", st.Strong.Render(c.Title()), ""}
	for n, value := range c.list.Keys {
		chosen := n == c.list.At
		mark := ""
		if value == c.setting.Value {
			mark = "now"
		}
		line := cells.Ends(st.ForRow(chosen).Name.Render(c.setting.word(value)), st.ForRow(chosen).Faint.Render(mark), width-3)
		lines = append(lines, c.sh.Spot(st.Row(chosen, " ", line, width), func() tea.Cmd { return c.click(n) }))
	}
	return strings.Join(lines, "\n") + "\n\n" + st.Faint.Render(cells.Wrap(c.setting.Doc, width)) + "\n", nil
}

// click previews the clicked value. A click on the value that is already previewed
// stores it.
func (c *SettingCard) click(n int) tea.Cmd {
	if c.list.At == n {
		return c.sh.press(widget.PressOf(widget.ActionOf(c.sh.Keys.Submit)))
	}
	c.list.At = n
	c.preview()
	return nil
}
