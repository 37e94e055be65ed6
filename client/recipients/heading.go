package recipients

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// columns are the indexes of the columns of a table that are used.
type columns struct {
	addresses   []int // with addresses or Matrix IDs; the preferred column first
	name        int   // -1 if there is no such column, like first and last
	first, last int
}

// Known column headings, in the form that [word] returns.
var (
	addressWords = []string{"email", "courriel", "correo", "epost", "sahkoposti", "почта", "メール", "邮箱", "邮件"}
	notAddress   = []string{"type", "typ", "label", "name", "nom", "nombre", "status", "date", "format", "verified", "count"}
	matrixWords  = []string{"matrix", "matrixid", "matrixuserid", "matrixuser", "matrixname", "matrixhandle", "matrixaddress", "matrixadresse", "matrixkennung", "mxid", "userid"}
	mailWords    = []string{"mail", "mails", "mailaddress", "mailadresse", "internetadresse"}
	placeWords   = []string{"address", "adresse", "direccion", "indirizzo"} // a postal address, unless there is no better column
	nameWords    = []string{"name", "displayname", "fullname", "formattedname", "wholename", "anzeigename", "nom", "nomcomplet", "nombre", "nombrecompleto"}
	firstWords   = []string{"firstname", "givenname", "first", "given", "vorname", "prenom", "forename"}
	lastWords    = []string{"lastname", "surname", "familyname", "last", "family", "nachname", "nomdefamille", "apellido", "apellidos"}
)

// headings reads the first row of a table. It reports false if no column has
// addresses.
func headings(row []string) (columns, bool) {
	c := columns{name: -1, first: -1, last: -1}
	var ids, places []int
	for i, cell := range row {
		if strings.Contains(cell, "@") || len(cell) > maxText {
			return c, false
		}
		w := word(cell)
		switch {
		case slices.Contains(matrixWords, w):
			ids = append(ids, i)
		case slices.Contains(mailWords, w), contains(w, addressWords) && !contains(w, notAddress):
			c.addresses = append(c.addresses, i)
		case slices.Contains(placeWords, w):
			places = append(places, i)
		case c.name < 0 && slices.Contains(nameWords, w):
			c.name = i
		case c.first < 0 && slices.Contains(firstWords, w):
			c.first = i
		case c.last < 0 && slices.Contains(lastWords, w):
			c.last = i
		}
	}
	// German tables have the columns Name and Vorname, Spanish ones Nombre and
	// Apellidos: then name is the last name or the first name.
	switch {
	case c.first >= 0 && c.last < 0:
		c.last, c.name = c.name, -1
	case c.last >= 0 && c.first < 0:
		c.first, c.name = c.name, -1
	}
	c.addresses = slices.Concat(ids, c.addresses, places)
	return c, len(c.addresses) > 0
}

// word returns a heading in lower case, without accents, spaces and punctuation.
func word(heading string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFD.String(heading))
}

func contains(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}
