package mls

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// stolen is the group that a thief of a store has: it touches nothing else.
func (p *party) stolen() *party {
	p.t.Helper()
	p.save()
	id, _ := p.id.MarshalBinary()
	thief := &party{t: p.t, id: new(Identity), store: maps.Clone(p.store)}
	if err := thief.id.UnmarshalBinary(id); err != nil {
		p.t.Fatal(err)
	}
	thief.id.s.psks = maps.Clone(p.id.s.psks)
	var records []Record
	for name, data := range p.store {
		records = append(records, Record{name, data})
	}
	thief.Group = must1[*Group](p.t)(LoadGroup(thief.id, records))
	return thief
}

// An application message changes one small record, whatever the size of the group: but for the first of a
// sender in an epoch, which opens the path to its leaf.
func TestMessageChangesOneRecord(t *testing.T) {
	for _, n := range []int{2, 32, 64} {
		r := newRoom(t, X25519AES128, n)
		a, b := r.members[0], r.members[n-1]
		a.save()
		b.save()
		levels := len(b.g.tree.directPath(0))
		for i := range 5 {
			message := must1[[]byte](t)(a.Seal([]byte("text"), nil))
			b.opens(message)
			for _, p := range []*party{a, b} {
				changed := p.Changes()
				size := 0
				for _, c := range changed {
					size += len(c.Name) + len(c.Data)
				}
				if i == 0 && len(changed) > levels+2 || i > 0 && (len(changed) != 1 || size > 100) {
					t.Errorf("%d members, message %d changes %d records, %d bytes", n, i, len(changed), size)
				}
				p.store = map[string][]byte{}
			}
		}
	}
}

// What opened a message is in no record once it was used: a thief of the store opens it before, and not
// after. Late messages open after all.
func TestForwardSecrecyAtRest(t *testing.T) {
	for _, suite := range allSuites {
		r := newRoom(t, suite, 5)
		a, b := r.members[1], r.members[3]
		var messages [][]byte
		for i := range 6 {
			messages = append(messages, must1[[]byte](t)(a.Seal(fmt.Appendf(nil, "message %d", i), nil)))
		}
		before := b.stolen()
		opened := []int{4, 1, 5}
		for _, i := range opened {
			b.opens(messages[i])
			b.restart()
		}
		after, sender := b.stolen(), a.stolen()
		for i, m := range messages {
			if got := before.opens(m); string(got.Text) != fmt.Sprintf("message %d", i) {
				t.Fatal("the control opens something else")
			}
			if slices.Contains(opened, i) {
				if err := after.refuses(m); !errors.Is(err, errUsed) {
					t.Error(err)
				}
			} else {
				after.opens(m)
			}
			if err := sender.refuses(m); !errors.Is(err, errUsed) {
				t.Errorf("the sender's store: %v", err)
			}
		}
		// Nothing above the leaf is left, nor any secret of the epoch that leads to it.
		for name := range b.store {
			if strings.HasSuffix(name, fmt.Sprintf("node/%d", b.g.tree.root())) || strings.HasSuffix(name, "node/2") {
				t.Errorf("%s is still there", name)
			}
		}
		if b.g.secrets.encryption != (secret{}) || b.g.secrets.joiner != (secret{}) || b.g.secrets.welcome != (secret{}) {
			t.Error("secrets that are used up are kept")
		}
		// Past epochs go too.
		late := must1[[]byte](t)(a.Seal([]byte("late"), nil))
		for range MaxPastEpochs + 1 {
			r.commit(a, nil)
		}
		b.restart()
		if err := b.stolen().refuses(late); !errors.Is(err, ErrPast) {
			t.Error(err)
		}
		for name := range b.store {
			if strings.HasPrefix(name, "epoch/1/") || name == "epoch/1" {
				t.Errorf("%s is still there", name)
			}
		}
	}
}

