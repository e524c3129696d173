package messenger_test

import (
	"context"
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/binary"
	"errors"
	"fmt"
	"log"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/noescrow"
)

// A carbonDevice is a scheme of one's own: a noescrow device that puts a copy of each text for an
// authority before the envelope, sealed with HPKE (RFC 9180):
//
//	uint32 length of the copy ‖ copy ‖ noescrow envelope
type carbonDevice struct {
	*noescrow.Device
	authority hpke.PublicKey
}

func (d carbonDevice) Seal(to noescrow.Identity, plaintext, associated []byte) ([]byte, error) {
	copied, err := hpke.Seal(d.authority, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte("carbon"), plaintext)
	if err != nil {
		return nil, err
	}
	head := append(binary.BigEndian.AppendUint32(nil, uint32(len(copied))), copied...)
	inner, err := d.Device.Seal(to, plaintext, slices.Concat(head, associated))
	return slices.Concat(head, inner), err
}

func (d carbonDevice) Open(envelope, associated []byte) (from noescrow.Identity, plaintext []byte, err error) {
	n, ok := carbonHead(envelope)
	if !ok {
		return from, nil, noescrow.ErrOpen
	}
	return d.Device.Open(envelope[n:], slices.Concat(envelope[:n], associated))
}

// carbonHead returns the length of the head of an envelope.
func carbonHead(envelope []byte) (n int, ok bool) {
	if len(envelope) < 4 {
		return 0, false
	}
	size := uint64(binary.BigEndian.Uint32(envelope))
	return 4 + int(size), 4+size <= uint64(len(envelope))
}

// A carbonSystem is the scheme under study. Its messenger has the thefts that every messenger knows.
type carbonSystem struct {
	*messenger.Messenger
	key hpke.PrivateKey
}

func newCarbonSystem() attacks.System {
	key, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	if err != nil {
		log.Fatal(err)
	}
	newDevice := func() (messenger.Device, error) { return carbonDevice{noescrow.NewDevice(), key.PublicKey()}, nil }
	return &carbonSystem{messenger.New(messenger.Kind{
		Name:      "carbon copies",
		NewDevice: func(string) (messenger.Device, error) { return newDevice() },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire:      messenger.Around{Head: carbonHead}.Wire(newDevice),
	}), key}
}

// Thefts adds that of the authority's key. A quantum computer has it too, as HPKE is X25519 here: it is
// added to that loot, as its last record, and tried after the rest.
func (s *carbonSystem) Thefts(victim string) []attacks.Theft {
	stolen := attacks.Theft{
		Name: "carbon key", Takes: "the authority's 32 bytes", Read: readCopies,
		Parties: []attacks.Party{attacks.Authority},
		Steal: func() (*attacks.Tape, error) {
			key, err := s.key.Bytes()
			if err != nil {
				return nil, err
			}
			return attacks.TapeOf(key)
		},
	}
	quantum := s.Quantum()
	steal, read := quantum.Steal, quantum.Read
	quantum.Steal = func() (*attacks.Tape, error) {
		loot, err := steal()
		if err != nil {
			return nil, err
		}
		key, err := s.key.Bytes()
		return loot, errors.Join(err, loot.Append(append(key, s.key.PublicKey().Bytes()...)))
	}
	quantum.Read = func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
		n, err := read(ctx, loot, t, found)
		if err != nil {
			return n, err
		}
		m, err := readCopies(ctx, loot, t, found)
		return n + m, err
	}
	return slices.Concat([]attacks.Theft{s.Warrant(victim)}, s.Network(), []attacks.Theft{stolen}, s.Phone(victim), []attacks.Theft{quantum})
}

// readCopies opens the copy in each envelope with the first 32 bytes of the last record of the loot.
func readCopies(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	var last []byte
	for record, err := range loot.All() {
		if err != nil {
			return 0, err
		}
		last = append(last[:0], record...)
	}
	key, err := hpke.DHKEM(ecdh.X25519()).NewPrivateKey(last[:min(32, len(last))])
	if err != nil {
		return 0, err
	}
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		n, ok := carbonHead(r.Bytes)
		if !ok {
			return
		}
		text, err := hpke.Open(key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte("carbon"), r.Bytes[4:n])
		tried(text, err == nil)
	})
}

