package host

import "testing"

func TestBrowserOpensOnlyOnTheUsersDisplay(t *testing.T) {
	for _, tc := range []struct {
		goos string
		env  map[string]string
		want bool
	}{
		{"linux", map[string]string{"DISPLAY": ":0"}, true},
		{"linux", map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, true},
		{"linux", nil, false},
		{"linux", map[string]string{"DISPLAY": "localhost:10", "SSH_CONNECTION": "10.0.0.1 22"}, false},
		{"darwin", nil, true},
		{"darwin", map[string]string{"SSH_TTY": "/dev/ttys1"}, false},
		{"windows", nil, true},
	} {
		if got := browser(tc.goos, func(name string) string { return tc.env[name] }) != nil; got != tc.want {
			t.Errorf("%s with %v: %v", tc.goos, tc.env, got)
		}
	}
}

func TestBrowserOpensOnlyWebAddresses(t *testing.T) {
	for _, odd := range []string{"file:///etc/passwd", "javascript:alert(1)", "-h", "--help", "", "https://", "mailto:a@b", "https://u:p@example.org", "/etc/passwd"} {
		if browsable(odd) {
			t.Errorf("%q is opened", odd)
		}
		if err := browser("darwin", func(string) string { return "" })(odd); err == nil {
			t.Errorf("%q is opened", odd)
		}
	}
	if !browsable("https://account.example.org/authorize?x=1") {
		t.Error("a good one is not")
	}
}