// Who has copied a member's state reads until that member's own commit has a path.
func TestHealing(t *testing.T) {
	r := newRoom(t, X25519AES128, 4)
	a, b := r.members[0], r.members[1]
	thief := a.stolen()
	commit, _, err := b.Commit()
	if err != nil {
		t.Fatal(err)
	}
	r.follow(commit, nil, nil)
	thief.opens(commit)
	// A commit of the member without a path does not help: the thief has all that it needs.
	commit, _, err = a.CommitWithoutPath(ResumptionPSK(a.Epoch()))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := parseMessage(commit)
	content, _, err := thief.g.keys.openPrivate(m.private)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := thief.g.resolve(content.content.commit, content.content.sender)
	next, _, err := thief.g.follow(thief.g.checks(), content, list, thief.g.psks)
	if err != nil {
		t.Fatal(err)
	}
	r.follow(commit, nil, nil)
	if !bytes.Equal(next.secrets.authentication[:], a.EpochAuthenticator()) {
		t.Error("the thief is not in the new epoch")
	}
	thief = a.stolen()
	if got := thief.opens(must1[[]byte](t)(b.Seal([]byte("read"), nil))); string(got.Text) != "read" {
		t.Error("the control reads nothing")
	}
	update := must1[[]byte](t)(a.Propose(Update()))
	for _, m := range r.members[1:] {
		m.opens(update)
	}
	public, _, err := b.Commit()
	if err != nil {
		t.Fatal(err)
	}
	thief.g.proposals = append(thief.g.proposals, &sourced{proposal: a.g.proposals[0].proposal, sender: a.g.proposals[0].sender, ref: a.g.proposals[0].ref, own: &ownLeaf{thief.g.suite.newKeyPair(), thief.g.signer}})
	r.follow(public, nil, nil)
	if _, err := thief.Open(public); !errors.Is(err, ErrFork) {
		t.Errorf("after the Update: %v", err)
	}
	// Who was removed reads nothing more either.
	last := r.members[3]
	gone := last.stolen()
	r.commit(b, nil, Remove(3))
	text := must1[[]byte](t)(b.Seal([]byte("without 3"), nil))
	if _, err := gone.Open(text); !errors.Is(err, ErrMissing) {
		t.Error(err)
	}
	if err := last.refuses(text); !errors.Is(err, errClosed) {
		t.Error(err)
	}
	last.restart()
	for name, data := range last.store {
		if name != "group" || bytes.Contains(data, last.id.s.key.Seed()) {
			t.Errorf("who was removed keeps %s", name)
		}
	}
	if len(r.members[0].g.past) == 0 {
		t.Error("no past epoch")
	}
}

// Messages of one sender in any order, across restarts, up to the limits.
func TestOutOfOrder(t *testing.T) {
	r := newRoom(t, X25519AES128, 2)
	a, b := r.members[0], r.members[1]
	var messages [][]byte
	for i := range MaxForward + 3 {
		messages = append(messages, must1[[]byte](t)(a.Seal(fmt.Append(nil, i), nil)))
	}
	open := func(i int) {
		t.Helper()
		if got := b.opens(messages[i]); string(got.Text) != fmt.Sprint(i) {
			t.Fatalf("%d opens as %s", i, got.Text)
		}
	}
	says(t, "one too far", b.refuses(messages[MaxForward+1]), "skips 1001 generations of its sender, expected at most 1000")
	open(MaxForward)
	b.restart()
	open(MaxForward + 2)
	for _, i := range []int{0, 999, 500, MaxForward + 1} {
		open(i)
		b.restart()
		if err := b.refuses(messages[i]); !errors.Is(err, errUsed) {
			t.Error(err)
		}
	}
	// The window moves on, and the oldest keys go.
	for range 2 {
		for range MaxForward {
			must1[[]byte](t)(a.Seal(nil, nil))
		}
		b.opens(must1[[]byte](t)(a.Seal(nil, nil)))
	}
	if err := b.refuses(messages[1]); !errors.Is(err, errUsed) {
		t.Error(err)
	}
	b.restart()
	if n := len(b.g.keys.secrets.senders[0][application].skipped); n > MaxSkipped || n < MaxSkipped-5 {
		t.Errorf("%d keys are kept", n)
	}
	// Proposals have a limit of their own.
	var proposals [][]byte
	for range MaxForwardHandshake + 2 {
		proposals = append(proposals, must1[[]byte](t)(a.Propose(Update())))
	}
	says(t, "one too far", b.refuses(proposals[MaxForwardHandshake+1]), "skips 101 generations of its sender, expected at most 100")
	b.opens(proposals[MaxForwardHandshake])
	// The last generation of all, which a member might name at once.
	if _, err := b.g.keys.secrets.key(0, application, ^uint32(0), ^uint32(0)); !errors.Is(err, errGeneration) && err == nil {
		t.Error("the last generation")
	}
}

