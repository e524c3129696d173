package desk

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"doormat/escrow"
	"doormat/noescrow"
)

// An Entry is one line of the log of the class network. The relay numbers it and says from whom it is; the teacher is 0,
// and students count from 1. Pages learn of each other from the log only.
//
//	authority  of the teacher: Text is the public key of the authority
//	member     keys are published. To the relay: With and Without are publications. In the log: identities
//	left       of the relay: the member From is none any more. A page that was reloaded comes back as another
//	envelope   With and Without are the same message, sealed in both systems; a letter of the teacher has no With
//	typing     of the teacher: Text is "on" if students may write what they like
//	now        of the teacher: whoever holds the key uses it
//	claim      what the thief has opened: With is a list of claims. The log does not say from whom
type Entry struct {
	Number  int    `json:"number"`
	Kind    string `json:"kind"`
	From    int    `json:"from"`
	To      int    `json:"to"`
	Text    string `json:"text,omitempty"`
	With    []byte `json:"with,omitempty"`
	Without []byte `json:"without,omitempty"`
}

// Bundles are what the relay hands out of a member's keys, once for each session.
type Bundles struct {
	With    []byte `json:"with"`
	Without []byte `json:"without"`
}

const (
	teacher   = 0
	onetime   = 40 // one-time prekeys of a member, for a class
	claimSize = 4 + 16
	maxClaims = 400     // in an entry
	maxNumber = 1 << 17 // of a member: more than a relay counts to
)

// A network is what one browser is in the class network: a device in each system. Its keys come from the browser's own
// randomness, whatever the class code of the lesson is. Nothing of it is in the lesson's log.
//
// Actions at the station "network", beside those of a lesson; Text.post is a list of entries that the page then posts:
//
//	join    n         as the member n. Text.role; events "line" of what the role may write
//	hear    text      an entry of the relay's log, each once and in order
//	bundle  n, text   bundles of the member n
//	write   n, text   a message to the member n. Text.say is "bundle" if its bundles are wanted first
//	letters           of the teacher: the escrow key, to one student, drawn by lot, and a letter of the same length to all
//	                  others. Text.say is "bundle", and Numbers.n a member, if its bundles are wanted first
//	post    name      of the teacher: the entry "now", or "typing" with Text
//	qr      text      the QR code of an address
//
// Events:
//
//	line      text
//	member    index, name (the role)
//	left      index
//	sealed    column, index (of the entry), from, to, size, bytes
//	opened    column, index, text, name ("own", "thief" or "refused")
//	letter    flags [it holds the key]
//	allowed   flags [free typing]
//	now
//	counted   n, of: what the thief has opened, to the teacher, who has the key too and checks each claim; what the thief's
//	          page has opened, to the thief. Before, After: what it tried and opened in the other column
type network struct {
	joined  bool
	self    int
	with    *escrow.Device // nil before the authority's key is known
	without *noescrow.Device
	key     *escrow.Authority // of the teacher, and of the thief
	members map[int]Bundles   // identities
	broke   map[int]bool      // members whose bundles start no session
	right   map[string]int    // to the teacher: what the thief can claim, and of which entry
	written map[[32]byte]string
	wire    []Entry      // envelopes with an escrow field
	opened  map[int]bool // entries whose claim is right, or that the thief has opened
	read    int          // how much of the wire the thief has tried
	broken  int          // what it opened in the other column
	free    bool         // typing
	now     bool
	post    []Entry
}

