package attacks_test

import (
	"crypto/rand"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// slow is a post office at which each card takes a second.
type slow struct {
	postcards
	name string
	fail bool
}

func (s *slow) Name() string { return s.name }

func (s *slow) Send(m attacks.Message) ([]byte, error) {
	time.Sleep(time.Second) // of a bubble's clock
	if s.fail {
		return nil, errOnPurpose
	}
	return s.postcards.Send(m)
}

// Two systems take as long as one on two cores. They take twice as long on one core, and where a run has to
// repeat, since they draw from one stream.
func TestSystemsSideBySide(t *testing.T) {
	const n = 10
	for _, c := range []struct {
		cores  int
		seeded bool
		want   time.Duration
	}{{2, false, n * time.Second}, {1, false, 2 * n * time.Second}, {2, true, 2 * n * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(c.cores))
			if c.seeded {
				attackstest.Seed(t, [32]byte{1})
			}
			start := time.Now()
			systems := []attacks.System{&slow{name: "north"}, &slow{name: "south"}}
			table, err := attacks.Matrix(t.Context(), attackstest.Conversation(n), "Zoë", systems, nil) // who writes nothing
			if err != nil {
				t.Fatal(err)
			}
			defer table.Close()
			if took := time.Since(start); took != c.want {
				t.Errorf("%d cores, seeded %v: %v, expected %v", c.cores, c.seeded, took, c.want)
			}
			if table.Results[0].System != "north" || table.Results[1].System != "south" || systems[0] != nil || systems[1] != nil {
				t.Error("the results are in another order, or the systems are still there")
			}
		})
	}
}

// What is shown is the progress of one system, and then of the next.
func TestProgressOfOneSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
		var mu sync.Mutex
		var shown []string
		systems := []attacks.System{&slow{name: "north"}, &postcards{}, &slow{name: "south"}}
		table, err := attacks.Matrix(t.Context(), attackstest.Conversation(10), "Zoë", systems, func(what string, _, _ int) {
			mu.Lock()
			defer mu.Unlock()
			name, _, _ := strings.Cut(what, ":")
			if len(shown) == 0 || shown[len(shown)-1] != name {
				shown = append(shown, name)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		defer table.Close()
		if got := strings.Join(shown, ", "); got != "north" && got != "north, south" { // both are done at the same moment
			t.Errorf("progress is shown of %s", got)
		}
	})
}

// The error is that of the system that failed, and not of those that were stopped because of it.
func TestOneSystemFails(t *testing.T) {
	for _, cores := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			systems := []attacks.System{&slow{name: "north"}, &slow{name: "south", fail: true}, &slow{name: "east"}}
			_, err := attacks.Matrix(t.Context(), attackstest.Conversation(10), "Zoë", systems, nil)
			if !errors.Is(err, errOnPurpose) || !strings.HasPrefix(err.Error(), "attacks: south") {
				t.Errorf("%d cores: %v", cores, err)
			}
		})
	}
}

// A replaced reader is noticed, of whatever type it is.
func TestSeededRunsDrawInOrder(t *testing.T) {
	run := func() (all []map[string][]byte) {
		attackstest.Seed(t, [32]byte{7})
		systems := []attacks.System{&tossed{name: "north"}, &tossed{name: "south"}, &tossed{name: "east"}}
		table, err := attacks.Matrix(t.Context(), attackstest.Conversation(40), "Ana", systems, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer table.Close()
		for _, r := range table.Results {
			all = append(all, attackstest.Bytes(t, r))
		}
		return all
	}
	first := run()
	for range 5 {
		for i, again := range run() {
			if string(again["transcript"]) != string(first[i]["transcript"]) {
				t.Fatalf("system %d: another transcript with the same seed", i)
			}
		}
	}
}

// tossed writes some random bytes on each card.
type tossed struct {
	postcards
	name string
}

func (t *tossed) Name() string { return t.name }

func (s *tossed) Send(m attacks.Message) ([]byte, error) {
	m.Text += "\x00" + rand.Text()
	return s.postcards.Send(m)
}

func (s *tossed) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	from, text, err = s.postcards.Receive(to, at, envelope)
	text, _, _ = strings.Cut(text, "\x00")
	return from, text, err
}
