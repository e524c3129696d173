package conversation

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// The sender and the recipients of a mail. People are compared by address, never by name.

// sender returns the sender of a message; its key is "" if no field has one.
func sender(h header, envelope string) party {
	from := firstParty(h.get("from"))
	if p := rewritten(h, from); p.isParty() {
		return p
	}
	for _, p := range []party{from, firstParty(h.get("reply-to")), firstParty(h.get("sender")), firstParty(envelope)} {
		if p.isParty() {
			p.list = lists(h)[p.key]
			return p
		}
	}
	return party{}
}

func firstParty(value string) party {
	for _, p := range parties(value) {
		return p
	}
	return party{}
}

// via matches the name that lists give to a sender whose address they replace by their own, for the sake
// of DMARC: "Ana via Dev", "'Ana' via Dev", "Ana (via Dev)", "Ana via".
var via = regexp.MustCompile(`^['"‘“]?(.*\S?)['"’”]? +\(?via\b.*$`)

// viaAbroad matches it in other languages. Such a word may stand in a name by itself, so it counts only where
// the address is a list's.
var viaAbroad = regexp.MustCompile(`^['"‘“]?(.*\S?)['"’”]? +\(?(?:über|через|a través de|за допомогою) .*$`)

// rewritten returns who wrote a mail in which a list has put its own address into From, or no one if that
// is not so. The person is in X-Original-From, or in Reply-To or Cc, or in the address itself, or else only
// the name is left.
func rewritten(h header, from party) party {
	if p := firstParty(h.get("x-original-from")); p.isParty() {
		return p
	}
	all := lists(h)
	toItself := slices.ContainsFunc(parties(h.get("to")), func(p party) bool { return p.key == from.key })
	name, byName := from.name, strings.Contains(h.get("from"), "(via ")
	m := via.FindStringSubmatch(from.name)
	if m == nil && (toItself || all[from.key]) {
		m = viaAbroad.FindStringSubmatch(from.name)
	}
	if m != nil && from.key != "" {
		name, byName = tidyName(strings.TrimRight(m[1], `'"’”`)), true
	}
	if m := inAddress.FindStringSubmatch(from.key); m != nil && (byName || m[2] != "") {
		return party{key: m[1] + "@" + m[3], name: name}
	}
	if !byName && !all[from.key] && (name == "" || !toItself) {
		return party{}
	}
	fits := func(p party, named bool) bool {
		return p.key != from.key && !all[p.key] && (!named || strings.EqualFold(p.name, name))
	}
	mayBe := func(p party) bool { // a name that is missing is not another one
		return fits(p, false) && (byName || name == "" || p.name == "" || strings.EqualFold(p.name, name))
	}
	for _, p := range parties(h.get("reply-to")) {
		if mayBe(p) {
			return party{key: p.key, name: cmp.Or(name, p.name)}
		}
	}
	for _, p := range parties(h.get("cc")) {
		if name != "" && fits(p, true) {
			return party{key: p.key, name: name}
		}
	}
	if p := firstParty(h.get("x-original-sender")); byName && p.isParty() && fits(p, false) {
		return party{key: p.key, name: name}
	}
	if !byName {
		return party{}
	}
	if strings.Contains(name, "@") { // 'ana@example.org' via Dev
		return party{key: plainAddress(name)}
	}
	return party{key: strings.ToLower(name) + " via " + from.key, name: name}
}

// inAddress matches an address of a list that has a person's address in it: ana=example.org@groups.io, or
// ana=40example.org@dmarc.ietf.org, which no name needs to announce.
var inAddress = regexp.MustCompile(`^([^=@]+)=(40)?([^=@]+\.[a-z]+)@`)

// lists returns the addresses that a mail says are those of mailing lists.
func lists(h header) map[string]bool {
	all := make(map[string]bool)
	for _, key := range []string{"list-post", "x-beenthere", "x-mailing-list", "mailing-list", "list-id", "delivered-to"} {
		value := h.get(key)
		if key == "delivered-to" && !strings.HasPrefix(strings.ToLower(value), "mailing list") {
			continue
		}
		for _, p := range parties(listAddress(key, value)) {
			all[p.key] = true
			if host, domain, ok := strings.Cut(p.key, "."); ok && key == "list-id" {
				all[host+"@"+domain] = true
			}
		}
	}
	return all
}

// destinations are the fields with recipients. The next are read only if those before have none.
var destinations = [][]string{
	{"to", "cc", "bcc"},
	{"list-id"}, {"list-post"}, {"x-beenthere"}, {"x-mailing-list"}, {"mailing-list"},
	{"apparently-to"}, {"envelope-to"}, {"x-envelope-to"}, {"x-original-to"}, {"x-delivered-to"}, {"delivered-to"},
	{"x-rcpt-to"}, {"resent-to"}, {"newsgroups"},
}

// deliveries are the fields in which a mail server writes whose mailbox it is.
var deliveries = []string{"envelope-to", "x-envelope-to", "x-original-to", "x-delivered-to", "delivered-to", "x-rcpt-to"}

// theList is the recipient in an archive whose headers have none.
const theList = "the list"

// recipients returns the recipients of a message, each once and without the sender, or the reason why there
// are none.
func recipients(h header, envelope string, from party) (to []party, reason string) {
	all := lists(h)
	home := make(map[string]bool)
	for _, key := range deliveries {
		for _, p := range parties(h.get(key)) {
			home[p.key] = true
		}
	}
	seen := make(map[string]bool)
	for _, keys := range destinations {
		if len(seen) > 0 {
			break
		}
		for _, key := range keys {
			for _, p := range parties(listAddress(key, h.get(key))) {
				p.list = all[p.key] || key == "newsgroups"
				p.home = home[p.key] && !p.list
				if !seen[p.key] && p.key != from.key {
					to = append(to, p)
				}
				seen[p.key] = true
			}
		}
	}
	switch {
	case len(seen) == 0 && strings.Contains(envelope, " at "):
		return []party{{key: theList, list: true}}, ""
	case len(seen) == 0:
		return nil, noRecipient
	case len(to) == 0:
		return nil, toOneself
	}
	return to, ""
}

// listAddress returns the address in the value of a field that has more than that.
func listAddress(key, value string) string {
	switch key {
	case "list-post", "x-mailing-list", "delivered-to":
		return anAddress.FindString(strings.ReplaceAll(value, "mailto:", ""))
	case "mailing-list": // contact dev-help@example.org; run by ezmlm
		return strings.Replace(anAddress.FindString(value), "-help@", "@", 1)
	case "newsgroups":
		return strings.ReplaceAll(value, ",", ", ")
	}
	return value
}
