package signin

// The pages to sign in have fields of a line each, and a line that is typed ahead
// answers one.

// TypesAhead reports that Enter ends the field.
func (*ServerPage) TypesAhead() bool { return true }

// TypesAhead reports that Enter ends the field.
func (*SecretPage) TypesAhead() bool { return true }

// TypesAhead reports that Enter ends the field.
func (*PassphrasePage) TypesAhead() bool { return true }

// TypesAhead reports that Enter ends the field.
func (*UnlockPage) TypesAhead() bool { return true }
