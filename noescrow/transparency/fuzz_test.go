package transparency

import (
	"bytes"
	"testing"
)

// Each decoder writes what it reads, and reads nothing else; and nothing that a stranger sends moves a
// client, an auditor or a witness that has not signed it.

func fuzzTown(f *testing.F) (*town, *Client) {
	f.Helper()
	w := newTown(f, HashedLabels, 1, 1)
	c := w.client()
	check(f, c.Own("Ana", identity(1)))
	w.next()
	w.set("Ana", identity(1))
	w.set("Ben", identity(2))
	w.next()
	return w, c
}

func freshClient(t testing.TB, p Parameters) *Client {
	t.Helper()
	c, err := NewClient(p)
	check(t, err)
	return c
}

func FuzzLookup(f *testing.F) {
	w, c := fuzzTown(f)
	for _, label := range []string{"Ana", "Dee"} {
		data, err := w.d.Lookup(label, 0)
		check(f, err)
		f.Add(data)
		f.Add(data[:len(data)-1])
	}
	before := state(f, c)
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := parseAnswer(b, 0)
		if err == nil && !bytes.Equal(a.bytes(), b) {
			t.Errorf("%x is read as %x", b, a.bytes())
		}
		if _, err := freshClient(t, w.p).Lookup("Eli", b, w.now); err == nil {
			t.Error("an answer about Eli, whom nobody has asked about")
		}
		if _, err := c.Lookup("Eli", b, w.now); err == nil || state(t, c) != before {
			t.Errorf("%x moves the client: %v", b, err)
		}
	})
}

func FuzzMonitor(f *testing.F) {
	w, c := fuzzTown(f)
	data, err := w.d.Monitor("Ana", 0)
	check(f, err)
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parseWatched(b, 0)
		if err == nil && !bytes.Equal(p.bytes(), b) {
			t.Errorf("%x is read as %x", b, p.bytes())
		}
		before := state(t, c)
		if _, err := c.Monitor("Ana", b, w.now); err != nil && state(t, c) != before {
			t.Errorf("%x moves the client", b)
		}
	})
}

func FuzzAudit(f *testing.F) {
	w, _ := fuzzTown(f)
	data, err := w.d.Audit(0)
	check(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := NewAuditor(w.p)
		check(t, err)
		if _, err := a.Audit(b); err == nil != (a.Since() > 0) {
			t.Errorf("%x: %v, and the auditor has seen %d", b, err, a.Since())
		}
	})
}

func FuzzTree(f *testing.F) {
	leaves := randomLeaves(1, 5)
	tree := treeOf(f, leaves)
	for n := range leaves {
		f.Add(tree.prove([]index{leaves[n].index}))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tree, err := parseTree(b, 1)
		if err != nil {
			return
		}
		var all []index
		var walk func(n *node)
		walk = func(n *node) {
			switch {
			case n == nil || n.pruned:
			case n.leaf != nil:
				all = append(all, n.leaf.index)
			default:
				walk(n.left)
				walk(n.right)
			}
		}
		walk(tree)
		for _, i := range all {
			if l, err := tree.find(&i); err != nil || l == nil {
				t.Errorf("%x: a leaf that is there is not found", b)
			}
		}
		tree.sum()
	})
}

func FuzzCheckpoint(f *testing.F) {
	w, _ := fuzzTown(f)
	f.Add(w.d.Checkpoint())
	r, err := w.p.parse()
	check(f, err)
	f.Fuzz(func(t *testing.T, b []byte) {
		tr, _, err := r.open(b)
		if err == nil && !bytes.HasPrefix(w.d.Checkpoint(), []byte(tr.text())) {
			t.Errorf("%q is a checkpoint", b)
		}
		if tr, err := parseTreeHead(string(b)); err == nil && tr.text() != string(b) {
			t.Errorf("%q is read as %q", b, tr.text())
		}
	})
}

func FuzzAddCheckpoint(f *testing.F) {
	w, _ := fuzzTown(f)
	good, err := w.d.WitnessRequest(0)
	check(f, err)
	f.Add(good)
	f.Add([]byte("old 0\n\nx\n0\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		one, err := NewWitness("w")
		check(t, err)
		check(t, one.Trust(w.p.Log))
		if _, err := one.AddCheckpoint(b, monday); (err == nil) != (one.Size(origin) > 0) {
			t.Errorf("%q: %v, size %d", b, err, one.Size(origin))
		}
	})
}

func FuzzStates(f *testing.F) {
	w, c := fuzzTown(f)
	client, err := c.MarshalBinary()
	check(f, err)
	directory, err := w.d.MarshalBinary()
	check(f, err)
	witness, err := w.witnesses[0].MarshalBinary()
	check(f, err)
	known := NewContacts(freshClient(f, w.p), w.d)
	_, err = known.Renew("Ben", w.now)
	check(f, err)
	contacts, err := known.MarshalBinary()
	check(f, err)
	for _, b := range [][]byte{client, directory, witness, contacts} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, s := range []interface {
			UnmarshalBinary([]byte) error
			MarshalBinary() ([]byte, error)
		}{freshClient(t, w.p), new(Directory), new(Witness), NewContacts(c, w.d)} {
			if s.UnmarshalBinary(b) != nil {
				continue
			}
			if again, err := s.MarshalBinary(); err != nil || !bytes.Equal(again, b) {
				t.Errorf("%T: %x is written as %x, %v", s, b, again, err)
			}
		}
	})
}

func FuzzCosigner(f *testing.F) {
	w, _ := fuzzTown(f)
	f.Add(w.witnesses[0].VerifierKey())
	f.Fuzz(func(t *testing.T, key string) {
		if c, err := parseCosigner(key); err == nil && c.verifierKey() != key {
			t.Errorf("%q is read as %q", key, c.verifierKey())
		}
	})
}
