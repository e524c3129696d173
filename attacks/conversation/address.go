package conversation

import (
	netmail "net/mail"
	"regexp"
	"strings"
)

var addressParser = netmail.AddressParser{WordDecoder: &wordDecoder}

// parties reads a list of addresses: by RFC 5322 or, if that fails, roughly.
func parties(value string) (all []party) {
	list, err := addressParser.ParseList(value)
	if err != nil {
		list = roughAddresses(value)
	}
	for _, a := range list {
		if p := newParty(a); p.isParty() && !nobody.MatchString(p.key) {
			all = append(all, p)
		}
	}
	return all
}

// nobody matches what some servers make of an empty group: "undisclosed-recipients:;"@example.org.
var nobody = regexp.MustCompile(`^"?(?:undisclosed|unlisted|unspecified)[- ]recipients?\b|:;`)

// newParty returns the person at an address. Who has a name and no address goes by the name.
func newParty(a *netmail.Address) party {
	address := plainAddress(tidyName(a.Address))
	name := tidyName(decodeWords(a.Name))
	if plainAddress(name) == address && strings.Contains(address, "@") {
		name = ""
	}
	if address == "" {
		address = strings.ToLower(name)
	}
	return party{key: address, name: name}
}

// plainAddress returns an address in lower case, without what programs leave around it.
func plainAddress(s string) string {
	s = strings.ToLower(strings.Trim(s, `<>()[]"',;: `))
	for _, scheme := range []string{"mailto:", "smtp:", "nntp:"} {
		s = strings.TrimPrefix(s, scheme)
	}
	return strings.Trim(s, `<>"'.`)
}

// obscured matches an address as list archives write it: ana at example.org.
var obscured = regexp.MustCompile(`(\S+) at (\S+\.\S+)`)

// ofExchange matches an address as Exchange writes it: Ana [SMTP:ana@example.org].
var ofExchange = regexp.MustCompile(`(?i)\[(?:smtp|mailto):([^\]\s]+)\]`)

// login matches the name of an account on the machine that the mail is from.
var login = regexp.MustCompile(`^[a-z][a-z0-9._-]*$`)

func roughAddresses(value string) (list []*netmail.Address) {
	value = ofExchange.ReplaceAllString(value, "<$1>")
	if !strings.Contains(value, "@") {
		value = obscured.ReplaceAllString(value, "$1@$2")
	}
	mail := strings.Contains(value, "@")
	for _, piece := range splitList(value) {
		a := roughAddress(piece)
		if a.Address == "" && mail || strings.Contains(strings.ToLower(a.Name), "undisclosed") {
			continue
		}
		list = append(list, a)
	}
	return list
}

// anAddress matches an address in any text.
var anAddress = regexp.MustCompile(`[^\s<>()\[\]"':;,]+@[^\s<>()\[\]"':;,?]+`)

// roughAddress reads Name <address>, address (Name), Name address, or a name alone. The name may have any
// characters, and a bracket may be missing.
func roughAddress(s string) *netmail.Address {
	var a netmail.Address
	if before, rest, ok := strings.Cut(s, "<"); ok {
		inner, after, _ := strings.Cut(rest, ">")
		if a.Address = anAddress.FindString(inner); a.Address == "" {
			a.Address = inner
		}
		a.Name = balance(before + after)
		return &a
	}
	if at := anAddress.FindStringIndex(s); at != nil {
		a.Address, s = s[at[0]:at[1]], s[:at[0]]+" "+s[at[1]:]
	}
	if before, rest, ok := strings.Cut(s, "("); ok {
		comment, after, closed := strings.Cut(rest, ")")
		if closed && strings.TrimSpace(comment) != "" {
			a.Name = comment
		}
		s = strings.TrimSpace(before + after)
		if !closed {
			s = before + comment
		}
	}
	var others []string
	for _, word := range strings.Fields(s) {
		account := a.Name != "" && word == s && login.MatchString(word)  // ana (Ana)
		if a.Address == "" && (account || strings.Contains(word, "!")) { // a path of UUCP
			a.Address = word
		} else {
			others = append(others, word)
		}
	}
	if a.Name == "" || a.Address == "" {
		a.Name = strings.Join(others, " ")
	}
	if a.Name = balance(a.Name); a.Address != "" && len(a.Name) > 0 && strings.Trim(a.Name, `<>()[]"' `) == "" {
		a.Name = ""
	}
	return &a
}

// balance returns a name without angle brackets, and without parentheses and quotes that have no partner.
func balance(s string) string {
	drop := "<>"
	if strings.Count(s, "(") != strings.Count(s, ")") {
		drop += "()"
	}
	if strings.Count(s, `"`)%2 == 1 {
		drop += `"`
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if strings.ContainsRune(drop, r) {
			return -1
		}
		return r
	}, s))
}

// splitList splits s at the commas and semicolons outside quotes and brackets. If one of those has no
// partner, it splits at all of them.
func splitList(s string) (pieces []string) {
	start, depth, quoted := 0, 0, false
	for i, r := range s {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '<' || r == '(':
			depth++
		case r == '>' || r == ')':
			depth = max(depth-1, 0)
		case depth == 0 && (r == ',' || r == ';'):
			pieces = append(pieces, s[start:i])
			start = i + 1
		}
	}
	if quoted || depth > 0 {
		return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' })
	}
	return append(pieces, s[start:])
}