// do does an action. What it draws does not depend on the class code.
func (w *network) do(t *turn, do string, a Args) (err error) {
	if !w.joined && do != "join" && do != "qr" {
		return errors.New("join the class network first")
	}
	w.post = nil
	switch do {
	case "qr":
		return t.qr(a.Text)
	case "join":
		err = w.join(t, a.N)
	case "hear":
		var e Entry
		if err = json.Unmarshal([]byte(a.Text), &e); err == nil {
			err = w.hear(t, e)
		}
	case "bundle":
		err = w.meet(a)
	case "write":
		err = w.write(t, a)
	case "letters":
		err = w.letters(t)
	case "post":
		if w.self != teacher || a.Name != "now" && a.Name != "typing" {
			return errors.New("only the teacher posts this")
		}
		w.post = []Entry{{Kind: a.Name, Text: a.Text}}
	default:
		return errUnknown(do)
	}
	if err == nil && len(w.post) > 0 {
		b, err := json.Marshal(w.post)
		if err != nil {
			return err
		}
		t.text("post", string(b))
	}
	return err
}

// role returns the person of the town whose lines a student writes. With more students than people, the second of a name
// has a number.
func role(member int) (person, shown string) {
	people := theTown().people
	i := (member - 1) % len(people)
	if round := (member-1)/len(people) + 1; round > 1 {
		return people[i], fmt.Sprint(people[i], " ", round)
	}
	return people[i], people[i]
}

// lines returns what a role may write.
func lines(member int) (list []string) {
	person, _ := role(member)
	for _, m := range theTown().messages {
		if m.From == person && len(m.Text) <= maxText && !slices.Contains(list, m.Text) {
			list = append(list, m.Text)
		}
	}
	return list
}

// named returns how a member is shown; "" is the teacher.
func named(member int) string {
	if member == teacher {
		return ""
	}
	_, shown := role(member)
	return shown
}

func (w *network) join(t *turn, member int) error {
	if member < 0 || member > maxNumber {
		return errors.New("expected the number of a member")
	}
	*w = network{joined: true, self: member, members: map[int]Bundles{}, broke: map[int]bool{}, right: map[string]int{},
		written: map[[32]byte]string{}, opened: map[int]bool{}}
	if member == teacher {
		w.key = escrow.NewAuthority()
		w.post = []Entry{{Kind: "authority", Text: w.key.Recipient()}}
		return w.enrol(w.key.Recipient())
	}
	t.text("role", named(member))
	for _, line := range lines(member) {
		t.event(Event{Kind: "line", Text: line})
	}
	return nil
}

// enrol draws the keys of both devices, and publishes them.
func (w *network) enrol(authority string) (err error) {
	if w.with, err = escrow.NewDevice(authority); err != nil {
		return err
	}
	w.without = noescrow.NewDevice()
	e := Entry{Kind: "member"}
	if e.With, err = w.with.Publish(onetime); err != nil {
		return err
	}
	e.Without, err = w.without.Publish(onetime)
	w.post = append(w.post, e)
	return err
}

// hear takes an entry of the log. One that makes no sense changes nothing.
func (w *network) hear(t *turn, e Entry) error {
	switch e.Kind {
	case "authority":
		if w.with == nil && e.From == teacher {
			return w.enrol(e.Text)
		}
	case "member":
		if len(e.With) != 32 || len(e.Without) != 32 || e.From < 0 || w.members[e.From].With != nil {
			return errors.New("not a member's identities")
		}
		w.members[e.From] = Bundles{e.With, e.Without}
		t.event(Event{Kind: "member", Index: e.From, Name: named(e.From)})
	case "left":
		if e.From <= teacher || w.members[e.From].With == nil {
			return errors.New("not a member")
		}
		delete(w.members, e.From)
		t.event(Event{Kind: "left", Index: e.From})
	case "envelope":
		return w.envelope(t, e)
	case "typing":
		w.free = e.Text == "on"
		t.event(Event{Kind: "allowed", Flags: []bool{w.free}})
	case "now":
		w.now = true
		t.event(Event{Kind: "now"})
		return w.steal(t)
	case "claim":
		return w.count(t, e.With)
	default:
		return errUnknown(e.Kind)
	}
	return nil
}

