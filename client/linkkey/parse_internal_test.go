package linkkey

import "testing"

// FuzzParseCapsule parses texts that were decrypted, which only the owner of the key can
// write.
func FuzzParseCapsule(f *testing.F) {
	f.Add(append(make([]byte, 32), "\x00\x01\x02!r\x02@a\x00"...))
	f.Fuzz(func(t *testing.T, plain []byte) {
		c, err := parseCapsule(plain)
		if err != nil {
			return
		}
		var k Key
		again, err := k.Open("t", k.Seal("t", c))
		if len(c.RoomName) <= MaxName && (err != nil || again != c) {
			t.Errorf("%v: %v, %v", c, again, err)
		}
	})
}
