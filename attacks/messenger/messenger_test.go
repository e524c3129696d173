package messenger

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/noescrow"
)

// newTwin is the messenger of these tests: noescrow. The other twin has the same tests in attacks/escrow.
func newTwin() *Messenger {
	return New(Kind{
		Name:      "no escrow",
		NewDevice: func(string) (Device, error) { return noescrow.NewDevice(), nil },
		NewShelf:  func(p []byte) (Shelf, error) { return noescrow.NewShelf(p) },
		Wire:      NoEscrow,
	})
}

func wire() *Wire {
	w := NoEscrow
	return &w
}

var runs = attackstest.NewOnce(func(string) attacks.System { return newTwin() })

// cells checks one theft with each victim.
func cells(t *testing.T, theft attacks.TheftName, want func(victim string) attackstest.Want) {
	t.Helper()
	for _, victim := range attackstest.Victims() {
		attackstest.Check(t, attackstest.Exposure(t, runs.Result(t, victim), theft), want(victim))
	}
}

func nothing(forged attacks.Verdict, atEnd bool) func(victim string) attackstest.Want {
	return func(victim string) attackstest.Want {
		return attackstest.Want{
			Opened: make([]bool, attackstest.Size),
			Forged: attackstest.IfWrote(victim, forged),
			AtEnd:  atEnd,
		}
	}
}

func TestWiretapOpensNothing(t *testing.T) {
	cells(t, attacks.WiretapName, nothing(attacks.Refused, false))
}

func TestRelayOpensNothing(t *testing.T) { cells(t, Relay, nothing(attacks.Refused, false)) }

func TestQuantumOpensNothingAndForges(t *testing.T) {
	cells(t, Quantum, nothing(attacks.Accepted, true))
}

func TestDeviceKeysHealAtTheTurn(t *testing.T) {
	talk := attackstest.Talk(attackstest.Size)
	cells(t, attacks.DeviceKeys, func(victim string) attackstest.Want {
		return attackstest.Want{
			Opened: attackstest.Copied(talk, victim, attackstest.Size/2),
			Forged: attackstest.IfWrote(victim, attacks.Accepted),
		}
	})
	// The model is not empty: where the talk turns some open and some do not. Eli is never
	// answered and Zoë never writes, so nothing heals them.
	for _, victim := range attackstest.Victims() {
		after := attackstest.Count(attackstest.That(talk, func(i int, m attacks.Message) bool {
			return i >= attackstest.Size/2 && attackstest.Involving(victim, m)
		}))
		n := attackstest.Exposure(t, runs.Result(t, victim), attacks.DeviceKeys).After.N
		if n == 0 || n > after || (n == after) != (victim == "Eli" || victim == "Zoë") {
			t.Errorf("%s: %d messages of %d after the theft open", victim, n, after)
		}
	}
}

func TestSeizureOpensTheHistory(t *testing.T) {
	cells(t, Seizure, func(victim string) attackstest.Want {
		return attackstest.Want{
			Opened: attackstest.That(attackstest.Talk(attackstest.Size), func(_ int, m attacks.Message) bool {
				return attackstest.Involving(victim, m)
			}),
			Forged:  attackstest.IfWrote(victim, attacks.Accepted),
			Noticed: attacks.Notice{Who: victim},
			AtEnd:   true,
		}
	})
}

// A warrant without escrow is that phone, and writes nothing with it.
func TestWarrantIsThePhone(t *testing.T) {
	cells(t, attacks.WarrantName, func(victim string) attackstest.Want {
		return attackstest.Want{
			Opened: attackstest.That(attackstest.Talk(attackstest.Size), func(_ int, m attacks.Message) bool {
				return attackstest.Involving(victim, m)
			}),
			Noticed: attacks.Notice{Who: victim},
			AtEnd:   true,
		}
	})
}

