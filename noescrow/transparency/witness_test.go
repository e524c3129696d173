package transparency

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// A directory shows Ana one history, and Ben another. Each client alone is content; an honest witness signs
// one of the two; and two people who compare have proof.
func TestSplitView(t *testing.T) {
	w := newTown(t, VRFLabels, 3, 2)
	ana, ben := w.client(), w.client()
	check(t, ana.Own("Ana", identity(1)))
	w.set("Ana", identity(1))
	w.next()
	_, err := lookup(ben, w.d, "Ana", w.now)
	check(t, err)
	evil := fork(t, w.d)
	check(t, evil.Set("Ana", identity(66)))
	w.next() // the true history, which all witnesses sign
	_, err = evil.Publish(w.now)
	check(t, err)
	for _, one := range w.witnesses {
		body, err := evil.WitnessRequest(1)
		check(t, err)
		_, err = one.AddCheckpoint(body, w.now)
		refused(t, err, "expected a proof from size 2")
		body = append([]byte("old 2\n\n"), evil.Checkpoint()...)
		_, err = one.AddCheckpoint(body, w.now)
		refused(t, err, "continues that of 2")
	}
	_, err = lookup(ben, evil, "Ana", w.now)
	if !errors.Is(err, ErrQuorum) {
		t.Errorf("a fork without cosignatures: %v", err)
	}
	_, err = monitor(ana, w.d, "Ana", w.now)
	check(t, err)
	ours, theirs := ana.Checkpoint(), evil.Checkpoint()
	var split *Split
	if err := ana.Compare(theirs, nil); !errors.As(err, &split) {
		t.Fatalf("%v, expected a split", err)
	}
	check(t, CheckSplit(w.p.Log, split.A, split.B))
	if !bytes.Equal(split.A, ours) || !bytes.Equal(split.B, theirs) {
		t.Error("the evidence has other checkpoints")
	}
	refused(t, CheckSplit(w.p.Log, ours, ours), "two roots")
	refused(t, CheckSplit(newTownNamed(t, origin).Log, ours, theirs), "two checkpoints of the log")
	refused(t, CheckSplit("", ours, theirs), "verifier key")
	// Of two sizes, a proof decides.
	_, err = evil.Publish(w.now.Add(time.Hour))
	check(t, err)
	proof, err := evil.Consistency(2, 3)
	check(t, err)
	refused(t, ana.Compare(evil.Checkpoint(), proof), "continues that of 2")
	_, err = w.d.Publish(w.now.Add(time.Hour))
	check(t, err)
	proof, err = w.d.Consistency(2, 3)
	check(t, err)
	check(t, ana.Compare(w.d.Checkpoint(), proof))
	refused(t, ana.Compare(w.d.Checkpoint(), nil), "expected a proof")
	refused(t, ana.Compare([]byte("x"), nil), "signature of the log")
	refused(t, w.client().Compare(ours, []byte{0}), "found 0 and 2 records") // who has seen nothing has compared nothing
	empty := tree{origin, 0, emptyRoot}
	key, err := note.NewSigner(skey(origin, w.d.s.key))
	check(t, err)
	head, err := note.Sign(&note.Note{Text: empty.text()}, key)
	check(t, err)
	refused(t, ana.Compare(head, []byte{0}), "found 2 and 0 records")
	early := newTown(t, VRFLabels, 0, 0)
	_, err = early.d.Publish(w.now)
	check(t, err)
	refused(t, ana.Compare(early.d.Checkpoint(), proof), "signature of the log")
}

// A fork needs a quorum on either side. Honest witnesses sign one side each, and the directory can choose
// which: so of n witnesses, 2k-n must sign both, and with one fewer no choice is enough. With n-k+1 that do
// not sign, nobody has a checkpoint. Each way to part the honest ones is tried.
func TestCollusion(t *testing.T) {
	for _, c := range []struct{ n, k int }{{1, 1}, {2, 2}, {3, 2}, {4, 3}, {5, 3}, {5, 4}} {
		least := c.n + 1 // that must collude
		for collude := c.n; collude >= 0; collude-- {
			for here := range c.n - collude + 1 { // honest witnesses of the first history
				if splits(t, c.n, c.k, collude, here) {
					least = collude
				}
			}
		}
		if want := max(0, 2*c.k-c.n); least != want {
			t.Errorf("%d of %d: %d collude, expected %d", c.k, c.n, least, want)
		}
		w := newTown(t, HashedLabels, c.n, c.k)
		_, err := w.d.Publish(w.now)
		check(t, err)
		for i := range c.n {
			if _, err := lookup(w.client(), w.d, "Ana", w.now); (err == nil) != (i >= c.k) {
				t.Errorf("%d of %d: %d do not sign, %v", c.k, c.n, c.n-i, err)
			}
			check(t, cosign(w.d, w.witnesses[i], w.now))
		}
	}
}

