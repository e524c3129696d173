// Package scanning puts the three designs of package scanning under study: the messenger of package noescrow,
// whose devices look at each message before they encrypt it. Some messages carry pictures (album.go).
//
//	system                theft               the thief has                      it opens
//	list on the device    reports             the report key, as the authority   what was reported, past and
//	and keywords          report key          has it                             future, of everyone
//	                      authority's list    the hashes, or the phrases         nothing of the messages
//	private matching      reports             the matching secret α, as the      matches of those at the
//	                                          server has it                      threshold, and no others
//	                      matching secret     the same
//	                      authority's list    the hashes                         nothing of the messages
//
// With a list that grows, the same thefts open what it has grown by, which [MeasureOnDevice] and its like
// count. No one notices any of these. Reports are lawful use, and no court is asked for one. A quantum
// computer has α too, from the L in each device's table; reports are sealed against it.
//
// In every system all of the thefts that a messenger knows are there, and open what they do without a
// scanner. What a scanner adds are the rows above.
package scanning

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/escrow/scanning"
	"doormat/noescrow"
)

// The names of the systems.
const (
	OnDevice = "list on the device"
	Private  = "private matching"
	Keywords = "keywords"
)

// The names of the thefts that these systems know.
const (
	Reports        attacks.TheftName = "reports"
	ReportKey      attacks.TheftName = "report key"
	MatchingSecret attacks.TheftName = "matching secret"
	AuthorityList  attacks.TheftName = "authority's list"
	NoScanner      attacks.TheftName = "no scanner"
)

// NewOnDevice, NewPrivate and NewKeywords return the systems with lists that hold what they are said to be
// for: one picture that is known, or one phrase.
func NewOnDevice() *System {
	return newSystem(OnDevice, &onDevice{list: &scanning.List{Distance: scanning.Confident, Entries: HashesOf(Known)}})
}

// NewPrivate takes the threshold: the matches at which the pictures of an account open. No account sends
// synthetic vouchers here, so that what opens depends on no chance.
func NewPrivate(threshold int) *System {
	s, err := newPrivate(Private, HashesOf(Known), scanning.Dial{Threshold: threshold})
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return s
}

func NewKeywords() *System {
	l, err := scanning.NewTextList(3, 2)
	if err == nil {
		_, err = l.Add(Phrase)
	}
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return newSystem(Keywords, &keywords{list: l, phrases: []string{Phrase}})
}

// NewUnscanned returns the list on the device, with one person's client that has no scanner. Its only row is
// the lawful one.
func NewUnscanned(cheat string) *System {
	s := NewOnDevice()
	s.cheat = cheat
	return s
}

func newPrivate(name attacks.SystemName, list []scanning.Hash, d scanning.Dial) (*System, error) {
	p, err := newPrivateDesign(list, d)
	if err != nil {
		return nil, err
	}
	return newSystem(name, p), nil
}

// newPrivateDesign builds a table with four cells an entry, and more if it has lost one.
func newPrivateDesign(list []scanning.Hash, d scanning.Dial) (*private, error) {
	for cells := 4 * len(list); ; cells *= 2 {
		b, err := scanning.NewBuild(list, cells)
		if err != nil {
			return nil, err
		}
		if len(b.Lost) == 0 {
			_, err := scanning.NewAccount(b.Table, d)
			return &private{Build: b, list: list, dial: d}, err
		}
	}
}

// A System is one of the three. It is an [attacks.System].
type System struct {
	*messenger.Messenger
	design    design
	authority *scanning.Authority
	cheat     string
}

// A design is what differs between the systems.
type design interface {
	// scanner returns one person's scanner. account is nil unless the scanner has secrets.
	scanner(to scanning.Recipient) (s scanning.Scanner, account *scanning.Account, err error)
	// shipped is what each device has of the list.
	shipped() []byte
	// entries are the authority's, in clear: hashes or phrases.
	entries() [][]byte
}

type onDevice struct{ list *scanning.List }

func (d *onDevice) scanner(to scanning.Recipient) (scanning.Scanner, *scanning.Account, error) {
	return &scanning.ListScanner{List: d.list, Hash: hashKnown, To: to}, nil, nil
}

func (d *onDevice) shipped() []byte { return bytesOf(d.list) }

func (d *onDevice) entries() (all [][]byte) { return hashBytes(d.list.Entries) }

type private struct {
	*scanning.Build
	list []scanning.Hash
	dial scanning.Dial
}

func (d *private) scanner(scanning.Recipient) (scanning.Scanner, *scanning.Account, error) {
	a, err := scanning.NewAccount(d.Table, d.dial)
	return &scanning.VoucherScanner{Account: a, Hash: hashKnown, Copy: copyKnown}, a, err
}

func (d *private) shipped() []byte { return d.Table.Bytes() }

func (d *private) entries() [][]byte { return hashBytes(d.list) }

type keywords struct {
	list    *scanning.TextList
	phrases []string
}

func (d *keywords) scanner(to scanning.Recipient) (scanning.Scanner, *scanning.Account, error) {
	return &scanning.TextScanner{List: d.list, To: to}, nil, nil
}

func (d *keywords) shipped() []byte { return bytesOf(d.list) }

func (d *keywords) entries() (all [][]byte) {
	for _, p := range d.phrases {
		all = append(all, []byte(p))
	}
	return all
}

// bytesOf returns the bytes of a list that is known to be well formed.
func bytesOf(l interface{ Bytes() ([]byte, error) }) []byte {
	b, err := l.Bytes()
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return b
}