// A scheme of one's own joins the matrix beside noescrow, with every row: the wiretap, the relay, the
// device in three ways, the quantum computer, and the theft that only it knows.
func Example() {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	var messages []attacks.Message
	for i := range 12 {
		m := attacks.Message{At: at.AddDate(0, 0, i), From: "Ana", To: "Ben", Text: fmt.Sprint("letter ", i)}
		if i%3 == 1 {
			m.From, m.To = "Ben", "Ana"
		}
		messages = append(messages, m)
	}
	control := messenger.New(messenger.Kind{
		Name:      "no escrow",
		NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire:      messenger.NoEscrow,
	})
	systems := []attacks.System{newCarbonSystem(), control}
	table, err := attacks.Matrix(context.Background(), attacks.NewConversation(messages), "Ana", systems, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer table.Close()
	for _, theft := range table.Thefts() {
		fmt.Printf("%-29s", theft)
		for _, system := range table.Systems() {
			e := table.Cell(theft, system)
			if e == nil {
				fmt.Printf("  %s: does not exist", system)
				continue
			}
			n := e.Readable()
			fmt.Printf("  %s: %2d of %d", system, n.N, n.Of)
		}
		fmt.Println()
	}
	// Output:
	// warrant                        carbon copies: 12 of 12  no escrow: 12 of 12
	// wiretap                        carbon copies:  0 of 12  no escrow:  0 of 12
	// relay                          carbon copies:  0 of 12  no escrow:  0 of 12
	// carbon key                     carbon copies: 12 of 12  no escrow: does not exist
	// device keys                    carbon copies:  2 of 12  no escrow:  2 of 12
	// device seizure, disappearing   carbon copies:  8 of 12  no escrow:  8 of 12
	// device seizure                 carbon copies: 12 of 12  no escrow: 12 of 12
	// implant                        carbon copies: 12 of 12  no escrow: 12 of 12
	// update key                     carbon copies: 12 of 12  no escrow: 12 of 12
	// quantum                        carbon copies: 12 of 12  no escrow:  0 of 12
}

// Who signs the updates of an app reads all phones, and needs no third key. A log of updates does not prevent it, but
// shows it; what is not in the log, no phone takes.
func ExampleTargeted() {
	kind := messenger.Kind{
		Name:      "no escrow",
		NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire:      messenger.NoEscrow,
	}
	at := time.Date(2020, 4, 1, 9, 0, 0, 0, time.UTC)
	talk := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Is the choir on?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "At seven."},
		{At: at.Add(time.Hour), From: "Cas", To: "Dee", Text: "And the key?"},
		{At: at.Add(2 * time.Hour), From: "Ana", To: "Ben", Text: "Cas has it."},
	})
	table, err := attacks.Matrix(context.Background(), talk, "Ana", []attacks.System{messenger.New(kind), messenger.Targeted(kind)}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer table.Close()
	for _, theft := range []attacks.TheftName{
		messenger.Infiltration, messenger.ConsentedLook, messenger.BeforeUnlock, messenger.ImplantName,
		messenger.UpdateKey, messenger.UpdateUnlogged, messenger.UpdateLogged,
	} {
		e := table.Cell(theft, "no escrow")
		fmt.Printf("%-26s %d before, %d after, %d of others; who could notice: %v\n", theft, e.Before.N, e.After.N, e.Collateral.Messages.N, e.Noticed)
	}
	// Output:
	// infiltration               0 before, 1 after, 0 of others; who could notice: nobody
	// consented look             3 before, 0 after, 0 of others; who could notice: nobody
	// phone, before first unlock 0 before, 0 after, 0 of others; who could notice: Ana
	// implant                    2 before, 1 after, 0 of others; who could notice: who takes an app apart
	// update key                 2 before, 2 after, 1 of others; who could notice: who takes an app apart
	// update key, unlogged       0 before, 0 after, 0 of others; who could notice: all phones, which refuse it
	// update key, logged         2 before, 2 after, 1 of others; who could notice: who rebuilds what is logged
}