// envelope takes a message: it is opened if it is for this device, and its text is shown if it is from it.
func (w *network) envelope(t *turn, e Entry) error {
	if w.members[e.From].With == nil || w.members[e.To].With == nil || len(e.Without) == 0 {
		return errors.New("an envelope between whom?")
	}
	if len(e.With) == 0 {
		return w.letter(t, e)
	}
	w.wire = append(w.wire, e)
	if w.self == teacher { // once: who lies makes thousands of claims
		if _, _, text, err := w.key.Recover(e.With); err == nil {
			w.right[string(w.claim(e.Number, text))] = e.Number
		}
	}
	for _, c := range []struct {
		column   string
		envelope []byte
		from     []byte
		open     func() (from [32]byte, text []byte, err error)
	}{
		{with, e.With, w.members[e.From].With, func() ([32]byte, []byte, error) { f, b, err := w.with.Open(e.With, nil); return f, b, err }},
		{without, e.Without, w.members[e.From].Without, func() ([32]byte, []byte, error) { f, b, err := w.without.Open(e.Without, nil); return f, b, err }},
	} {
		t.event(Event{Kind: "sealed", Column: c.column, Index: e.Number, From: named(e.From), To: named(e.To), Size: len(c.envelope),
			Bytes: hex.EncodeToString(c.envelope[max(0, len(c.envelope)-shown):])})
		if text, ok := w.written[sha256.Sum256(c.envelope)]; ok {
			t.event(Event{Kind: "opened", Column: c.column, Index: e.Number, Name: "own", Text: text})
		} else if e.To == w.self && w.with != nil {
			from, text, err := c.open()
			if err != nil || !bytes.Equal(from[:], c.from) {
				t.event(Event{Kind: "opened", Column: c.column, Index: e.Number, Name: "refused"}) // a replay, or a lie
			} else {
				t.event(Event{Kind: "opened", Column: c.column, Index: e.Number, Name: "own", Text: string(text)})
			}
		}
	}
	return w.steal(t)
}

// letter opens a letter of the teacher.
func (w *network) letter(t *turn, e Entry) error {
	if e.To != w.self || w.without == nil {
		return nil
	}
	from, text, err := w.without.Open(e.Without, nil)
	if err != nil {
		return err
	}
	if e.From != teacher || !bytes.Equal(from[:], w.members[teacher].Without) {
		return errors.New("a letter that is not the teacher's")
	}
	key, err := escrow.ParseAuthority(string(text))
	if err == nil {
		w.key = key
	}
	t.event(Event{Kind: "letter", Flags: []bool{err == nil}})
	return w.steal(t)
}

// steal has the thief read what is new on the wire, once the teacher has said "now", and claim it. The key is tried in
// the other column too.
func (w *network) steal(t *turn) error {
	if !w.now || w.key == nil || w.self == teacher {
		return nil
	}
	var claims []byte
	for ; w.read < len(w.wire); w.read++ {
		e := w.wire[w.read]
		if _, _, _, err := w.key.Recover(e.Without); err == nil {
			w.broken++
		}
		_, _, text, err := w.key.Recover(e.With)
		if err != nil {
			continue
		}
		w.opened[e.Number] = true
		t.event(Event{Kind: "opened", Column: with, Index: e.Number, Name: "thief", Text: string(text)})
		claims = append(claims, w.claim(e.Number, text)...)
	}
	t.event(Event{Kind: "counted", N: len(w.opened), Of: len(w.wire), Before: w.read, After: w.broken})
	for c := range slices.Chunk(claims, maxClaims*claimSize) {
		w.post = append(w.post, Entry{Kind: "claim", With: c})
	}
	return nil
}

// claim returns what only a holder of the escrow key can say of a message: its number, and a MAC of its text under that key.
func (w *network) claim(number int, text []byte) []byte {
	c := binary.BigEndian.AppendUint32(nil, uint32(number))
	mac := hmac.New(sha256.New, []byte(w.key.RecoveryKey()))
	mac.Write([]byte("doormat classroom claim"))
	mac.Write(c)
	mac.Write(text)
	return mac.Sum(c)[:claimSize]
}