func TestDisappearingMessagesDisappear(t *testing.T) {
	talk := attackstest.Talk(attackstest.Size)
	week := talk[len(talk)-1].At.Add(-7 * 24 * time.Hour)
	cells(t, SeizureDisappearing, func(victim string) attackstest.Want {
		opened := attackstest.That(talk, func(_ int, m attacks.Message) bool {
			return attackstest.Involving(victim, m) && !m.At.Before(week)
		})
		all := attackstest.Count(attackstest.That(talk, func(_ int, m attacks.Message) bool { return attackstest.Involving(victim, m) }))
		if n := attackstest.Count(opened); n == 0 || n == all {
			t.Errorf("%s: %d of %d are of the last week", victim, n, all)
		}
		return attackstest.Want{
			Opened:  opened,
			Forged:  attackstest.IfWrote(victim, attacks.Accepted),
			Noticed: attacks.Notice{Who: victim},
			AtEnd:   true,
		}
	})
}

// The hour that counts is the seizure's, not the one of the last message on the phone, and not the
// one of the message that happened to be sent last.
func TestMessagesDisappearWhileThePhoneIsSilent(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 12, 0, 0, 0, time.UTC) }
	c := attacks.NewConversation([]attacks.Message{
		{At: day(1), From: "Ana", To: "Ben", Text: "long ago"},
		{At: day(10).Add(-time.Millisecond), From: "Ben", To: "Ana", Text: "a week ago, and a moment"},
		{At: day(10), From: "Ben", To: "Ana", Text: "a week ago"},
		{At: day(17), From: "Ben", To: "Cas", Text: "today"},
		{At: day(2), From: "Ben", To: "Cas", Text: "found in the attic"},
	})
	r, err := attacks.Run(t.Context(), newTwin(), c, "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	attackstest.Same(t, "in the last week", attackstest.Exposure(t, r, SeizureDisappearing).Opened, []bool{false, false, true, false, false})
}

func TestUnknownPeople(t *testing.T) {
	m := newTwin()
	_, errSend := m.Send(attacks.Message{From: "Ana", To: "Ben"})
	_, errIdentity := m.Identity("Ana")
	_, errBundle := m.Bundle("Ana")
	_, errInspect := m.Inspect("Ana")
	_, _, errReceive := m.Receive("Ana", time.Time{}, nil)
	for what, err := range map[string]error{"Send": errSend, "Identity": errIdentity, "Bundle": errBundle, "Inspect": errInspect, "Receive": errReceive} {
		if err == nil || !strings.Contains(err.Error(), `"Ana"`) {
			t.Errorf("%s for a person who is not enrolled: %v", what, err)
		}
	}
}

func TestThiefHasBytes(t *testing.T) {
	attackstest.ThiefHasBytes(t, func() attacks.System { return newTwin() }, 100)
}

func TestDamagedLoot(t *testing.T) {
	attackstest.DamagedLoot(t, func() attacks.System { return newTwin() }, attackstest.Damages{
		Believed: []attacks.TheftName{attacks.WarrantName, Seizure, SeizureDisappearing, ImplantName, UpdateKey}, // a thief believes what the phone says
		Whole:    []attacks.TheftName{attacks.DeviceKeys},                                                        // a device's state is one piece
	})
}

func TestDamagedTranscript(t *testing.T) {
	attackstest.DamagedTranscript(t, func() attacks.System { return newTwin() })
}

func TestSeededRunsAreEqual(t *testing.T) {
	attackstest.SeededRunsAreEqual(t, func() attacks.System { return newTwin() })
}

