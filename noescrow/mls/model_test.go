package mls

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

var long = flag.Bool("long", false, "play a thousand schedules, flip every bit, and make groups of 10,000")

// A service is a delivery service: it puts handshake messages in order, and takes the first commit of
// each epoch. It reads the group's epoch from their frames, and no more.
type service struct {
	log   [][]byte
	epoch uint64
}

// post takes a handshake message, or reports that it came too late.
func (s *service) post(message []byte) bool {
	m, err := parseMessage(message)
	if err != nil {
		panic(err)
	}
	kind, epoch := uint8(0), uint64(0)
	if m.wire == wirePublic {
		kind, epoch = m.public.content.kind, m.public.content.epoch
	} else {
		kind, epoch = m.private.kind, m.private.epoch
	}
	if epoch != s.epoch {
		return false
	}
	s.log = append(s.log, message)
	if kind == contentCommit {
		s.epoch++
	}
	return true
}

// player is a member in a schedule, with its place in the log.
type player struct {
	*party
	place  int
	own    map[int]bool // the places of its own proposals
	joined uint64       // its first epoch
	gone   bool
}

// letter is an application message on its way to one member.
type letter struct {
	to      *player
	message []byte
	text    string
	epoch   uint64
	opened  bool
}

// schedule plays steps of random members: lost, late, repeated and concurrent messages, and restarts.
type schedule struct {
	t       *testing.T
	rng     *rand.Rand
	suite   CipherSuite
	service service
	players []*player
	letters []*letter
	names   int
	count   map[string]int
}

func (s *schedule) newPlayer() *player {
	s.names++
	return &player{party: newParty(s.t, fmt.Sprint("player ", s.names)), own: map[int]bool{}}
}

// catchUp delivers up to n messages of the log.
func (s *schedule) catchUp(p *player, n int) {
	for ; n > 0 && p.place < len(s.service.log) && !p.gone; n-- {
		place := p.place
		p.place++
		if p.own[place] {
			continue
		}
		r, err := p.Open(s.service.log[place])
		if err != nil {
			s.t.Fatalf("%v, message %d of %d: %v", p.id, place, len(s.service.log), err)
		}
		if r.Closed {
			p.gone = true
		}
		if s.rng.IntN(8) == 0 && !p.gone {
			s.count["repeated"]++
			if err := p.refuses(s.service.log[place]); !errors.Is(err, ErrPast) && !errors.Is(err, errUsed) {
				if r.Kind != Proposed { // a proposal in clear may come twice
					s.t.Fatalf("again: %v", err)
				}
			}
		}
	}
}

func (s *schedule) step(maximum int) {
	var in []*player
	for _, p := range s.players {
		if !p.gone {
			in = append(in, p)
		}
	}
	p := in[s.rng.IntN(len(in))]
	switch s.rng.IntN(12) {
	case 0, 1, 2:
		s.catchUp(p, 1+s.rng.IntN(4))
	case 3:
		s.catchUp(p, len(s.service.log))
	case 4, 5: // a commit, seen or not by the others
		var add *player
		var proposals []Proposal
		if s.rng.IntN(2) == 0 && len(in) < maximum {
			add = s.newPlayer()
			proposals = append(proposals, Add(add.keyPackage(s.suite)))
		} else if s.rng.IntN(4) == 0 && len(in) > 2 {
			others := p.Members()
			if o := others[s.rng.IntN(len(others))]; o.Leaf != p.Self().Leaf {
				proposals = append(proposals, Remove(o.Leaf))
			}
		}
		make := p.Commit
		if s.rng.IntN(4) == 0 && add != nil && len(p.g.proposals) == 0 {
			make = p.CommitWithoutPath
		}
		commit, welcome, err := make(proposals...)
		if err != nil {
			if p.g.pending == nil && len(p.g.proposals) == 0 {
				s.t.Fatalf("%v: %v", p.id, err)
			}
			return // one is on its way, or a proposal excludes what was to be added
		}
		if s.service.post(commit) {
			s.count["commit"]++
			if add != nil {
				// The commit adds it, unless a proposal of this epoch does.
				add.Group = must1[*Group](s.t)(add.id.Join(welcome, nil))
				add.place, add.joined = len(s.service.log), s.service.epoch
				s.players = append(s.players, add)
			}
		} else {
			s.count["commit too late"]++
		}
	case 6: // a proposal
		q := Update()
		if s.rng.IntN(3) == 0 {
			others := p.Members()
			q = Remove(others[s.rng.IntN(len(others))].Leaf)
		}
		if s.service.epoch != p.Epoch() || len(in) <= 2 {
			return
		}
		message := must1[[]byte](s.t)(p.Propose(q))
		if s.service.post(message) {
			s.count["proposal"]++
			p.own[len(s.service.log)-1] = true
		}
	case 7, 8: // an application message
		text := fmt.Sprint("text ", s.rng.Uint32())
		message, err := p.Seal([]byte(text), nil)
		if errors.Is(err, ErrCommitFirst) {
			return
		} else if err != nil {
			s.t.Fatal(err)
		}
		s.count["message"]++
		for _, o := range s.players {
			if o != p {
				s.letters = append(s.letters, &letter{o, message, text, p.Epoch(), false})
			}
		}
	case 9:
		p.restart()
	case 10: // deliver letters, in any order; some are lost
		for range min(10, len(s.letters)) {
			i := s.rng.IntN(len(s.letters))
			l := s.letters[i]
			if s.deliver(l) && s.rng.IntN(3) > 0 {
				s.letters = slices.Delete(s.letters, i, i+1)
			}
		}
	case 11: // one joins, or comes back, by itself
		if s.rng.IntN(3) > 0 || p.Epoch() != s.service.epoch || p.place != len(s.service.log) {
			return
		}
		info := must1[[]byte](s.t)(p.GroupInfo())
		id := s.newPlayer()
		if s.rng.IntN(2) == 0 {
			id.id = in[s.rng.IntN(len(in))].id
			id.id.Forget(p.ID()) // it may have been removed and not know
		} else if len(in) >= maximum {
			return
		}
		g, commit, err := id.id.JoinExternal(info, nil)
		if err != nil {
			s.t.Fatal(err)
		}
		if !s.service.post(commit) {
			s.t.Fatal("the epoch is the service's")
		}
		s.count["external"]++
		id.Group = g
		id.place, id.joined = len(s.service.log), s.service.epoch
		for _, o := range s.players {
			if o.id == id.id {
				o.gone = true // its state is lost
			}
		}
		s.players = append(s.players, id)
	}
}

