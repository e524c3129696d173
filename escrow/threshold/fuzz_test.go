package threshold

import (
	"bytes"
	"errors"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// Every format that is read is written again as it was.
func fuzzFormat(f *testing.F, seed []byte, again func(b []byte) ([]byte, error)) {
	f.Add(seed)
	f.Add([]byte{})
	f.Add(append(bytes.Clone(seed), 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := again(b); err == nil && !bytes.Equal(got, b) {
			t.Errorf("%x is read as %x", b, got)
		} else if err != nil && got != nil {
			t.Errorf("%x beside %v", got, err)
		}
	})
}

func FuzzParseShare(f *testing.F) {
	_, shares, err := Deal(2, 3)
	check(f, err)
	fuzzFormat(f, shares[1].RecoveryKey(), func(b []byte) ([]byte, error) { s, err := ParseShare(b); return bytesOr(s.RecoveryKey, err) })
}

func FuzzParseAgents(f *testing.F) {
	a, _, err := Deal(2, 3)
	check(f, err)
	fuzzFormat(f, a.Bytes(), func(b []byte) ([]byte, error) { a, err := ParseAgents(b); return bytesOr(a.Bytes, err) })
}

func FuzzParseKeys(f *testing.F) {
	_, shares, err := Deal(2, 3)
	check(f, err)
	key, err := RecoverKey(shares...)
	check(f, err)
	f.Add(key.JointKey().Bytes())
	fuzzFormat(f, key.RecoveryKey(), func(b []byte) ([]byte, error) {
		if k, err := ParseKey(b); err == nil && !bytes.Equal(k.RecoveryKey(), b) {
			return k.RecoveryKey(), nil
		}
		k, err := ParseJointKey(b)
		return bytesOr(k.Bytes, err)
	})
}

// Only what the issuer has signed is a warrant.
func FuzzParseWarrant(f *testing.F) {
	i := NewIssuer()
	signed, err := i.Sign(Warrant{Target: bob, From: monday, Until: monday.AddDate(0, 0, 1)})
	check(f, err)
	f.Add(signed)
	f.Add(signed[:len(signed)-1])
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := ParseWarrant(b, i.PublicKey()); err == nil && !bytes.Equal(b, signed) {
			t.Errorf("%x is taken", b)
		}
		w, err := readWarrant(b)
		if err != nil {
			return
		}
		again, err := i.Sign(*w) // by another, so all but issuer and signature is the same
		if err != nil || !bytes.Equal(again[:51], b[:51]) || !bytes.Equal(again[83:91], b[83:91]) {
			t.Errorf("%x is read as %+v, %v", b, w, err)
		}
	})
}

func FuzzParseUse(f *testing.F) {
	f.Add(append([]byte{version, kindUse, scopePerson}, make([]byte, 64)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		u, err := ParseUse(b)
		if err != nil {
			return
		}
		scope := byte(scopePerson)
		if u.Everyone {
			scope = scopeEveryone
		}
		again := append(append([]byte{version, kindUse, scope}, u.Warrant[:]...), u.Message[:]...)
		if !bytes.Equal(again, b) {
			t.Errorf("%x is read as %+v", b, u)
		}
	})
}

// An agent's only right answers to a request are those that it makes.
func FuzzPartial(f *testing.F) {
	w := newWorld(f, 1, 2)
	e := seal(f, w.alice, w.bob, text, monday)
	warrant := w.warrant(f, w.bob.Identity())
	answers := w.answers(f, w.request(f, warrant, e, monday))
	f.Add(answers[0])
	f.Add(answers[1])
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, ok := parsePartial(b); ok && !bytes.Equal(p.bytes(), b) {
			t.Errorf("%x is read as %x", b, p.bytes())
		}
		_, _, got, err := w.Recover(warrant, e, monday, b)
		if (err == nil) != (bytes.Equal(b, answers[0]) || bytes.Equal(b, answers[1])) || (err == nil) != (string(got) == text) {
			t.Errorf("%x: %q, %v", b, got, err)
		}
	})
}

// Only the message that was entered in the log is answered, and it alone opens. Its names, body and
// field are that message; what else is in the envelope is the ratchet's.
func FuzzEnvelope(f *testing.F) {
	w := newWorld(f, 1, 1)
	e := seal(f, w.alice, w.bob, text, monday)
	r := w.request(f, w.warrant(f, w.bob.Identity()), e, monday)
	answers := w.answers(f, r)
	key, err := RecoverKey(w.shares...)
	check(f, err)
	f.Add(e)
	f.Add(e[:1+fieldSize+200])
	f.Fuzz(func(t *testing.T, b []byte) {
		q := r
		m, err := Describe(b, monday)
		q.Message = m
		same := err == nil && bytes.Equal(m.label(), r.Message.label()) && bytes.Equal(m.Field, r.Message.Field)
		if p, err := w.agents[0].Partial(q); (err == nil) != same || (err == nil) != (p != nil) {
			t.Errorf("%x: %x, %v", b, p, err)
		}
		if _, _, got, err := w.Recover(r.Warrant, b, monday, answers...); (err == nil) != same || same && string(got) != text || errors.Is(err, ErrField) {
			t.Errorf("%x: %q, %v", b, got, err)
		}
		// The thief cannot check the ratchet's part, and ignores the proof.
		if _, _, got, err := key.Recover(b); err == nil && string(got) != text {
			t.Errorf("%x: %q", b, got)
		}
	})
}

// A field has one form.
func FuzzField(f *testing.F) {
	w := newWorld(f, 1, 1)
	f.Add(seal(f, w.alice, w.bob, text, monday)[1:][:fieldSize])
	f.Fuzz(func(t *testing.T, b []byte) {
		if f, ok := parseField(b); ok && !bytes.Equal(f.bytes(), b) {
			t.Errorf("%x is read as %x", b, f.bytes())
		}
	})
}

// A head that is taken says what the log has signed.
func FuzzFollow(f *testing.F) {
	l := logOf(3)
	four := logOf(0)
	four.signer, four.key = l.signer, l.key
	f.Add(l.Head(), []byte{})
	f.Add(four.Head(), []byte{1})
	r := readerOf(f, l)
	want := r.tree
	f.Fuzz(func(t *testing.T, head, proof []byte) {
		if err := r.Follow(head, proof); err == nil && r.tree != want {
			t.Fatalf("%q is taken for %v", head, r.tree)
		}
		if tree, ok := parseHead(string(head)); ok && formatHead(tree) != string(head) {
			t.Errorf("%q is read as %v", head, tree)
		}
	})
}

// No proof of something that is not there.
func FuzzProofs(f *testing.F) {
	l := logOf(7)
	r := readerOf(f, l)
	proof, err := l.ProveEntry(5)
	check(f, err)
	f.Add(int64(5), proof)
	f.Add(int64(-1), []byte{})
	extension, err := l.ProveExtension(3)
	check(f, err)
	f.Add(int64(3), extension)
	f.Fuzz(func(t *testing.T, n int64, proof []byte) {
		if r.Check(n, []byte("no entry"), proof) == nil {
			t.Errorf("entry %d by %x", n, proof)
		}
		old := tlog.Tree{N: n, Hash: tlog.RecordHash([]byte("no tree"))}
		if n > 0 && n < maxSize && checkExtension(old, r.tree, proof) == nil {
			t.Errorf("tree of %d by %x", n, proof)
		}
	})
}