// A damaged state is damaged for both who read it: the package that wrote it, and the attacks'
// own parser, which is the more lenient.
func TestParseDeviceTruncated(t *testing.T) {
	state, err := attackstest.Run(t, newTwin(), 12, "Ana").Loot[attacks.DeviceKeys].First()
	if err != nil {
		t.Fatal(err)
	}
	d, err := parseDevice(state)
	least := oneTimePrekeys - len(attackstest.People)
	if err != nil || len(d.curve) < least || len(d.kem) < least || len(d.sessions) == 0 {
		t.Fatalf("%d curve keys, %d KEM keys, %d peers, %v", len(d.curve), len(d.kem), len(d.sessions), err)
	}
	for i := range state {
		if _, err := parseDevice(state[:i]); err != errStolen {
			t.Fatalf("%d bytes of a device: %v", i, err)
		}
	}
	if _, err := parseDevice(append(state, 0)); err != errStolen {
		t.Errorf("a trailing byte: %v", err)
	}

	// Behind the rest stands whom the owner has verified.
	owner, peer := new(noescrow.Device), noescrow.NewDevice().Identity()
	if err := owner.UnmarshalBinary(state); err != nil {
		t.Fatal(err)
	}
	if err := owner.Verify(peer, noescrow.SafetyNumber(owner.Identity(), peer)); err != nil {
		t.Fatal(err)
	}
	if state, err = owner.MarshalBinary(); err != nil {
		t.Fatal(err)
	}
	if again, err := parseDevice(state); err != nil || len(again.sessions) != len(d.sessions) {
		t.Errorf("a state with a verified peer: %v", err)
	}
}

func TestParseQuantumLootTruncated(t *testing.T) {
	all := attackstest.Records(t, attackstest.Run(t, newTwin(), 12, "Ana").Loot[Quantum])
	publication := all[slices.IndexFunc(all, func(r []byte) bool { return len(r) != 64 })]
	q, err := parseQuantumLoot(wire(), attackstest.Tape(t, publication))
	if err != nil || len(q.people) != 1 {
		t.Fatalf("%d people, %v", len(q.people), err)
	}
	for n := 0; n < len(publication); n += 7 {
		if n == 64 { // that length is a key's
			continue
		}
		if _, err := parseQuantumLoot(wire(), attackstest.Tape(t, publication[:n])); err != errPublished {
			t.Fatalf("%d bytes of a publication: %v", n, err)
		}
	}
}

// splits checks that every envelope of a run splits, and that no truncation does that is too short.
func splits(t *testing.T, w *Wire, envelopes [][]byte) {
	t.Helper()
	for i, envelope := range envelopes {
		p, ok := w.split(envelope)
		if !ok || !bytes.Equal(slices.Concat(p.Head, p.Inner), envelope) {
			t.Fatalf("envelope %d does not split", i)
		}
		shortest := len(p.Head) + p.clear + headerSize + tagSize
		for n := range envelope {
			if _, ok := w.split(envelope[:n]); ok != (n >= shortest) {
				t.Fatalf("%d bytes of an envelope of %d, which needs %d: %v", n, len(envelope), shortest, ok)
			}
		}
	}
}

func TestSplitTruncated(t *testing.T) {
	var envelopes, wrapped [][]byte
	l := Layout{Version: 7, Field: 20}
	head := l.Join(make([]byte, 20), SealBody(make([]byte, 32), noescrow.Identity{}, noescrow.Identity{}, "text"))
	for _, record := range attackstest.Records(t, attackstest.Run(t, newTwin(), 12, "Ana").Transcript.Tape) {
		envelopes = append(envelopes, record[8:])
		wrapped = append(wrapped, slices.Concat(head, record[8:]))
	}
	splits(t, wire(), envelopes)
	w := l.Wire(32, nil)
	splits(t, &w, wrapped)
}

// However a run ends, its temporary files go.
func TestCancelled(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	long := attackstest.Talk(8)
	for i := range long {
		long[i].Text = strings.Repeat("x", 300_000) // each tape goes to a file
	}
	c := attacks.NewConversation(long)
	stops := []attacks.TheftName{"sending", attacks.WiretapName, attacks.DeviceKeys, Seizure, Quantum}
	if testing.Short() {
		stops = stops[:2]
	}
	for _, stop := range stops {
		ctx, cancel := context.WithCancel(t.Context())
		steps := 0
		_, err := attacks.Run(ctx, newTwin(), c, c.People[0], func(what string, _, _ int) {
			if strings.HasSuffix(what, ": "+string(stop)) {
				if steps++; steps == 2 {
					cancel()
				}
			}
		})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled while %q: %v", stop, err)
		}
		if files := attackstest.Left(t, dir); len(files) > 0 {
			t.Errorf("cancelled while %q: %v is left", stop, files)
		}
	}
}