// splits reports whether two histories can both have a quorum.
func splits(t *testing.T, n, k, collude, here int) bool {
	t.Helper()
	w := newTown(t, HashedLabels, n, k)
	other := fork(t, w.d)
	check(t, other.Set("Ana", identity(66)))
	for i, d := range []*Directory{w.d, other} {
		_, err := d.Publish(w.now)
		check(t, err)
		for j, one := range w.witnesses {
			switch {
			case j < collude: // signs whatever it is given
				liar := newWitness(one.key)
				check(t, liar.Trust(w.p.Log))
				check(t, cosign(d, liar, w.now))
			case (j < collude+here) == (i == 0):
				check(t, cosign(d, one, w.now))
			}
		}
	}
	_, errA := lookup(w.client(), w.d, "Ana", w.now)
	_, errB := lookup(w.client(), other, "Ana", w.now)
	return errA == nil && errB == nil
}

func TestWitnessRefuses(t *testing.T) {
	w := newTown(t, VRFLabels, 1, 1)
	one := w.witnesses[0]
	_, err := w.d.Publish(w.now)
	check(t, err)
	good, err := w.d.WitnessRequest(0)
	check(t, err)
	for what, body := range map[string][]byte{
		"nothing":          nil,
		"no old":           good[len("old "):],
		"old with a zero":  append([]byte("old 0"), good[len("old "):]...),
		"old below 0":      append([]byte("old -1"), good[len("old 0"):]...),
		"a line too many":  append([]byte("old 0\nAAAA"), good[len("old 0"):]...),
		"no signature":     good[:bytes.LastIndex(good, []byte("\n\n"))+2],
		"a false one":      append(bytes.Clone(good[:len(good)-10]), "AAAAAAAA=\n"...),
		"another log":      bytes.Replace(good, []byte(origin), []byte("example.net"), 1),
		"another size":     bytes.Replace(good, []byte(origin+"\n1\n"), []byte(origin+"\n2\n"), 1),
		"many proof lines": append([]byte("old 0\n"+string(bytes.Repeat([]byte("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), 64))), good[len("old 0\n"):]...),
	} {
		if line, err := one.AddCheckpoint(body, w.now); err == nil {
			t.Errorf("%s: it signs %q", what, line)
		}
	}
	_, err = one.AddCheckpoint(good, time.Unix(0, 0)) // nobody takes a cosignature of time 0
	refused(t, err, "after 1970")
	if one.Size(origin) != 0 || one.Size("nothing") != 0 {
		t.Error("what is refused is stored")
	}
	_, err = one.AddCheckpoint(good, w.now)
	check(t, err)
	if one.Size(origin) != 1 {
		t.Error("it is not stored")
	}
	_, err = one.AddCheckpoint(good, w.now)
	refused(t, err, "from size 1")
	refused(t, one.Trust(one.VerifierKey()), "verifier key of a log")
	check(t, one.Trust(w.p.Log)) // again
	refused(t, one.Trust(newTownNamed(t, origin).Log), "another key")
	_, err = NewWitness("a b")
	refused(t, err, "without a space")
}

// A witness that was stored signs no other history.
func TestWitnessIsDurable(t *testing.T) {
	w := newTown(t, VRFLabels, 1, 1)
	w.next()
	evil := fork(t, w.d)
	w.set("Ana", identity(1))
	w.next()
	saved, err := w.witnesses[0].MarshalBinary()
	check(t, err)
	again := new(Witness)
	check(t, again.UnmarshalBinary(saved))
	if again.VerifierKey() != w.witnesses[0].VerifierKey() || again.Size(origin) != 2 {
		t.Errorf("%s, size %d", again.VerifierKey(), again.Size(origin))
	}
	_, err = evil.Publish(w.now)
	check(t, err)
	_, err = again.AddCheckpoint(append([]byte("old 2\n\n"), evil.Checkpoint()...), w.now)
	refused(t, err, "continues")
	for i := range saved {
		err := new(Witness).UnmarshalBinary(saved[:i])
		if err == nil && i != 2+2+len("example.org/witness0")+32 { // no logs
			t.Errorf("%d bytes are enough", i)
		}
	}
}

// Lines of checkpoints that are not as C2SP writes them.
func TestCheckpointText(t *testing.T) {
	root := "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	good := fmt.Sprintf("%s\n7\n%s\n", origin, root)
	if tr, err := parseTreeHead(good); err != nil || tr.size != 7 || tr.text() != good {
		t.Fatal(tr, err)
	}
	for _, bad := range []string{
		"", "\n", good[:len(good)-1], good + "\n", good + "extension\n",
		"\n7\n" + root + "\n", origin + "\n07\n" + root + "\n", origin + "\n+7\n" + root + "\n", origin + "\n-7\n" + root + "\n",
		origin + "\n\n" + root + "\n", origin + "\n7\n" + root[:40] + "\n", origin + "\n7\n" + root[:43] + "V=\n", origin + "\n7\r\n" + root + "\n",
		origin + "\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", origin + "\n281474976710657\n" + root + "\n",
	} {
		if _, err := parseTreeHead(bad); err == nil {
			t.Errorf("%q is a checkpoint", bad)
		}
	}
}

func TestWitnessKeys(t *testing.T) {
	w, err := NewWitness("example.org/w")
	check(t, err)
	key := w.VerifierKey()
	if c, err := parseCosigner(key); err != nil || c.name != "example.org/w" {
		t.Fatal(err)
	}
	for i := range key {
		bad := []byte(key)
		bad[i] ^= 2
		if _, err := parseCosigner(string(bad)); err == nil {
			t.Errorf("byte %d of %s can be changed: %s", i, key, bad)
		}
	}
	if _, err := parseCosigner(key + " "); err == nil {
		t.Error("a space is accepted")
	}
}

// A witness that answers with something else does not stop the directory: its line is left out.
func TestWitnessCannotStopTheDirectory(t *testing.T) {
	w := newTown(t, VRFLabels, 3, 2)
	w.next()
	body, err := w.d.WitnessRequest(0)
	check(t, err)
	forget := newWitness(w.witnesses[0].key)
	check(t, forget.Trust(w.p.Log))
	old, err := forget.AddCheckpoint(body, w.now)
	check(t, err)
	_, err = w.d.Publish(w.now.Add(time.Hour))
	check(t, err)
	check(t, cosign(w.d, w.witnesses[1], w.now))
	check(t, cosign(w.d, w.witnesses[2], w.now))
	before := w.d.Checkpoint()
	body, err = w.d.WitnessRequest(1)
	check(t, err)
	good, err := w.witnesses[0].AddCheckpoint(body, w.now)
	check(t, err)
	key := w.witnesses[0].VerifierKey()
	for what, line := range map[string][]byte{
		"nothing":                           nil,
		"text":                              []byte("I do not sign\n"),
		"a cosignature of the day before":   old,
		"another name":                      bytes.Replace(good, []byte("witness0"), []byte("witness1"), 1),
		"another bit":                       bytes.Replace(good, good[len(good)-40:len(good)-39], []byte{good[len(good)-40] ^ 1}, 1),
		"two lines":                         append(bytes.Clone(good), good...),
		"a line of a stranger's beside its": append(bytes.Clone(good), "— x AAAAAAAA\n"...),
		"bits that base64 leaves out":       bytes.Replace(good, []byte("=\n"), []byte("\n"), 1),
		"too long":                          bytes.Repeat(good, 1000),
	} {
		refused(t, w.d.AddCosignature(key, line), "expected a cosignature")
		if !bytes.Equal(w.d.Checkpoint(), before) {
			t.Errorf("%s: it is in the checkpoint", what)
		}
	}
	refused(t, w.d.AddCosignature("x", good), "verifier key")
	refused(t, newTown(t, HashedLabels, 0, 0).d.AddCosignature(key, good), "no checkpoint")
	check(t, w.d.AddCosignature(key, good))
	later := newWitness(w.witnesses[0].key)
	check(t, later.Trust(w.p.Log))
	for i := range 200 {
		check(t, cosign(w.d, later, w.now.Add(time.Duration(i)*time.Second)))
		later.logs[origin].tree = tree{origin, 0, emptyRoot}
	}
	b, err := lookup(w.client(), w.d, "Ana", w.now.Add(time.Hour))
	if err != nil || b.Cosigned != 3 {
		t.Errorf("%+v, %v", b, err)
	}
}