func TestPlaintextLimit(t *testing.T) {
	r := newRoom(t, X25519AES128, 2)
	if _, err := r.members[0].Seal(make([]byte, MaxPlaintext+1), nil); err == nil {
		t.Error("a plaintext over the limit")
	}
	text := make([]byte, MaxPlaintext)
	if got := r.members[1].opens(must1[[]byte](t)(r.members[0].Seal(text, nil))); !bytes.Equal(got.Text, text) {
		t.Error("a plaintext at the limit")
	}
	var last int
	lengths := map[int]bool{}
	for n := range 120 {
		last = len(must1[[]byte](t)(r.members[0].Seal(make([]byte, n), nil)))
		lengths[last] = true
	}
	if len(lengths) > 8 {
		t.Errorf("120 plaintexts have %d lengths", len(lengths))
	}
}

// Records that are not what Changes wrote.
func TestRecordsRefused(t *testing.T) {
	r := newRoom(t, X25519AES128, 3)
	a, b := r.members[0], r.members[1]
	b.Seal(nil, nil)
	skipped := must1[[]byte](t)(b.Seal(nil, nil))
	a.opens(skipped)
	b.opens(must1[[]byte](t)(a.Seal(nil, nil)))
	r.commit(b, nil)
	a.opens(must1[[]byte](t)(b.Propose(Update())))
	if _, _, err := a.Commit(); err != nil {
		t.Fatal(err)
	}
	records := a.Records()
	kinds := map[string]bool{}
	for i, rec := range records {
		parts := strings.Split(rec.Name, "/")
		kinds[fmt.Sprint(len(parts), parts[0], parts[min(2, len(parts)-1)])] = true
		bad := func(what string, data []byte, name string) {
			t.Helper()
			changed := slices.Clone(records)
			changed[i] = Record{name, data}
			if _, err := LoadGroup(a.id, changed); err == nil {
				t.Errorf("%s: %s is taken", rec.Name, what)
			}
		}
		bad("a byte more", append(bytes.Clone(rec.Data), 0), rec.Name)
		bad("a byte less", rec.Data[:len(rec.Data)-1], rec.Name)
		bad("nothing", nil, rec.Name)
		bad("another version", append([]byte{9}, rec.Data[1:]...), rec.Name)
		bad("another name", rec.Data, rec.Name+"0")
		bad("a name with a zero", rec.Data, strings.Replace(rec.Name, "/", "/0", 1)+"/")
		if _, err := LoadGroup(a.id, append(slices.Clip(records), rec)); err == nil {
			t.Errorf("%s is taken twice", rec.Name)
		}
	}
	if len(kinds) < 7 {
		t.Errorf("looked at %v only", kinds)
	}
	whole, _ := a.MarshalBinary()
	for _, bad := range [][]byte{nil, {}, whole[:len(whole)-1], append(bytes.Clone(whole), 0), append([]byte{2}, whole[1:]...)} {
		if _, err := ParseGroup(a.id, bad); err == nil {
			t.Error("a broken state is taken")
		}
	}
	saved, _ := a.id.MarshalBinary()
	for _, bad := range [][]byte{nil, {}, saved[:len(saved)-1], append(bytes.Clone(saved), 0), append([]byte{2}, saved[1:]...)} {
		if err := new(Identity).UnmarshalBinary(bad); err == nil {
			t.Error("a broken identity is taken")
		}
	}
}
