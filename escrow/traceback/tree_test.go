package traceback

import (
	"testing"
)

// spread sends the rumour through this forest, and returns everyone's thread:
//
//	0 -> 1 -> 3        5 -> 6
//	       -> 4 -> 7
//	  -> 2
func spread(t testing.TB, p *TreePlatform) (threads [8]*Thread) {
	threads[0], threads[5] = NewThread(), NewThread()
	for _, edge := range [][2]int{{0, 1}, {0, 2}, {5, 6}, {1, 3}, {1, 4}, {4, 7}} {
		threads[edge[1]] = pass(t, p, rumour, threads[edge[0]], edge[0], edge[1])
	}
	return threads
}

// Whoever reports, the whole tree is named, and nothing of the other.
func TestTree(t *testing.T) {
	p := new(TreePlatform)
	threads := spread(t, p)
	for _, reporter := range []int{1, 2, 3, 4, 7} {
		got, err := p.Trace(person(reporter), []byte(rumour), threads[reporter])
		if err != nil || shape(got) != "0(1(3 4(7)) 2)" || len(got.People()) != 6 {
			t.Errorf("%d reports: %s, %v", reporter, shape(got), err)
		}
	}
	if got, err := p.Trace(person(6), []byte(rumour), threads[6]); err != nil || shape(got) != "5(6)" {
		t.Errorf("6 reports: %s, %v", shape(got), err)
	}
	if got, err := p.Trace(person(0), []byte(rumour), threads[0]); err == nil {
		t.Errorf("the originator has received nothing: %s", shape(got))
	}
}

// A forward under another text is a tree of its own.
func TestTreeMessageSwitch(t *testing.T) {
	p := new(TreePlatform)
	threads := spread(t, p)
	next := pass(t, p, "the mill will open", threads[1], 1, 2)
	got, err := p.Trace(person(2), []byte("the mill will open"), next)
	if err != nil || len(got.People()) > 2 || got.Person != person(1) {
		t.Errorf("%s, %v", shape(got), err)
	}
}

// A client that leaves out a number, to hide what it sent before or after, is where the trace ends.
func TestTreeCounterSkip(t *testing.T) {
	p := new(TreePlatform)
	one := pass(t, p, rumour, NewThread(), 0, 1)
	one.next = 5
	two := pass(t, p, rumour, one, 1, 2)
	got, err := p.Trace(person(2), []byte(rumour), two)
	if err != nil || got.Person != person(1) {
		t.Errorf("%s, %v: expected it to end at 1", shape(got), err)
	}
}

// A client that forwards with a key of its own choice is where the trace ends.
func TestTreeMalformedGenerator(t *testing.T) {
	p := new(TreePlatform)
	one := pass(t, p, rumour, NewThread(), 0, 1)
	one.gk = randomBlock()
	two := pass(t, p, rumour, one, 1, 2)
	if got, err := p.Trace(person(2), []byte(rumour), two); err != nil || shape(got) != "1(2)" {
		t.Errorf("%s, %v", shape(got), err)
	}
	// A reporter who reports with another key has not received it with that key.
	two.gk[0] ^= 1
	if got, err := p.Trace(person(2), []byte(rumour), two); err == nil {
		t.Errorf("a report with another key: %s", shape(got))
	}
}

// No sender chooses the key of a recipient: the provider's share is in it.
func TestShareOfTheProvider(t *testing.T) {
	p, q := new(TreePlatform), new(TreePlatform)
	plaintext, sent, err := NewThread().Seal([]byte(rumour))
	check(t, err)
	var keys []block
	for _, platform := range []*TreePlatform{p, q} {
		delivered, err := platform.Pass(sent, person(0), person(1))
		check(t, err)
		_, thread, err := OpenTree(plaintext, delivered)
		check(t, err)
		keys = append(keys, thread.gk)
	}
	if keys[0] == keys[1] {
		t.Error("two providers give one key")
	}
}

func TestThreadEnds(t *testing.T) {
	thread := &Thread{next: 1<<32 - 1}
	if _, _, err := thread.Seal([]byte(rumour)); err == nil {
		t.Error("the counter goes around")
	}
}
