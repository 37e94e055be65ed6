package sandbox

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

func TestDemoAddressesHaveTheOutcomesTheyName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := Demo(Options{Seed: 7, Now: time.Now})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.Simulate(ctx, 20*time.Second)
		}()
		synctest.Wait()
		ada := signInToDemo(t, w)
		ada.register()
		ada.ask("POST", "terms", object{"user_accepts": []string{
			"https://id.example.org/privacy-1.2-en.html", "https://id.example.org/terms-2.0-en.html",
		}}).ok(t)
		room := ada.roomOf("compilers")
		membership := map[string]string{} // a minute later, or the answer's error
		for _, a := range DemoAddresses() {
			for _, address := range strings.Split(a.Address, ", ") {
				answer := ada.hs("POST", "rooms/"+room+"/invite", object{
					"id_server": "id.example.org", "id_access_token": ada.is, "medium": "email", "address": address,
				})
				membership[address] = signedjson.String(answer.body["errcode"])
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		for address, refused := range membership {
			want, code := "join", ""
			switch address {
			case "rob@bell.example":
				want = "invite"
			case demoSilent:
				want = ""
			case demoRefused:
				want, code = "", "M_FORBIDDEN"
			}
			if got := w.Membership(room, w.UserOf(address)); got != want || refused != code {
				t.Errorf("%s is %q (%s), not %q", address, got, refused, want)
			}
		}
		if n := len(w.Mails(demoSilent)); n != 1 {
			t.Errorf("%d mails to the one who never accepts", n)
		}
		cancel()
		<-done
	})
}
