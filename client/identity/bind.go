package identity

import (
	"context"
	"net/http"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// A Validation is a validation session of an e-mail address
// (https://spec.matrix.org/v1.19/identity-service-api/#establishing-associations).
type Validation struct {
	Session string `json:"sid"`
	Secret  string `json:"client_secret"`
}

// MailCode starts a validation session: the server mails a code to the address. The
// caller chooses the client secret, 1 to 255 letters and digits; later requests of
// the session need it.
func (s *Server) MailCode(ctx context.Context, t threepid.ID, secret string) (Validation, error) {
	body := struct {
		Secret  string `json:"client_secret"`
		Email   string `json:"email"`
		Attempt int    `json:"send_attempt"`
	}{secret, t.Address, 1}
	v := Validation{Secret: secret}
	err := s.call(ctx, http.MethodPost, "/validate/email/requestToken", body, &v)
	v.Secret = secret
	return v, err
}

// SubmitCode submits the code that was mailed. It also recognizes the refusal of
// Sydent, which has the status 200.
func (s *Server) SubmitCode(ctx context.Context, v Validation, code string) error {
	body := struct {
		Validation
		Token string `json:"token"`
	}{v, code}
	var reply struct {
		Success bool   `json:"success"`
		Code    string `json:"errcode"`
		Message string `json:"error"`
	}
	err := s.call(ctx, http.MethodPost, "/validate/email/submitToken", body, &reply)
	if err == nil && !reply.Success {
		err = &Error{jsonhttp.ServerError{Server: s.Name(), Status: http.StatusOK, Code: reply.Code, Message: reply.Message}}
	}
	return err
}

// Bind publishes that a validated address belongs to the user. The server then
// notifies the user's homeserver of the pending invites for that address, and
// deletes them.
func (s *Server) Bind(ctx context.Context, v Validation, user id.UserID) error {
	body := struct {
		Validation
		MXID id.UserID `json:"mxid"`
	}{v, user}
	return s.call(ctx, http.MethodPost, "/3pid/bind", body, nil)
}