func hashBytes(list []scanning.Hash) (all [][]byte) {
	for _, h := range list {
		all = append(all, bytes.Clone(h[:]))
	}
	return all
}

func newSystem(name attacks.SystemName, d design) *System {
	s := &System{design: d, authority: scanning.NewAuthority()}
	_, account, err := d.scanner(s.authority.Recipient())
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	state := len(scanning.Digest{})
	if account != nil {
		state += len(account.Bytes())
	}
	fresh := func() (messenger.Device, error) {
		return &device{Device: &scanning.Device{Device: noescrow.NewDevice()}, beside: make([]byte, state)}, nil
	}
	s.Messenger = messenger.New(messenger.Kind{
		Name:      name,
		NewDevice: s.newDevice,
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire: messenger.Around{
			State: state,
			Head: func(envelope []byte) (int, bool) {
				_, n, ok := scanning.Beside(envelope)
				return n, ok
			},
			Text: func(_, inner []byte) ([]byte, bool) {
				m, err := scanning.ParseMessage(inner)
				return []byte(m.Text), err == nil
			},
		}.Wire(fresh),
	})
	return s
}

// newDevice returns the device of a person, the cheat's without a scanner.
func (s *System) newDevice(person string) (messenger.Device, error) {
	d := &device{Device: &scanning.Device{Device: noescrow.NewDevice()}, album: Album}
	digest := scanning.DigestOf(s.design.shipped())
	d.beside = digest[:]
	scanner, account, err := s.design.scanner(s.authority.Recipient())
	if err != nil {
		return nil, err
	}
	d.account = account
	if person != s.cheat || s.cheat == "" {
		d.Scanner = scanner
	}
	return d, nil
}

// A device takes texts, and gives some of them a picture.
type device struct {
	*scanning.Device
	album   func(text string) []byte // nil: no pictures
	beside  []byte                   // of its state, before the account and the noescrow device
	account *scanning.Account
}

func (d *device) Seal(to noescrow.Identity, text, associated []byte) ([]byte, error) {
	m := scanning.Message{Text: string(text)}
	if d.album != nil {
		m.Picture = d.album(m.Text)
	}
	at, _, err := attacks.CutDate(associated)
	if err != nil {
		at = time.Time{} // what the messenger tries its formats with has no date
	}
	return d.SealMessage(to, at, m, associated)
}

func (d *device) Open(envelope, associated []byte) (noescrow.Identity, []byte, error) {
	from, m, err := d.OpenMessage(envelope, associated)
	return from, []byte(m.Text), err
}

// MarshalBinary returns the digest of the list, the secrets of the account, and the noescrow device.
func (d *device) MarshalBinary() ([]byte, error) {
	b, err := d.Device.MarshalBinary()
	if err != nil {
		return nil, err
	}
	var account []byte
	if d.account != nil {
		account = d.account.Bytes()
	}
	return slices.Concat(d.beside, account, b), nil
}

var errState = errors.New("attacks: expected the state of a device with a scanner, found something else")

// UnmarshalBinary reads what MarshalBinary returns, on a device of a thief, which scans nothing.
func (d *device) UnmarshalBinary(data []byte) error {
	if d.account != nil || len(data) < len(d.beside) {
		return errState
	}
	if err := d.Device.UnmarshalBinary(data[len(d.beside):]); err != nil {
		return err
	}
	d.beside = bytes.Clone(data[:len(d.beside)])
	return nil
}

// Thefts lists the warrant, the lawful use, the thefts of a messenger and, after those of the network, those
// of what the server and the authority have.
func (s *System) Thefts(victim string) []attacks.Theft {
	key := attacks.Theft{
		Name:    ReportKey,
		Takes:   "the authority's report key",
		Parties: []attacks.Party{attacks.Authority},
		Steal:   func() (*attacks.Tape, error) { return attacks.TapeOf([]byte(s.authority.RecoveryKey())) },
		Read:    readReports,
	}
	quantum := s.Quantum()
	p, isPrivate := s.design.(*private)
	if isPrivate {
		key = attacks.Theft{
			Name:    MatchingSecret,
			Takes:   "the server's matching secret, 32 bytes",
			Parties: []attacks.Party{attacks.Provider},
			Steal:   func() (*attacks.Tape, error) { return attacks.TapeOf(p.Matcher.RecoveryKey()) },
			Read:    p.readVouchers,
		}
		quantum = p.withQuantum(quantum)
	}
	lawful := key
	lawful.Name, lawful.Use, lawful.AtEnd = Reports, attacks.Lawful, true
	if s.cheat != "" {
		return []attacks.Theft{attacks.Evade(lawful, NoScanner, lawful.Takes)}
	}
	list := attacks.Theft{
		Name:    AuthorityList,
		Takes:   "the authority's list, in clear",
		Parties: []attacks.Party{attacks.Authority},
		Steal:   func() (*attacks.Tape, error) { return attacks.TapeOf(s.design.entries()...) },
		Read: func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			kinds := []attacks.Attack{unless(readReports)}
			if isPrivate {
				kinds = append(kinds, unless(p.readVouchers))
			}
			return attacks.TryAll(ctx, loot, t, found, kinds...)
		},
	}
	return slices.Concat([]attacks.Theft{s.Warrant(victim), lawful}, s.Network(), []attacks.Theft{key, list}, s.Phone(victim), []attacks.Theft{quantum})
}
