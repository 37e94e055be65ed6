package recipients

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A use says what the addresses of a column are for. The lower it is, the better suits
// the column for invites.
type use int

const (
	matrixID  use = iota
	own           // e-mail, primary e-mail, work e-mail
	secondary     // used for a person who has no own address
	postal        // a heading that may mean a postal address
	private       // never mailed unless the user asks for it, like all that follow
	login         // the user principal name: it may have no mailbox
	recovery
	anotherPerson // a manager or an assistant
	noAddresses
)

// Known words of headings, in the form that [word] returns.
var (
	addressWords = []string{
		"email", "courriel", "adresseelectronique", "correo", "correioeletronico", "epost", "eposta", "postaelettronica", "sahkoposti", "correuelectronic", "netfang", "surel",
		"почта", "пошта", "поща", "メール", "邮箱", "邮件", "電郵", "이메일", "메일", "ηλεκτρονικοταχυδρομειο", "ημειλ", "البريد", "ايميل", "דואל", "दमल", "อเมล",
	}
	matrixWords = []string{"matrix", "matrixid", "matrixuserid", "matrixuser", "matrixname", "matrixhandle", "matrixaddress", "matrixadresse", "matrixkennung", "mxid", "userid"}
	mailTokens  = []string{"mail", "mails", "mailadresse", "mailaddress", "mailadress", "internetadresse", "mailbox"}
	placeWords  = []string{"address", "adresse", "direccion", "indirizzo", "endereco", "adres", "adress", "adresa"}
	loginWords  = []string{"userprincipalname", "upn", "principalname", "signinname", "loginname", "username", "login"}
	aliasWords  = []string{"proxyaddresses", "othermailbox", "alias", "aliases"}
	nameWords   = []string{
		"name", "displayname", "fullname", "formattedname", "wholename", "commonname", "cn", "anzeigename", "vollstandigername", "nom", "nomcomplet", "nomaffiche",
		"nombre", "nombrecompleto", "nomecompleto", "naam", "volledigenaam", "namn", "navn", "nimi", "isim", "adsoyad", "имяифамилия", "фио", "名前", "氏名", "姓名", "이름", "성명",
	}
	firstWords = []string{
		"firstname", "givenname", "first", "given", "vorname", "rufname", "prenom", "forename", "voornaam", "fornamn", "fornavn", "etunimi", "imie", "jmeno", "имя",
		"nome", "primernombre", "keresztnev", "prenume", "ad", "adi", "名",
	}
	lastWords = []string{
		"lastname", "surname", "familyname", "last", "family", "sn", "nachname", "familienname", "nomdefamille", "apellido", "apellidos", "cognome", "sobrenome",
		"apelido", "achternaam", "efternamn", "efternavn", "etternavn", "sukunimi", "nazwisko", "prijmeni", "фамилия", "soyad", "soyadi", "vezeteknev", "nume", "姓",
	}
)