// deliver gives a letter to its member, and reports whether that is done with it.
func (s *schedule) deliver(l *letter) bool {
	p := l.to
	if p.gone || l.epoch < p.joined {
		return true
	}
	if l.epoch > p.Epoch() {
		if err := p.refuses(l.message); !errors.Is(err, ErrMissing) {
			s.t.Fatal(err)
		}
		s.count["early"]++
		return false
	}
	if l.opened {
		if err := p.refuses(l.message); !errors.Is(err, errUsed) && !errors.Is(err, ErrPast) {
			s.t.Fatal(err)
		}
		s.count["twice"]++
		return true
	}
	if l.epoch+MaxPastEpochs < p.Epoch() {
		if err := p.refuses(l.message); !errors.Is(err, ErrPast) {
			s.t.Fatal(err)
		}
		s.count["too late"]++
		return true
	}
	if got := p.opens(l.message); string(got.Text) != l.text {
		s.t.Fatalf("%q opens as %q", l.text, got.Text)
	}
	s.count["opened"]++
	l.opened = true
	return true
}

// finish lets all catch up, commit what is proposed, and compare.
func (s *schedule) finish() {
	for range 50 {
		var in []*player
		for _, p := range s.players {
			s.catchUp(p, len(s.service.log))
			if !p.gone {
				in = append(in, p)
			}
		}
		for _, p := range in[1:] {
			if !bytes.Equal(p.EpochAuthenticator(), in[0].EpochAuthenticator()) || p.Epoch() != s.service.epoch {
				s.t.Fatal("the members differ in the end")
			}
		}
		if len(in[0].g.proposals) == 0 {
			break
		}
		p := in[s.rng.IntN(len(in))]
		p.Discard()
		commit, _, err := p.Commit()
		if err != nil {
			s.t.Fatal(err)
		}
		s.service.post(commit)
	}
	for _, p := range s.players {
		if !p.gone {
			p.restart()
		}
	}
}

// The delivery service is honest, and the rest is chance: members miss messages and catch up, make commits
// at the same time, see messages twice, late, in another order or never, and are restarted at any time.
// Whatever happens, all who have seen the same agree, and open what they should and nothing else.
func TestSchedules(t *testing.T) {
	n, total, largest := 30, map[string]int{}, 0
	if testing.Short() {
		n = 15
	}
	if *long {
		n = 1000
	}
	for seed := range n {
		rng := rand.New(rand.NewPCG(uint64(seed), 13))
		s := &schedule{t: t, rng: rng, suite: allSuites[seed%2], count: total}
		maximum := 3 + rng.IntN(5)
		if seed%30 == 0 {
			maximum = 40
		}
		first := s.newPlayer()
		first.Group = must1[*Group](t)(first.id.NewGroup(s.suite, nil))
		s.players = []*player{first}
		if maximum == 40 { // begin with many
			var adds []Proposal
			var all []*player
			for range 35 {
				p := s.newPlayer()
				all, adds = append(all, p), append(adds, Add(p.keyPackage(s.suite)))
			}
			commit, welcome, err := first.Commit(adds...)
			if err != nil || !s.service.post(commit) {
				t.Fatal(err)
			}
			for _, p := range all {
				p.Group = must1[*Group](t)(p.id.Join(welcome, nil))
				p.place, p.joined = 1, 1
			}
			s.players = append(s.players, all...)
			s.catchUp(first, 1)
		}
		for range 60 + 4*maximum {
			s.step(maximum)
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
		s.finish()
		largest = max(largest, len(first.Members()))
	}
	t.Log(total, "largest group at the end:", largest)
	for _, what := range []string{"commit", "commit too late", "proposal", "message", "repeated", "early", "twice", "opened", "external", "too late"} {
		if total[what] == 0 {
			t.Errorf("no schedule had: %s", what)
		}
	}
}

// A group and an identity may be used by several goroutines at once: the race detector looks on.
func TestConcurrentUse(t *testing.T) {
	r := newRoom(t, X25519AES128, 3)
	a, b := r.members[0], r.members[1]
	var wait sync.WaitGroup
	messages := make(chan []byte, 100)
	for range 4 {
		wait.Go(func() {
			for range 10 {
				m, err := a.Seal([]byte("text"), nil)
				if err != nil {
					t.Error(err)
				}
				messages <- m
				a.Changes()
				_ = fmt.Sprint(a.Group, a.id, a.Members())
				a.id.KeyPackage(X25519AES128)
			}
		})
	}
	for range 4 {
		wait.Go(func() {
			for range 10 {
				if _, err := b.Open(<-messages); err != nil {
					t.Error(err)
				}
				b.Records()
			}
		})
	}
	wait.Wait()
	commit, _, err := a.Commit()
	if err != nil {
		t.Fatal(err)
	}
	r.follow(commit, nil, nil)
}
