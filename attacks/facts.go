package attacks

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// facts are what is true of each message, by index: what a thief's claims are compared with. They are all
// that grows in memory with the messages, 28 bytes for each, so they have no strings and no dates.
type facts struct {
	all    []fact
	names  []string
	number map[string]uint32 // by name
	sets   [][]uint32        // of several recipients, as numbers of people
	set    map[string]uint32 // by the numbers in it: its number
}

type fact struct {
	text     digest
	from, to uint32 // of names; of several recipients, several + the number of the set
	lost     bool   // a thief on the wire has kept it from arriving
}

// several is added to the number of a set of people.
const several = 1 << 31

// digest is the first half of a text's SHA-256: long enough, as no one looks for two texts with the same.
type digest [sha256.Size / 2]byte

func digestOf(text []byte) digest {
	sum := sha256.Sum256(text)
	return digest(sum[:])
}

func (f *facts) add(m Message, lost bool) {
	f.all = append(f.all, fact{digestOf([]byte(m.Text)), f.numberOf(m.From), f.recipients(m), lost})
}

func (f *facts) recipients(m Message) uint32 {
	if len(m.Also) == 0 {
		return f.numberOf(m.To)
	}
	var people []uint32
	var key []byte // their numbers: a name may have any byte in it
	for _, p := range m.Recipients() {
		n := f.numberOf(p)
		people, key = append(people, n), binary.BigEndian.AppendUint32(key, n)
	}
	n, ok := f.set[string(key)]
	if !ok {
		if f.set == nil {
			f.set = map[string]uint32{}
		}
		n = several + uint32(len(f.sets))
		f.sets, f.set[string(key)] = append(f.sets, people), n
	}
	return n
}

// people calls do for the sender and each recipient.
func (f *facts) people(i int, do func(person uint32)) {
	do(f.all[i].from)
	to := f.all[i].to
	if to < several {
		do(to)
		return
	}
	for _, p := range f.sets[to-several] {
		do(p)
	}
}

func (f *facts) numberOf(name string) uint32 {
	n, ok := f.number[name]
	if !ok {
		if f.number == nil {
			f.number = map[string]uint32{}
		}
		n = uint32(len(f.names))
		f.names, f.number[name] = append(f.names, name), n
	}
	return n
}

// right reports whether text is that of message i.
func (f *facts) right(i int, text []byte) bool {
	return i >= 0 && i < len(f.all) && f.all[i].text == digestOf(text)
}

// texts finds messages by their text.
type texts struct {
	facts *facts
	order []uint32 // indexes, in the order of the digests
}

// byText returns all texts but those without which no one could claim anything by a text: see Unplaced.
func (f *facts) byText(except ...string) texts {
	common := map[digest]bool{}
	for _, text := range except {
		common[digestOf([]byte(text))] = true
	}
	t := texts{f, make([]uint32, 0, len(f.all))}
	for i := range f.all {
		if !common[f.all[i].text] {
			t.order = append(t.order, uint32(i))
		}
	}
	slices.SortFunc(t.order, func(i, j uint32) int { return t.compare(i, f.all[j].text) })
	return t
}

func (t texts) compare(i uint32, d digest) int { return bytes.Compare(t.facts.all[i].text[:], d[:]) }

// find returns the indexes of the messages with that text.
func (t texts) find(text []byte) []uint32 {
	d := digestOf(text)
	first, _ := slices.BinarySearchFunc(t.order, d, t.compare)
	end := first
	for end < len(t.order) && t.compare(t.order[end], d) == 0 {
		end++
	}
	return t.order[first:end]
}
