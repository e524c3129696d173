package ghost

import (
	"fmt"
	"strings"
	"testing"
)

// What the provider of an MLS group can try, what comes of it, and who sees it. That a control works is
// part of each try.
func TestTries(t *testing.T) {
	tries, err := Tries()
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		name, by, err, sees, stopped string
		read                         int
	}{
		{"put a leaf into the tree", "Cas's laptop", "the signature of the GroupInfo does not verify", "[]", "[]", 0},
		{"commit the Add itself", "Ben", "does not authenticate", "[]", "[]", 0},
		{"change who is added", "Ben", "does not authenticate", "[]", "[]", 0},
		{"send a member an old Welcome", "Ben", "no KeyPackage of this identity", "[]", "[]", 0},
		{"add a member to a second group", "Ben", "is in a group with this identifier", "[]", "[]", 0},
		{"propose the third party from outside", "", "", "[]", "[]", 0},
		{"show two halves", "Ben", "epoch that has ended", "[]", "[Ana Ben Cas]", 0},
		{"join by itself, with a GroupInfo", "", "", "[Ana Ben Cas]", "[]", 3},
		{"join by itself, and withhold", "", "", "[Ana Cas]", "[Ana Ben Cas]", 2},
		{"join by itself in Ben's name", "", "", "[Ana Cas]", "[Ana Ben Cas]", 2},
		{"join by itself, where members ask", "Ana", "unknown authority", "[]", "[]", 0},
		{"hand out its own KeyPackage", "", "", "[Ana Ben Cas]", "[]", 3},
	}
	if len(tries) != len(want) {
		t.Fatalf("%d tries", len(tries))
	}
	for i, x := range tries {
		w := want[i]
		if !strings.HasPrefix(x.Name, w.name) || x.By != w.by || !strings.Contains(x.Err, w.err) || (x.Err == "") != (w.err == "") ||
			fmt.Sprint(x.Sees) != w.sees || fmt.Sprint(x.Stopped) != w.stopped || x.Read != w.read {
			t.Errorf("try %d: %+v, expected %+v", i, x, w)
		}
		if x.Read > 0 && len(x.Sees) == 0 {
			t.Errorf("%s: it reads, and no member's list shows it", x.Name)
		}
		if x.Control == "" || x.Why == "" {
			t.Errorf("%s: no control, or no reason", x.Name)
		}
	}
}

// A message is given to all, whoever refuses it: that the others are untouched is then no accident.
func TestDeliver(t *testing.T) {
	r, err := newRoom()
	if err != nil {
		t.Fatal(err)
	}
	commit, _, err := r.groups["Cas"].Commit()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.deliver(commit, "Ana"); err != nil {
		t.Fatal(err)
	}
	if by, err := r.deliver(commit, "Ana", "Ben", "Cas"); by != "Ana" || err == nil {
		t.Errorf("%q, %v", by, err)
	}
	if r.groups["Ben"].Epoch() != r.groups["Ana"].Epoch() {
		t.Error("who stands behind one that refuses gets nothing")
	}
}

func TestLeafOf(t *testing.T) {
	if _, err := leafOf(make([]byte, 100)); err == nil {
		t.Error("100 bytes are a KeyPackage")
	}
}
