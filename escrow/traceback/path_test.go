package traceback

import (
	"errors"
	"slices"
	"testing"
)

func TestPath(t *testing.T) {
	p := new(PathPlatform)
	path(t, p, "another rumour", 0, 1, 2, 3)
	came := path(t, p, rumour, 0, 1, 2, 3)
	path(t, p, rumour, 7, 3) // the same text, from another
	got, err := p.Trace(person(3), []byte(rumour), came)
	if err != nil || !slices.Equal(got, people(3, 2, 1, 0)) {
		t.Errorf("the path is %v, %v", got, err)
	}
	if p.Len() != 7 {
		t.Errorf("%d rows", p.Len())
	}
}

// A forward under another text ends the chain at the forwarder, whose words they are.
func TestPathMessageBinding(t *testing.T) {
	p := new(PathPlatform)
	came := path(t, p, rumour, 0, 1)
	plaintext, sent, err := SealPath([]byte("the mill will open"), came)
	check(t, err)
	delivered, err := p.Pass(sent, person(1), person(2))
	check(t, err)
	_, came, err = OpenPath(plaintext, delivered)
	check(t, err)
	if got, err := p.Trace(person(2), []byte("the mill will open"), came); err != nil || !slices.Equal(got, people(2, 1)) {
		t.Errorf("the path is %v, %v", got, err)
	}
	if got, err := p.Trace(person(2), []byte(rumour), came); !errors.Is(err, ErrReport) {
		t.Errorf("a report of another text: %v, %v", got, err)
	}
}

// No client can name another: who forwards with a pointer that came to somebody else is the originator, and
// a report by who was not the recipient is none.
func TestIdentityBinding(t *testing.T) {
	p := new(PathPlatform)
	came := path(t, p, rumour, 0, 1)
	plaintext, sent, err := SealPath([]byte(rumour), came) // 5 has learnt 1's pointer
	check(t, err)
	delivered, err := p.Pass(sent, person(5), person(6))
	check(t, err)
	_, after, err := OpenPath(plaintext, delivered)
	check(t, err)
	if got, err := p.Trace(person(6), []byte(rumour), after); err != nil || !slices.Equal(got, people(6, 5)) {
		t.Errorf("the path is %v, %v", got, err)
	}
	if got, err := p.Trace(person(5), []byte(rumour), came); !errors.Is(err, ErrReport) {
		t.Errorf("a report by who did not receive it: %v, %v", got, err)
	}
	if got, err := p.Trace(person(1), []byte(rumour), Pointer{}); !errors.Is(err, ErrReport) {
		t.Errorf("a report without a pointer: %v, %v", got, err)
	}

	tree := new(TreePlatform)
	root := NewThread()
	one := pass(t, tree, rumour, root, 0, 1)
	six := pass(t, tree, rumour, &Thread{came: one.came, gk: one.gk}, 5, 6)
	if got, err := tree.Trace(person(6), []byte(rumour), six); err != nil || shape(got) != "5(6)" {
		t.Errorf("the tree is %s, %v", shape(got), err)
	}
	if got, err := tree.Trace(person(5), []byte(rumour), one); !errors.Is(err, ErrReport) {
		t.Errorf("a report by who did not receive it: %s, %v", shape(got), err)
	}
}

