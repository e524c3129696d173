package conversation

import (
	"slices"
	"strings"
)

// A party is a person as one message names it.
type party struct {
	key  string // who it is: an address in lower case, the number of an account, or in a chat the name
	name string // as the message writes it; "" if it has none
	list bool   // the message says that this is a mailing list
	home bool   // the message was delivered to this address, as a mail server wrote into it
}

// isParty reports whether p is anyone at all.
func (p party) isParty() bool { return p.key != "" }

// people are those of a conversation. A person is a key, never a name: one wrong name beside an address
// must not rename or join anyone.
type people struct {
	all []person // in order of appearance
	by  map[string]int
}

type person struct {
	key             string
	there           bool  // takes part
	signed, called  names // names that stood beside the key of a sender, and of a recipient
	list            bool
	wrote, received int // messages, as sender and as recipient by name
	home            int // of those received, those that a mail server delivered to this address
}

func newPeople() people { return people{by: make(map[string]int)} }

// add returns the index of a person, and takes note of the name.
func (p *people) add(who party, sender bool) int {
	i, ok := p.by[who.key]
	if !ok {
		i = len(p.all)
		p.by[who.key] = i
		p.all = append(p.all, person{key: who.key})
	}
	x := &p.all[i]
	x.list = x.list || who.list
	if who.home {
		x.home++
	}
	if sender {
		x.signed.add(who.name)
	} else {
		x.called.add(who.name)
	}
	return i
}

// fresh returns the same people, before they take part in anything.
func (p *people) fresh() people {
	q := people{slices.Clone(p.all), p.by}
	for i := range q.all {
		q.all[i].wrote, q.all[i].received, q.all[i].there = 0, 0, false
	}
	return q
}

// names returns a name for each person, no two alike. It is the one that the person signs with most
// often; who has signed nothing has the most frequent name that others use, unless it is someone's
// already. Where no name is left it is the key.
func (p *people) names() []string {
	all := make([]string, len(p.all))
	taken := make(map[string]int, 2*len(p.all))
	for i, x := range p.all {
		taken[strings.ToLower(x.key)] = i
	}
	choose := func(i int, from names) {
		for _, name := range from.sorted() {
			if owner, ok := taken[strings.ToLower(name)]; !ok || owner == i {
				all[i] = name
				taken[strings.ToLower(name)] = i
				return
			}
		}
	}
	for i, x := range p.all {
		choose(i, x.signed)
	}
	for i, x := range p.all {
		if all[i] == "" && len(x.signed) == 0 {
			choose(i, x.called)
		}
		if all[i] == "" {
			all[i] = x.key
		}
	}
	return all
}

// busiest returns the index of the person whose device is worth taking, or -1: of those who have written
// and are no mailing list, the one with the most messages. What was received counts up to as often as the
// person wrote, since a list that once wrote something would win by what it receives; but all of it
// counts where mail servers delivered it to the person.
func (p *people) busiest() int {
	best, most := -1, 0
	for i, x := range p.all {
		n := x.wrote + max(min(x.received, x.wrote), min(x.home, x.received))
		if x.wrote > 0 && !x.list && n > most {
			best, most = i, n
		}
	}
	return best
}

// maxNames is how many names are kept of a person.
const maxNames = 8

// names are the names of one person, with how often each came.
type names []struct {
	name string
	n    int
}

func (n *names) add(name string) {
	if name == "" {
		return
	}
	for i := range *n {
		if (*n)[i].name == name {
			(*n)[i].n++
			return
		}
	}
	if len(*n) < maxNames {
		*n = append(*n, struct {
			name string
			n    int
		}{name, 1})
	}
}

// sorted returns the names, the most frequent first and, of several, the first that came.
func (n names) sorted() (all []string) {
	n = slices.Clone(n)
	slices.SortStableFunc(n, func(a, b struct {
		name string
		n    int
	}) int {
		return b.n - a.n
	})
	for _, x := range n {
		all = append(all, x.name)
	}
	return all
}
