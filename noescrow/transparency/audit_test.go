package transparency

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

func audit(a *Auditor, d *Directory) (int, error) {
	data, err := d.Audit(a.Since())
	if err != nil {
		return 0, err
	}
	return a.Audit(data)
}

func TestAudit(t *testing.T) {
	w := newTown(t, VRFLabels, 0, 0)
	a, err := NewAuditor(w.p)
	check(t, err)
	for day := range 8 {
		for i := range day {
			w.set(string(rune('A'+i)), identity(byte(day)))
		}
		w.next()
		if day%3 == 2 {
			n, err := audit(a, w.d)
			if want := []int{0, 0, 3, 0, 0, 12}[day%6]; err != nil || n != want {
				t.Errorf("day %d: %d changes, expected %d, %v", day, n, want, err)
			}
		}
	}
	n, err := audit(a, w.d)
	if err != nil || n != 13 || a.Since() != 8 {
		t.Errorf("%d changes, %v", n, err)
	}
	if n, err = audit(a, w.d); err != nil || n != 0 {
		t.Errorf("nothing new: %d changes, %v", n, err)
	}
}

// An auditor to whom another history is shown than to the clients does not take it.
func TestAuditOfAFork(t *testing.T) {
	w := newTown(t, VRFLabels, 3, 2)
	w.next()
	other := fork(t, w.d)
	w.set("Ana", identity(66))
	w.next()
	_, err := other.Publish(w.now)
	check(t, err)
	a, err := NewAuditor(w.p)
	check(t, err)
	if _, err := audit(a, other); !errors.Is(err, ErrQuorum) || a.Since() != 0 {
		t.Errorf("%v, the auditor has seen %d", err, a.Since())
	}
	if n, err := audit(a, w.d); err != nil || n != 1 {
		t.Errorf("the control: %d changes, %v", n, err)
	}
}

// A tree from which something is taken, in which something is changed, or in which there is more than is
// shown, does not pass.
func TestAuditFinds(t *testing.T) {
	for what, evil := range map[string]func(d *directory){
		"a leaf taken out": func(d *directory) { d.tree = treeWithout(d, 0) },
		"a leaf changed": func(d *directory) {
			l := *d.epochs[0].changes[0].leaf
			l.commitment[0] ^= 1
			d.tree, _ = treeWithout(d, 0).insert(&l)
		},
		"a leaf taken out, of the tree before too": func(d *directory) {
			d.tree = treeWithout(d, 0)
			d.epochs[0].tree = d.tree
		},
		"a leaf that is not shown": func(d *directory) { d.tree, _ = d.tree.insert(&leaf{index: index{1}}) },
	} {
		w := newTown(t, VRFLabels, 0, 0)
		for _, name := range []string{"Ana", "Ben", "Cas", "Dee"} {
			w.set(name, identity(1))
		}
		w.next()
		a, err := NewAuditor(w.p)
		check(t, err)
		_, err = audit(a, w.d)
		check(t, err)
		evil(w.d.s.directory)
		w.set("Eli", identity(2))
		w.next()
		_, err = audit(a, w.d)
		if err == nil || a.Since() != 1 {
			t.Errorf("%s: %v, the auditor has seen %d", what, err, a.Since())
		}
	}
}

func treeWithout(d *directory, skip int) *node {
	tree := new(node)
	for i, c := range d.epochs[0].changes {
		if i != skip {
			tree, _ = tree.insert(c.leaf)
		}
	}
	return tree
}

func TestSpoiltAudit(t *testing.T) {
	w := newTown(t, HashedLabels, 0, 0)
	w.set("Ana", identity(1))
	w.next()
	w.set("Ben", identity(2))
	w.set("Cas", identity(2))
	w.now = w.now.Add(time.Hour)
	w.next()
	data, err := w.d.Audit(0)
	check(t, err)
	for i := range data {
		a, err := NewAuditor(w.p)
		check(t, err)
		bad := bytes.Clone(data)
		bad[i] ^= 1 << (i % 8)
		if _, err := a.Audit(bad); err == nil {
			t.Errorf("byte %d can be changed", i)
		}
		if _, err := a.Audit(data[:i]); err == nil {
			t.Errorf("%d bytes are enough", i)
		}
	}
	a, err := NewAuditor(w.p)
	check(t, err)
	if _, err := a.Audit(append(bytes.Clone(data), 0)); err == nil {
		t.Error("a byte more is accepted")
	}
	_, err = a.Audit(data)
	check(t, err)
}

// An auditor, who has the tree, finds every hashed label that is in a dictionary, and none under a VRF.
func TestLabelsAreHidden(t *testing.T) {
	for _, l := range []Labelling{VRFLabels, HashedLabels} {
		w := newTown(t, l, 0, 0)
		for _, name := range []string{"Ana", "Ben", "Cas"} {
			w.set(name, identity(1))
		}
		w.next()
		data, err := w.d.Audit(0)
		check(t, err)
		a, err := parseAudited(data)
		check(t, err)
		found := 0
		for _, guess := range []string{"Ana", "Ben", "Dee", "Eli"} {
			i := hashedIndex(guess, 0)
			for _, leaf := range a.epochs[0].leaves {
				if leaf.index == i {
					found++
				}
			}
		}
		if want := map[Labelling]int{VRFLabels: 0, HashedLabels: 2}[l]; found != want {
			t.Errorf("labelling %d: %d names are found, expected %d", l, found, want)
		}
	}
}
