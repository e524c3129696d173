package threshold

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func logOf(n int) *Log {
	l := NewLog()
	for i := range n {
		l.Append(fmt.Append(nil, "entry ", i))
	}
	return l
}

func readerOf(t testing.TB, l *Log) *Reader {
	t.Helper()
	r, err := NewReader(l.Key())
	check(t, err)
	check(t, r.Follow(l.Head(), nil))
	return r
}

// Every entry of every log proves itself, and no other; changed in any way, a proof fails.
func TestInclusion(t *testing.T) {
	for n := 1; n <= 17; n++ {
		l := logOf(n)
		r := readerOf(t, l)
		for i := range int64(n) {
			proof, err := l.ProveEntry(i)
			check(t, err)
			entry, err := l.Entry(i)
			check(t, err)
			check(t, r.Check(i, entry, proof))
			if r.Check(i, []byte("entry"), proof) == nil {
				t.Errorf("%d of %d: another entry", i, n)
			}
			if n > 1 && r.Check((i+1)%int64(n), entry, proof) == nil {
				t.Errorf("%d of %d: another index", i, n)
			}
			if n != 13 {
				continue
			}
			for name, bad := range spoilt(proof) {
				if r.Check(i, entry, bad) == nil {
					t.Errorf("%d of %d: the proof with %s", i, n, name)
				}
			}
		}
		if _, err := l.ProveEntry(int64(n)); err == nil {
			t.Errorf("a proof of entry %d of %d", n, n)
		}
		want := fmt.Sprintf("expected an entry from 0 to %d of the log, found ", n-1)
		for _, i := range []int64{-1, int64(n)} {
			if err := r.Check(i, []byte("entry"), nil); err == nil || !strings.Contains(err.Error(), want+fmt.Sprint(i)) {
				t.Errorf("an entry %d of %d: %v", i, n, err)
			}
		}
	}
}

// A reader follows a log from any size to any later one, and not with another proof.
func TestExtension(t *testing.T) {
	short := logOf(0)
	for m := range int64(12) {
		long := short.Fork()
		for n := m; n <= 12; n++ {
			r := readerOf(t, short)
			proof, err := long.ProveExtension(m)
			check(t, err)
			for name, bad := range spoilt(proof) {
				if n == 11 && r.Follow(long.Head(), bad) == nil {
					t.Errorf("%d to %d: the proof with %s", m, n, name)
				}
			}
			if _, size := r.Head(); size != m {
				t.Fatal("a refusal moved the reader")
			}
			check(t, r.Follow(long.Head(), proof))
			check(t, r.Gossip(short.Head(), proof)) // who is behind is no liar
			if _, size := r.Head(); size != n {
				t.Errorf("the reader is at %d, want %d", size, n)
			}
			if n > m && r.Follow(short.Head(), nil) == nil {
				t.Errorf("from %d back to %d", n, m)
			}
			long.Append(fmt.Append(nil, "entry ", n))
		}
		short.Append(fmt.Append(nil, "entry ", m))
	}
	for _, size := range []int64{-1, 13} {
		if _, err := short.ProveExtension(size); err == nil {
			t.Errorf("a proof from %d", size)
		}
	}
	for _, index := range []int64{-1, 12} {
		if _, err := short.Entry(index); err == nil {
			t.Errorf("an entry %d", index)
		}
	}
}