// A recipient refuses what could not be traced.
func TestUntraceableIsRefused(t *testing.T) {
	plaintext, sent, err := SealPath([]byte(rumour), Pointer{})
	check(t, err)
	_, _, err = OpenPath(plaintext, sent[:PathDelivered])
	check(t, err)
	for what, bad := range spoilt(sent[:PathDelivered]) {
		if text, _, err := OpenPath(plaintext, bad); !errors.Is(err, ErrTag) || text != nil {
			t.Errorf("the address, %s: %q, %v", what, text, err)
		}
	}
	for what, bad := range spoilt(plaintext) {
		if text, _, err := OpenPath(bad, sent[:PathDelivered]); err == nil || text != nil {
			t.Errorf("the plaintext, %s: %q, %v", what, text, err)
		}
	}
	plaintext, sent, err = NewThread().Seal([]byte(rumour))
	check(t, err)
	delivered, err := new(TreePlatform).Pass(sent, person(0), person(1))
	check(t, err)
	_, _, err = OpenTree(plaintext, delivered)
	check(t, err)
	for what, bad := range spoilt(delivered[:32]) { // addr and the pointer; the rest is checked by the trace
		if len(bad) != 32 {
			continue
		}
		if text, _, err := OpenTree(plaintext, append(bad, delivered[32:]...)); !errors.Is(err, ErrTag) || text != nil {
			t.Errorf("the delivery, %s: %q, %v", what, text, err)
		}
	}
	for what, bad := range spoilt(delivered) {
		if len(bad) == TreeDelivered {
			continue
		}
		if text, _, err := OpenTree(plaintext, bad); !errors.Is(err, ErrTag) || text != nil {
			t.Errorf("the delivery, %s: %q, %v", what, text, err)
		}
	}
	for what, bad := range spoilt(plaintext) {
		if text, _, err := OpenTree(bad, delivered); err == nil || text != nil {
			t.Errorf("the plaintext, %s: %q, %v", what, text, err)
		}
	}
}

// An address is used once, so that no one can write over another's row.
func TestRepeatedAddress(t *testing.T) {
	p := new(PathPlatform)
	_, sent, err := SealPath([]byte(rumour), Pointer{})
	check(t, err)
	_, err = p.Pass(sent, person(0), person(1))
	check(t, err)
	if _, err := p.Pass(sent, person(2), person(1)); err == nil || p.Len() != 1 {
		t.Errorf("a repeated address: %v, %d rows", err, p.Len())
	}
	tree := new(TreePlatform)
	_, sent, err = NewThread().Seal([]byte(rumour))
	check(t, err)
	_, err = tree.Pass(sent, person(0), person(1))
	check(t, err)
	if _, err := tree.Pass(sent, person(2), person(1)); err == nil || tree.Len() != 1 {
		t.Errorf("a repeated address: %v, %d rows", err, tree.Len())
	}
	for what, bad := range spoilt(sent) {
		if len(bad) == TreeSent {
			continue
		}
		if _, err := tree.Pass(bad, person(0), person(1)); err == nil {
			t.Errorf("%s is stored", what)
		}
		if _, err := p.Pass(bad, person(0), person(1)); err == nil && len(bad) != PathSent {
			t.Errorf("%s is stored", what)
		}
	}
}

// Two clients who choose their keys can make rows that point to each other. A trace of those ends.
func TestRing(t *testing.T) {
	p := new(PathPlatform)
	one, two := randomBlock(), randomBlock()
	for i, k := range []block{one, two} {
		other := []block{two, one}[i]
		addr, ct := crprf(k, []byte(rumour)), encipher(k, other)
		_, err := p.Pass(append(addr[:], ct[:]...), person(i), person(1-i))
		check(t, err)
	}
	got, err := p.Trace(person(1), []byte(rumour), Pointer{k: one})
	if err != nil || !slices.Equal(got, people(1, 0, 1)) {
		t.Errorf("the path is %v, %v", got, err)
	}
}

// A row alone says nothing: the addresses of one text differ, and the pointer that a key deciphers under
// any other key leads nowhere.
func TestRowsHideForwards(t *testing.T) {
	p, tree := new(PathPlatform), new(TreePlatform)
	var pointers []Pointer
	for i := range 100 {
		pointers = append(pointers, path(t, p, "yes", i, i+1, i+2))
		pass(t, tree, "yes", pass(t, tree, "yes", NewThread(), i, i+1), i+1, i+2)
	}
	if p.Len() != 200 || tree.Len() != 200 {
		t.Fatalf("%d and %d rows, expected 200: addresses are repeated", p.Len(), tree.Len())
	}
	cts := map[block]bool{}
	for _, r := range p.rows {
		cts[r.ct] = true
	}
	if len(cts) != 200 {
		t.Errorf("of 200 pointers %d look different", len(cts))
	}
	for i, came := range pointers {
		other := pointers[(i+1)%len(pointers)]
		if _, err := p.Trace(person(i+2), []byte("yes"), other); err == nil {
			t.Errorf("the pointer of one message traces another")
		}
		if _, err := p.Trace(person(i+2), []byte("yes"), came); err != nil {
			t.Error(err)
		}
	}
}
