package traceback

import (
	"bytes"
	"encoding"
	"errors"
	"testing"
	"time"

	"doormat/internal/testing/printed"
	"doormat/internal/testing/vectors"
)

func TestTag(t *testing.T) {
	k := NewTraceKey()
	tag := k.PublicKey().Tag(person(7))
	got, err := k.Recover(tag)
	if err != nil || got != person(7) || len(tag) != TagSize {
		t.Fatalf("%v, %v, %d bytes", got, err, len(tag))
	}
	for what, bad := range spoilt(tag) {
		if got, err := k.Recover(bad); err == nil {
			t.Errorf("%s: %v", what, got)
		}
	}
	if got, err := NewTraceKey().Recover(tag); err == nil {
		t.Errorf("another key: %v", got)
	}
	if bytes.Equal(tag, k.PublicKey().Tag(person(7))) {
		t.Error("two messages of one person have the same tag")
	}
}

// Anyone can make a tag that names anyone: it takes the public key alone. An innocent person is named.
func TestForgedTag(t *testing.T) {
	k := NewTraceKey()
	innocent := person(3)
	if got, err := k.Recover(k.PublicKey().Tag(innocent)); err != nil || got != innocent {
		t.Errorf("%v, %v", got, err)
	}
}

func TestTraceKey(t *testing.T) {
	k := NewTraceKey()
	b := k.RecoveryKey()
	stolen, err := ParseTraceKey(b)
	check(t, err)
	if got, err := stolen.Recover(k.PublicKey().Tag(person(7))); err != nil || got != person(7) || stolen.PublicKey() != k.PublicKey() {
		t.Errorf("%v, %v", got, err)
	}
	for what, bad := range spoilt(b) {
		if other, err := ParseTraceKey(bad); err == nil && (len(bad) != len(b) || !bytes.Equal(bad[:2], b[:2])) || err != nil && other != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// The table names who typed a text first, whoever else has typed it since.
func TestTable(t *testing.T) {
	table := new(Table)
	table.Pass(Hash(nil, []byte("Good morning")), person(1), monday)
	table.Pass(Hash(nil, []byte("Good morning")), person(2), monday.Add(time.Hour))
	table.Pass(Hash(nil, []byte("Good morning!")), person(3), monday.Add(2*time.Hour)) // one letter more
	for text, want := range map[string]First{"Good morning": {person(1), monday}, "Good morning!": {person(3), monday.Add(2 * time.Hour)}} {
		if got, err := table.Originator(Hash(nil, []byte(text))); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	if got, err := table.Originator(Hash(nil, []byte("good morning"))); !errors.Is(err, ErrReport) || got != (First{}) {
		t.Errorf("%v, %v", got, err)
	}
	if Hash([]byte("salt"), []byte("yes")) == Hash(nil, []byte("yes")) {
		t.Error("the salt does nothing")
	}
}

// The databases are read again as they were written, and nothing else is.
func TestDatabases(t *testing.T) {
	p, tree, table := new(PathPlatform), new(TreePlatform), new(Table)
	came := path(t, p, rumour, 0, 1, 2, 3)
	threads := spread(t, tree)
	table.Pass(Hash(nil, []byte("yes")), person(1), monday)
	table.Pass(Hash(nil, []byte("no")), person(1), monday)
	for _, c := range []struct {
		name string
		db   encoding.BinaryMarshaler
		new  func() encoding.BinaryUnmarshaler
		row  int
	}{
		{"path", p, func() encoding.BinaryUnmarshaler { return new(PathPlatform) }, pathRowSize},
		{"tree", tree, func() encoding.BinaryUnmarshaler { return new(TreePlatform) }, treeRowSize},
		{"table", table, func() encoding.BinaryUnmarshaler { return new(Table) }, tableRowSize},
	} {
		b, err := c.db.MarshalBinary()
		check(t, err)
		again := c.new()
		check(t, again.UnmarshalBinary(b))
		if got, err := again.(encoding.BinaryMarshaler).MarshalBinary(); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%s: written again as %x: %v", c.name, got, err)
		}
		for what, bad := range spoilt(b) {
			err := again.UnmarshalBinary(bad)
			if (len(bad)-2)%c.row != 0 && err == nil {
				t.Errorf("%s, %s: no error", c.name, what)
			}
			if err == nil {
				got, _ := again.(encoding.BinaryMarshaler).MarshalBinary()
				if !bytes.Equal(got, bad) {
					t.Errorf("%s, %s: read as something else", c.name, what)
				}
				check(t, again.UnmarshalBinary(b))
			}
			if got, _ := again.(encoding.BinaryMarshaler).MarshalBinary(); !bytes.Equal(got, b) {
				t.Errorf("%s, %s: an error has changed it", c.name, what)
			}
		}
		first, second := b[2:][:c.row], b[2+c.row:][:c.row]
		for what, bad := range map[string][]byte{"twice": append(append(b[:2:2], first...), first...), "not in order": append(append(b[:2:2], second...), first...)} {
			if err := c.new().UnmarshalBinary(bad); err == nil {
				t.Errorf("%s: rows %s", c.name, what)
			}
		}
	}
	// What is read traces as what was written.
	b, err := p.MarshalBinary()
	check(t, err)
	stolen := new(PathPlatform)
	check(t, stolen.UnmarshalBinary(b))
	if got, err := stolen.Trace(person(3), []byte(rumour), came); err != nil || len(got) != 4 {
		t.Errorf("%v, %v", got, err)
	}
	b, err = tree.MarshalBinary()
	check(t, err)
	stolenTree := new(TreePlatform)
	check(t, stolenTree.UnmarshalBinary(b))
	if got, err := stolenTree.Trace(person(7), []byte(rumour), threads[7]); err != nil || shape(got) != "0(1(3 4(7)) 2)" {
		t.Errorf("%s, %v", shape(got), err)
	}
}

func TestPointersAndThreads(t *testing.T) {
	p, err := ParsePointer(Pointer{k: randomBlock()}.Bytes())
	check(t, err)
	thread := &Thread{came: randomBlock(), gk: randomBlock(), next: 7}
	again, err := ParseThread(thread.Bytes())
	if err != nil || *again != *thread {
		t.Errorf("%v", err)
	}
	for what, bad := range spoilt(thread.Bytes()) {
		if _, err := ParseThread(bad); (err == nil) != (len(bad) == threadSize) {
			t.Errorf("a thread, %s: %v", what, err)
		}
	}
	for what, bad := range spoilt(p.Bytes()) {
		if _, err := ParsePointer(bad); (err == nil) != (len(bad) == 16) {
			t.Errorf("a pointer, %s: %v", what, err)
		}
	}
}

func TestLimits(t *testing.T) {
	long := make([]byte, MaxText+1)
	if _, _, err := SealPath(long, Pointer{}); err == nil {
		t.Error("a text that is too long is sealed")
	}
	if _, _, err := NewThread().Seal(long); err == nil {
		t.Error("a text that is too long is sealed")
	}
	plaintext, sent, err := SealPath(long[1:], Pointer{})
	check(t, err)
	_, _, err = OpenPath(plaintext, sent[:32])
	check(t, err)
	addr := crprf(block(plaintext[2:18]), append(long, 0)[1:])
	if _, _, err := OpenPath(append(plaintext, 0), addr[:]); err == nil {
		t.Error("a text that is too long opens")
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	k, thread, p := NewTraceKey(), NewThread(), Pointer{k: randomBlock()}
	thread.came = randomBlock()
	for _, x := range []any{k, *k, thread, *thread, p} {
		if leak := printed.Leak(x, k.private[:], thread.gk[:], thread.came[:], p.k[:]); leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
}

// The vectors have every intermediate value, in the primitives of the authors' code.
func TestVectors(t *testing.T) {
	type hex = vectors.Bytes
	type node struct {
		User     int
		Children []node
	}
	var v struct {
		Path struct {
			Message string
			Report  struct {
				Ptr  hex
				User int
			}
			Steps []struct {
				Addr, Ct, K, Ptr hex
				Receiver, Sender int
			}
			Trace []int
		}
		Tree struct {
			Message string
			Report  struct {
				Bptr, Gk hex
				User     int
			}
			Edges []struct {
				Addr, Bptr, Gk, K, Ptr    hex
				CtBptr                    hex `json:"ct_bptr"`
				CtFgk                     hex `json:"ct_fgk"`
				CtGk                      hex `json:"ct_gk"`
				CtPtr                     hex `json:"ct_ptr"`
				PlatformShare             hex `json:"platform_share"`
				SenderShare               hex `json:"sender_share"`
				ReceiverGk                hex `json:"receiver_gk"`
				Receiver, Sender, Counter int
			}
			Trace node
		}
		Primitives string
	}
	vectors.Read(t, "testdata/traceback.json", &v)
	p, text := new(PathPlatform), []byte(v.Path.Message)
	for _, s := range v.Path.Steps {
		addr, ct := crprf(block(s.K), text), encipher(block(s.K), block(s.Ptr))
		if !bytes.Equal(addr[:], s.Addr) || !bytes.Equal(ct[:], s.Ct) {
			t.Errorf("addr %x, ct %x", addr, ct)
		}
		_, err := p.Pass(append(addr[:], ct[:]...), person(s.Sender), person(s.Receiver))
		check(t, err)
	}
	got, err := p.Trace(person(v.Path.Report.User), text, Pointer{k: block(v.Path.Report.Ptr)})
	if want := people(v.Path.Trace...); err != nil || len(got) != len(want) || got[0] != want[0] || got[3] != want[3] || got[2] != want[2] {
		t.Errorf("the path is %v, %v", got, err)
	}

	tree, text := new(TreePlatform), []byte(v.Tree.Message)
	for _, e := range v.Tree.Edges {
		ptr := prf(block(e.Gk), counter(uint32(e.Counter)))
		if !bytes.Equal(ptr[:], e.Ptr) {
			t.Errorf("ptr %x", ptr)
		}
		sent := treeSent(block(e.K), block(e.SenderShare), ptr, block(e.Bptr), block(e.Gk), text)
		if want := bytes.Join([][]byte{e.Addr, e.CtPtr, e.CtBptr, e.CtGk, e.CtFgk}, nil); !bytes.Equal(sent, want) {
			t.Errorf("sent %x, expected %x", sent, want)
		}
		delivered, err := tree.pass(sent, block(e.PlatformShare), person(e.Sender), person(e.Receiver))
		check(t, err)
		plaintext, err := newPlaintext(kindTree, block(e.K), text)
		check(t, err)
		_, thread, err := OpenTree(plaintext, delivered)
		check(t, err)
		if !bytes.Equal(thread.gk[:], e.ReceiverGk) || thread.came != ptr {
			t.Errorf("the recipient's key is %x", thread.gk)
		}
	}
	var convert func(n node) *Node
	convert = func(n node) *Node {
		m := &Node{Person: person(n.User)}
		for _, c := range n.Children {
			m.Children = append(m.Children, convert(c))
		}
		return m
	}
	root, err := tree.Trace(person(v.Tree.Report.User), text, &Thread{came: block(v.Tree.Report.Bptr), gk: block(v.Tree.Report.Gk)})
	if want := shape(convert(v.Tree.Trace)); err != nil || shape(root) != want {
		t.Errorf("the tree is %s, expected %s: %v", shape(root), want, err)
	}
}
