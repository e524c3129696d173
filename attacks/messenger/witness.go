package messenger

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"doormat/attacks"
	"doormat/noescrow"
	"doormat/noescrow/franking"
)

// A witness who consents hands over what two people have written to each other. What the target wrote, franking
// proves: the phone of the witness has, with each message, a commitment to its text and the provider's stamp on that,
// and the provider judges the report (package franking). What the witness wrote is the witness's word. Without
// franking all of it would be.
//
// An envelope of a franked device is that of the device inside, and behind it the commitment, 32 bytes, which
// the inner envelope authenticates. Its text is a franked one.

// The kinds of records of the witness, beside the witness's own texts, which are those of an implant.
const (
	kindProvider = 'P' // the franking key, with which the provider judges
	kindReport   = 'R' // franking.NewReport's
)

// franked is a device whose texts can be reported.
type franked struct {
	Device
	received   []byte // the franked text that was opened last
	commitment franking.Commitment
}

// Seal franks the text, and seals it.
func (d *franked) Seal(to noescrow.Identity, text, associated []byte) ([]byte, error) {
	plaintext, c, err := franking.Seal(franking.Message{Text: text})
	if err != nil {
		return nil, err
	}
	envelope, err := d.Device.Seal(to, plaintext, slices.Concat(c[:], associated))
	return append(envelope, c[:]...), err
}

var errFranked = errors.New("attacks: expected an envelope and a commitment, found something else")

// Open opens an envelope, and returns an error for a text that does not fit its commitment.
func (d *franked) Open(envelope, associated []byte) (from noescrow.Identity, text []byte, err error) {
	inner, c, ok := cutCommitment(envelope)
	if !ok {
		return from, nil, errFranked
	}
	from, plaintext, err := d.Device.Open(inner, slices.Concat(c[:], associated))
	if err != nil {
		return from, nil, err
	}
	m, err := franking.Open(plaintext, c)
	if err == nil {
		d.received, d.commitment = plaintext, c
	}
	return from, m.Text, err
}

func cutCommitment(envelope []byte) (inner []byte, c franking.Commitment, ok bool) {
	n := len(envelope) - len(c)
	if n < 0 {
		return nil, c, false
	}
	return envelope[:n:n], franking.Commitment(envelope[n:]), true
}

// franked returns the wire of franked devices, given that of the devices inside. Nobody writes with it in another's
// name here.
func (w Wire) franked() Wire {
	split, text, fresh := w.split, w.text, w.fresh
	w.split = func(envelope []byte) (p Parts, ok bool) {
		inner, c, ok := cutCommitment(envelope)
		if !ok {
			return p, false
		}
		p, ok = split(inner)
		p.Head = slices.Concat(p.Head, c[:])
		return p, ok
	}
	w.text = func(p Parts, opened []byte) ([]byte, bool) {
		plaintext, ok := text(p, opened)
		if !ok || len(p.Head) < len(franking.Commitment{}) {
			return nil, false
		}
		m, err := franking.Open(plaintext, franking.Commitment(p.Head[len(p.Head)-len(franking.Commitment{}):]))
		return m.Text, err == nil
	}
	w.fresh = func() (Device, error) {
		d, err := fresh()
		return &franked{Device: d}, err
	}
	w.wrap = nil
	return w
}

// consentedLook is the phone of a witness, who opens it freely: the person with whom the target has written the most.
func (s *targeted) consentedLook(target string) attacks.Theft {
	return attacks.Theft{
		Name:    ConsentedLook,
		Parties: []attacks.Party{attacks.Device}, // the witness's, who is asked and not ordered
		Use:     attacks.Lawful,
		Takes:   "what a witness freely shows: both sides of what the two have written",
		AtEnd:   true,
		Steal:   func() (*attacks.Tape, error) { return s.handOver(target) },
		Read: func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			return readWitness(ctx, &s.kind.Wire, loot, t, found)
		},
	}
}

// handOver has the witness report each message of the target's, and add the own ones.
func (s *targeted) handOver(target string) (*attacks.Tape, error) {
	loot, err := attacks.TapeOf(append([]byte{kindProvider}, s.provider.RecoveryKey()...))
	if err != nil {
		return nil, err
	}
	witness, err := s.phones.closest(target)
	if err != nil || witness == "" {
		return loot, err
	}
	of, errTarget := s.Person(target)
	by, errWitness := s.Person(witness)
	if err := errors.Join(errTarget, errWitness); err != nil {
		return nil, err
	}
	from, to := of.Identity(), by.Identity()
	for record, err := range s.reports.All() {
		if err == nil && bytes.HasPrefix(record, to[:]) && reportedBy(record[len(to):]) == from {
			err = loot.Append(append([]byte{kindReport}, record[len(to):]...))
		}
		if err != nil {
			return nil, errors.Join(err, loot.Close())
		}
	}
	for record, err := range s.phones.stored.All() {
		var e export
		if err == nil {
			e, err = parseStored(record)
		}
		if own, _ := identities(e.route, true); err == nil && e.owner == witness && e.peer == target && own == to {
			err = loot.Append(e.record())
		}
		if err != nil {
			return nil, errors.Join(err, loot.Close())
		}
	}
	return loot, nil
}

// reportedBy returns the sender whom a report names (noescrow/franking/report.go): version, kind, commitment and stamp
// come before.
func reportedBy(report []byte) (from noescrow.Identity) {
	const before = 2 + len(franking.Commitment{}) + len(franking.Stamp{})
	if len(report) >= before+len(from) {
		copy(from[:], report[before:])
	}
	return from
}

// readWitness claims each text that the provider finds proved, for the envelope with its commitment, and each text that
// is the witness's own.
func readWitness(ctx context.Context, w *Wire, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (operations int64, err error) {
	provider, err := judge(loot)
	if err != nil {
		return 0, err
	}
	type envelope struct {
		index int
		franking.Context
	}
	envelopes := map[franking.Commitment]envelope{}
	for r, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return 0, err
		}
		if p, ok := w.split(r.Bytes); ok {
			_, c, _ := cutCommitment(r.Bytes)
			envelopes[c] = envelope{r.Index, franking.Context{From: p.From, To: p.To, At: r.At}}
		}
	}
	for record, err := range loot.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return operations, err
		}
		if len(record) == 0 || record[0] != kindReport {
			continue
		}
		operations++
		m, x, err := provider.Judge(record[1:])
		if err != nil || len(record) < 1+2+len(franking.Commitment{}) {
			continue // no proof
		}
		e, ok := envelopes[franking.Commitment(record[1+2:])]
		if ok && e.From == x.From && e.To == x.To && e.At.Equal(x.At) {
			found(e.index, m.Text)
		}
	}
	n, err := readExports(ctx, loot, t, func(b []byte) ([]byte, bool) {
		p, ok := w.split(b)
		return slices.Concat(p.From[:], p.To[:]), ok
	}, found)
	return operations + n, err
}
