package conversation

import (
	netmail "net/mail"
	"regexp"
	"strings"
)

// people knows everyone by the name that their address first came with.
type people map[string]string

func (p people) name(a *netmail.Address) string {
	address := strings.ToLower(tidyName(a.Address))
	name := tidyName(decodeWords(a.Name))
	if name == "" || strings.EqualFold(name, address) {
		name = address
	}
	if address == "" {
		address = name
	}
	if known, ok := p[address]; ok {
		return known
	}
	p[address] = name
	return name
}

// sender names the person a message is from, "" if nothing says.
func (p people) sender(h header, envelope string) string {
	for _, value := range []string{h.get("from"), h.get("reply-to"), h.get("sender"), envelope} {
		for _, a := range addresses(value) {
			if name := p.name(a); name != "" {
				return name
			}
		}
	}
	return ""
}

// destinations are where a header may say whom a message goes to, the next to be
// asked only if those before name nobody.
var destinations = [][]string{
	{"to", "cc", "bcc"},
	{"list-id"}, {"list-post"}, {"x-beenthere"}, {"x-mailing-list"}, {"mailing-list"},
	{"apparently-to"}, {"delivered-to"}, {"x-original-to"}, {"newsgroups"},
}

// theList is the recipient in an archive that leaves out whom its messages went to.
const theList = "the list"

// recipients names the people a message goes to, each once and never the
// sender, or gives the reason why there are none.
func (p people) recipients(h header, envelope, sender string) (to []string, reason string) {
	seen := map[string]bool{"": true}
	add := func(name string) {
		if !seen[name] && name != sender {
			to = append(to, name)
		}
		seen[name] = true
	}
	for i := 0; i < len(destinations) && len(seen) == 1; i++ {
		for _, key := range destinations[i] {
			for _, a := range addresses(listAddress(key, h.get(key))) {
				add(p.name(a))
			}
		}
	}
	if len(seen) == 1 && strings.Contains(envelope, " at ") {
		add(theList)
	}
	switch {
	case len(seen) == 1:
		return nil, noRecipient
	case len(to) == 0:
		return nil, toOneself
	}
	return to, ""
}

var anAddress = regexp.MustCompile(`[^\s<>:;,]+@[^\s<>;,?]+`)

// listAddress picks the address out of the fields that say more than that.
func listAddress(key, value string) string {
	switch key {
	case "list-post", "x-mailing-list":
		return anAddress.FindString(value)
	case "mailing-list": // contact dev-help@example.org; run by ezmlm
		return strings.Replace(anAddress.FindString(value), "-help@", "@", 1)
	}
	return value
}

var addressParser = netmail.AddressParser{WordDecoder: &wordDecoder}

// addresses reads a list of addresses, by the rules if it follows them.
func addresses(value string) []*netmail.Address {
	if list, err := addressParser.ParseList(value); err == nil {
		return list
	}
	return roughAddresses(value)
}

// obscured is an address as list archives write it: ana at example.org.
var obscured = regexp.MustCompile(`(\S+) at (\S+\.\S+)`)

func roughAddresses(value string) (list []*netmail.Address) {
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

// roughAddress reads Name <address>, address (Name) and Name address, or a bare
// name, however the name is written.
func roughAddress(s string) *netmail.Address {
	var a netmail.Address
	if before, rest, ok := strings.Cut(s, "<"); ok {
		a.Address, rest, _ = strings.Cut(rest, ">")
		a.Name = before + rest
		return &a
	}
	if before, rest, ok := strings.Cut(s, "("); ok {
		a.Name, rest, _ = strings.Cut(rest, ")")
		s = before + rest
	}
	var others []string
	for _, word := range strings.Fields(s) {
		if a.Address == "" && strings.ContainsAny(word, "@!") {
			a.Address = word
		} else {
			others = append(others, word)
		}
	}
	if a.Name == "" || a.Address == "" {
		a.Name = strings.Join(others, " ")
	}
	return &a
}

// splitList splits at the commas and semicolons outside quotes and brackets.
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
	return append(pieces, s[start:])
}