// Beginnings of the words in a heading that say what an address is for; with a dot,
// whole words.
var (
	otherStems = []string{
		"manager", "supervis", "superior", "boss", "chef", "vorgesetz", "leiter", "leitung", "teamlead", "responsable", "responsabile", "jefe", "gestor", "gerente", "capo",
		"kierownik", "przelozon", "nadrizen", "yonetici", "esimies", "leidinggevende", "руковод", "менедж", "начальник", "上司", "经理",
		"assist", "asist", "sekret", "secretar", "sponsor", "refer", "parent", "guardian", "eltern", "mother", "father", "spouse", "emergenc", "notfall", "urgence",
		"emergencia", "approver", "creat", "invited", "inviter", "recruit", "advisor", "adviser", "mentor", "buddy", "report", "owner", "agent", "rep.",
		"hrbp", "erstellt", "modified", "updated",
	}
	recoveryStems = []string{
		"recover", "wiederherstell", "recuper", "secours", "herstel", "backup", "reset", "security", "sicherheit", "rescue", "восстанов", "password", "billing", "invoice", "rechnung",
		"factur", "previous", "former", "old.", "fruher", "ancien", "anterior", "unsubscribed", "bounce",
	}
	privateStems = []string{
		"personal", "personnel", "perso.", "privat", "prive", "private", "privad", "home", "casa", "domicile", "particular", "zuhause", "личн", "prywatn", "soukrom", "hem.", "yksity", "个人",
	}
	secondaryStems = []string{"second", "sekund", "zweit", "weiter", "altern", "alt.", "other", "additional", "ander", "autre", "otr", "altr", "outr", "zusatz", "дополн"}
	notAddress     = []string{
		"type", "typ", "label", "name", "nom", "nombre", "nickname", "status", "date", "datum", "format", "verified", "count", "optin", "optout", "consent", "permission", "domain",
		"sent", "opened", "clicked", "subject", "body", "template", "preference", "preferences", "notification", "notifications", "hash", "enabled", "confirmed", "anzeige",
	}
)

// useOf says what the addresses below a heading are for.
func useOf(heading string) use {
	joined, tokens := word(heading), tokensOf(heading)
	is := func(words []string) bool { return slices.Contains(words, joined) }
	begins := func(stems []string) bool {
		return slices.ContainsFunc(tokens, func(t string) bool {
			return slices.ContainsFunc(stems, func(stem string) bool { return strings.HasPrefix(t+".", stem) })
		})
	}
	switch {
	case is(matrixWords):
		return matrixID
	case is(loginWords):
		return login
	case is(placeWords):
		return postal
	case !isMail(joined, tokens) && !is(aliasWords):
		return noAddresses
	case begins(otherStems):
		return anotherPerson
	case begins(recoveryStems):
		return recovery
	case begins(privateStems):
		return private
	case begins(secondaryStems), is(aliasWords), later(tokens):
		return secondary
	}
	return own
}

// isMail reports whether a heading is that of a column of e-mail addresses.
func isMail(joined string, tokens []string) bool {
	if slices.ContainsFunc(tokens, func(t string) bool { return slices.Contains(notAddress, t) }) {
		return false
	}
	return slices.ContainsFunc(tokens, func(t string) bool { return slices.Contains(mailTokens, strings.TrimRight(t, "0123456789")) }) ||
		slices.ContainsFunc(addressWords, func(w string) bool { return strings.Contains(joined, w) })
}

// later reports whether a heading has the number of a second or later address, as in
// E-mail 2 Address.
func later(tokens []string) bool {
	for _, t := range tokens {
		digits := strings.TrimLeftFunc(t, func(r rune) bool { return r < '0' || r > '9' })
		if digits = strings.TrimLeft(digits, "0"); digits != "" && digits != "1" {
			return true
		}
	}
	return false
}

// looksLikeHeading reports whether a cell may be a heading: it is short, and it does
// not contain an address.
func looksLikeHeading(s string) bool {
	return len(s) <= 80 && !holdsAt(s) && !strings.Contains(s, "\n") && len(strings.Fields(s)) <= 8
}

// word returns a heading in lower case, without accents, spaces and punctuation.
func word(heading string) string { return strings.Join(tokensOf(heading), "") }

// tokensOf returns the words of a heading in lower case, without accents and
// punctuation. A capital letter after a small one begins a word. What some exporters add
// to each heading is left out.
func tokensOf(heading string) []string {
	var spaced strings.Builder
	before := ' '
	for _, r := range norm.NFD.String(strings.ReplaceAll(heading, "ł", "l")) {
		switch {
		case unicode.Is(unicode.M, r):
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = ' '
		case unicode.IsUpper(r) && unicode.IsLower(before):
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
		before = r
	}
	return slices.DeleteFunc(strings.Fields(spaced.String()), func(t string) bool { return t == "required" || t == "optional" })
}