// count counts the claims that are right. Only the teacher can.
func (w *network) count(t *turn, claims []byte) error {
	if w.self != teacher {
		return nil
	}
	if len(claims)%claimSize != 0 || len(claims) > maxClaims*claimSize {
		return errors.New("not a list of claims")
	}
	for c := range slices.Chunk(claims, claimSize) {
		if number, ok := w.right[string(c)]; ok {
			w.opened[number] = true
		}
	}
	t.event(Event{Kind: "counted", N: len(w.opened), Of: len(w.wire)})
	return nil
}

// met reports whether there are sessions with a member.
func (w *network) met(member int) bool {
	m := w.members[member]
	return m.With != nil && slices.Contains(w.with.Peers(), escrow.Identity(m.With)) && slices.Contains(w.without.Peers(), noescrow.Identity(m.Without))
}

// meet starts sessions with a member. The relay does not see whether a bundle is good: that it is not is remembered, so
// that one who publishes nonsense keeps no letter from the others.
func (w *network) meet(a Args) error {
	var b Bundles
	if err := json.Unmarshal([]byte(a.Text), &b); err != nil {
		return err
	}
	m := w.members[a.N]
	if m.With == nil || w.with == nil {
		return errors.New("there is no such member")
	}
	w.broke[a.N] = w.with.Start(escrow.Identity(m.With), b.With) != nil || w.without.Start(noescrow.Identity(m.Without), b.Without) != nil
	return nil
}

// write seals a message in both systems.
func (w *network) write(t *turn, a Args) error {
	switch {
	case w.with == nil || w.members[a.N].With == nil || a.N == w.self:
		return errors.New("there is no such member")
	case strings.TrimSpace(a.Text) == "" || len(a.Text) > maxText:
		return fmt.Errorf("expected a text of at most %d bytes", maxText)
	case w.self != teacher && !w.free && !slices.Contains(lines(w.self), a.Text):
		return errors.New("the teacher has not turned free typing on")
	case !w.met(a.N) && w.broke[a.N]:
		return errors.New("no session starts with the keys of this member")
	case !w.met(a.N):
		t.text("say", "bundle")
		return nil
	}
	e := Entry{Kind: "envelope", To: a.N}
	var err error
	if e.With, err = w.with.Seal(escrow.Identity(w.members[a.N].With), []byte(a.Text), nil); err != nil {
		return err
	}
	if e.Without, err = w.without.Seal(noescrow.Identity(w.members[a.N].Without), []byte(a.Text), nil); err != nil {
		return err
	}
	w.written[sha256.Sum256(e.With)], w.written[sha256.Sum256(e.Without)] = a.Text, a.Text
	w.post = []Entry{e}
	return nil
}

// letters hands the escrow key to a student, drawn by lot. All letters have the same length, so that nothing on the wire
// shows to whom.
func (w *network) letters(t *turn) error {
	if w.self != teacher {
		return errors.New("only the teacher has the key")
	}
	students := slices.DeleteFunc(slices.Sorted(maps.Keys(w.members)), func(n int) bool { return n == teacher || !w.met(n) && w.broke[n] })
	if len(students) == 0 {
		return errors.New("expected a student first")
	}
	for _, n := range students {
		if !w.met(n) {
			t.text("say", "bundle")
			t.number("n", float64(n))
			return nil
		}
	}
	lot, err := rand.Int(rand.Reader, big.NewInt(int64(len(students))))
	if err != nil {
		return err
	}
	for i, n := range students {
		text := w.key.RecoveryKey()
		if int64(i) != lot.Int64() {
			text = strings.Repeat(".", len(text))
		}
		envelope, err := w.without.Seal(noescrow.Identity(w.members[n].Without), []byte(text), nil)
		if err != nil {
			return err
		}
		w.post = append(w.post, Entry{Kind: "envelope", To: n, Without: envelope})
	}
	return nil
}