// The operator shows agents one log and the public another. Both are in order by themselves. Only
// comparing heads finds it.
func TestSplitView(t *testing.T) {
	w := newWorld(t, 2, 3)
	w.log.Append([]byte("an earlier case"))
	public := w.log.Fork()
	reader := readerOf(t, public)
	e := seal(t, w.alice, w.bob, text, monday)
	warrant := w.warrant(t, w.bob.Identity())
	if _, _, _, err := w.Recover(warrant, e, monday, w.answers(t, w.request(t, warrant, e, monday))...); err != nil {
		t.Fatal(err) // the agents keep the rules, and are deceived
	}
	public.Append([]byte("another case"))
	follow(t, reader, public, 1)

	head, size := w.agents[0].Head()
	if err := reader.Gossip(head, nil); !errors.Is(err, ErrSplitView) {
		t.Errorf("two heads of size %d: %v", size, err)
	}
	// The two heads alone are enough to check it.
	judge, err := NewReader(public.Key())
	check(t, err)
	theirs, _ := reader.Head()
	check(t, judge.Follow(theirs, nil))
	if err := judge.Gossip(head, nil); !errors.Is(err, ErrSplitView) {
		t.Errorf("a judge: %v", err)
	}
	if err := judge.Follow(head, nil); !errors.Is(err, ErrSplitView) {
		t.Errorf("a judge who follows: %v", err)
	}
	// With different sizes the log owes a proof, and has none.
	public.Append([]byte("a third"))
	follow(t, reader, public, size)
	for _, l := range []*Log{public, w.log} {
		proof, _ := l.ProveExtension(size)
		if err := reader.Gossip(head, proof); err == nil || !strings.Contains(err.Error(), "does not show that its new head extends") {
			t.Errorf("two sizes: %v", err)
		}
	}
	// Readers of one log have nothing to find.
	check(t, readerOf(t, public).Gossip(public.Head(), nil))
	if err := must(NewReader(public.Key())).Gossip(head, nil); err == nil {
		t.Error("a reader without a head compares")
	}
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// Every use that agents answer is in the log that the public reads, and the public can check
// that.
func TestUseIsVisible(t *testing.T) {
	w := newWorld(t, 2, 3)
	reader := readerOf(t, w.log)
	warrant := w.warrant(t, w.bob.Identity())
	for i := range int64(3) {
		e := seal(t, w.alice, w.bob, text, monday)
		r := w.request(t, warrant, e, monday)
		w.answers(t, r)
		follow(t, reader, w.log, i)
		entry, err := w.log.Entry(r.Index)
		check(t, err)
		check(t, reader.Check(r.Index, entry, r.Proof))
		if u, err := ParseUse(entry); err != nil || u.Warrant != hashWarrant(warrant) {
			t.Errorf("entry %d: %+v, %v", i, u, err)
		}
	}
	if _, size := reader.Head(); size != 3 {
		t.Errorf("the public sees %d uses of 3", size)
	}
	// Who has the shares needs no entry.
	key, err := RecoverKey(w.shares[:2]...)
	check(t, err)
	if _, _, _, err := key.Recover(seal(t, w.alice, w.bob, text, monday)); err != nil || w.log.Size() != 3 {
		t.Errorf("%d entries, %v", w.log.Size(), err)
	}
}

func TestHeadRefused(t *testing.T) {
	l := logOf(3)
	r := readerOf(t, l)
	for name, bad := range spoilt(l.Head()) {
		if err := r.Follow(bad, nil); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if r.Follow(logOf(3).Head(), nil) == nil {
		t.Error("another log's head is taken")
	}
	// The signature's last letter has two bits that say nothing, and must be 0.
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	spare := l.Head()
	last := &spare[len(spare)-len("x=\n")]
	*last = alphabet[strings.IndexByte(alphabet, *last)^1]
	if _, err := note.Open(spare, r.verifiers); err != nil {
		t.Fatalf("package note refuses the other spelling itself: %v", err)
	}
	if r.Follow(spare, nil) == nil {
		t.Error("a second spelling of the signature is taken")
	}
	// What the log has signed and is no head.
	root := "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	for name, text := range map[string]string{
		"another origin":        "somewhere\n4\n" + root + "\n",
		"a size with zeros":     origin + "\n04\n" + root + "\n",
		"a size below zero":     origin + "\n-4\n" + root + "\n",
		"a size with a sign":    origin + "\n+4\n" + root + "\n",
		"a size near 2^63":      origin + "\n9223372036854775807\n" + root + "\n",
		"a size above 2^63":     origin + "\n9223372036854775808\n" + root + "\n",
		"a size over the limit": origin + "\n1099511627777\n" + root + "\n",
		"a short hash":          origin + "\n4\n" + root[:40] + "\n",
		"no hash":               origin + "\n4\n",
		"a line too many":       origin + "\n4\n" + root + "\nmore\n",
		"the go.sum database's": string(tlog.FormatTree(tlog.Tree{N: 4})),
	} {
		head, err := note.Sign(&note.Note{Text: text}, l.signer)
		check(t, err)
		if err := r.Follow(head, nil); !errors.Is(err, errHead) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, key := range []string{"", "somewhere+01234567+AAAA", l.Key()[1:], l.Key() + "A"} {
		if _, err := NewReader(key); err == nil {
			t.Errorf("key %q is taken", key)
		}
	}
}

// Show brings a follower to the present head, from none, from any before, and from this one.
func TestShow(t *testing.T) {
	l := logOf(3)
	r, err := NewReader(l.Key())
	check(t, err)
	w := newWorld(t, 1, 1)
	agent, err := NewAgent(w.Agents, w.shares[0], w.issuer.PublicKey(), l.Key())
	check(t, err)
	for _, to := range []Follower{r, agent} {
		for _, more := range []int{0, 0, 1, 5} {
			for range more {
				l.Append([]byte("another"))
			}
			check(t, l.Show(to))
			if head, size := to.Head(); size != l.Size() || !bytes.Equal(head, l.Head()) {
				t.Errorf("%T has the head of %d entries, want %d", to, size, l.Size())
			}
		}
	}
	// A fork that is behind, or has gone another way, is refused.
	behind, aside := logOf(0), l.Fork()
	behind.signer, behind.key = l.signer, l.key
	l.Append([]byte("one"))
	aside.Append([]byte("two"))
	for _, to := range []Follower{r, agent} {
		check(t, l.Show(to))
		before, _ := to.Head()
		for name, other := range map[string]*Log{"behind": behind, "aside": aside, "another log": logOf(20)} {
			if err := other.Show(to); err == nil {
				t.Errorf("%T follows a log that is %s", to, name)
			}
		}
		if after, _ := to.Head(); !bytes.Equal(after, before) {
			t.Errorf("%T has moved", to)
		}
	}
	if err := aside.Show(r); !errors.Is(err, ErrSplitView) {
		t.Errorf("a fork of the same size: %v", err)
	}
}
