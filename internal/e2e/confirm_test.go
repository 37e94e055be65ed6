package e2e

import (
	"net/http"
	"testing"
)

// confirmation is a validation session of a user for an address.
type confirmation struct {
	*person
	Address, Secret, Session string
}

func (p *person) confirm(address string) confirmation {
	p.t.Helper()
	c := confirmation{person: p, Address: address, Secret: "secret-of-" + p.Localpart}
	c.Session = p.mustIdentity(http.MethodPost, "/validate/email/requestToken", object{
		"email": address, "client_secret": c.Secret, "send_attempt": 1,
	})["sid"].(string)
	return c
}

func (c confirmation) submit(token string) answer {
	c.t.Helper()
	return c.askIdentity(http.MethodPost, "/validate/email/submitToken", object{
		"sid": c.Session, "client_secret": c.Secret, "token": token,
	})
}

func (c confirmation) bind(change object) answer {
	c.t.Helper()
	body := object{"sid": c.Session, "client_secret": c.Secret, "mxid": c.ID}
	for name, value := range change {
		body[name] = value
	}
	return c.askIdentity(http.MethodPost, "/3pid/bind", body)
}

func TestAddressMustBeConfirmedBeforeItIsBound(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ada, grace := newPerson(t, w, "ada"), newPerson(t, w, "grace")
		to := address("grace")
		c := grace.confirm(to)
		refused(t, w, "bind at once", c.bind(nil),
			"400 M_SESSION_NOT_VALIDATED: This validation session has not yet been completed")
		wrong := c.submit("guess")
		check(t, w, "a guess", object{"status": wrong.Status, "success": wrong.Body["success"]}, `{"status": 200, "success": false}`)
		mails := w.Mails(t, to, 1)
		check(t, w, "mails", len(mails), `1`)
		check(t, w, "the mailed token", c.submit(mails[0].Token).Body, `{"success": true}`)
		refused(t, w, "bind to another user", c.bind(object{"mxid": ada.ID}), "403 M_UNAUTHORIZED: This user is prohibited from binding to the mxid")
		refused(t, w, "another secret", c.bind(object{"client_secret": "another"}), "404 M_NO_VALID_SESSION: No valid session was found matching that sid and client secret")
		refused(t, w, "another session", c.bind(object{"sid": "4711"}), "404 M_NO_VALID_SESSION: No valid session was found matching that sid and client secret")
		check(t, w, "bind", c.bind(nil).Status, `200`)
	})
}

func TestAddressesThatCannotBeConfirmed(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		grace := newPerson(t, w, "grace")
		try := func(fact string, body object, want string) {
			t.Helper()
			refused(t, w, fact, grace.askIdentity(http.MethodPost, "/validate/email/requestToken", body), want)
		}
		try("no address", object{"email": "Grace <grace@example.test>", "client_secret": "secret", "send_attempt": 1},
			"400 M_INVALID_EMAIL: Invalid email address")
		try("bad secret", object{"email": address("grace"), "client_secret": "not a secret!", "send_attempt": 1},
			"400 M_INVALID_PARAM: Invalid client_secret provided")
		try("nothing", object{}, "400 M_MISSING_PARAMS: Missing parameters: email,client_secret,send_attempt")
	})
}
