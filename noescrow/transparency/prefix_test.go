package transparency

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
)

func randomLeaves(seed uint64, n int) []leaf {
	r := rand.New(rand.NewPCG(seed, 1))
	all := make([]leaf, n)
	for i := range all {
		for j := 0; j < hashSize; j += 8 {
			binary.BigEndian.PutUint64(all[i].index[j:], r.Uint64())
			binary.BigEndian.PutUint64(all[i].commitment[j:], r.Uint64())
		}
	}
	return all
}

func treeOf(t testing.TB, leaves []leaf) *node {
	t.Helper()
	tree := new(node)
	for i := range leaves {
		var err error
		tree, err = tree.insert(&leaves[i])
		check(t, err)
	}
	return tree
}

// model computes the root from the definition alone: of the leaves whose indexes begin with the same bits.
func model(leaves []leaf, depth int) hash {
	if depth > 0 && len(leaves) == 0 {
		return hash{}
	}
	if depth > 0 && len(leaves) == 1 {
		return (&node{leaf: &leaves[0]}).sum()
	}
	var sides [2][]leaf
	for _, l := range leaves {
		sides[bit(&l.index, depth)] = append(sides[bit(&l.index, depth)], l)
	}
	left, right := model(sides[0], depth+1), model(sides[1], depth+1)
	return (&node{left: &node{hashed: true, hash: left}, right: &node{hashed: true, hash: right}}).sum()
}

func TestTreeIsItsModel(t *testing.T) {
	for n := range 60 {
		leaves := randomLeaves(uint64(n), n)
		if n > 3 { // two that part at the last bit
			leaves[1].index = leaves[0].index
			leaves[1].index[31] ^= 1
		}
		if got, want := treeOf(t, leaves).sum(), model(leaves, 0); got != want {
			t.Errorf("%d leaves: %x, expected %x", n, got, want)
		}
		r := rand.New(rand.NewPCG(2, uint64(n)))
		shuffled := slices.Clone(leaves)
		r.Shuffle(n, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if treeOf(t, shuffled).sum() != treeOf(t, leaves).sum() {
			t.Errorf("%d leaves: the order matters", n)
		}
	}
}

func TestTreeKeepsItsPast(t *testing.T) {
	leaves := randomLeaves(3, 50)
	var roots []hash
	var trees []*node
	tree := new(node)
	for i := range leaves {
		trees, roots = append(trees, tree), append(roots, tree.sum())
		var err error
		tree, err = tree.insert(&leaves[i])
		check(t, err)
		if _, err := tree.insert(&leaves[i]); err == nil {
			t.Error("a leaf can be put in twice")
		}
	}
	for i := range trees {
		if got := treeOf(t, leaves[:i]).sum(); got != roots[i] || trees[i].sum() != roots[i] {
			t.Errorf("tree %d has changed", i)
		}
	}
}

// A proof proves what is in the tree and what is not, and nothing of what it leaves out.
func TestProofs(t *testing.T) {
	leaves := randomLeaves(4, 40)
	absent := randomLeaves(5, 40)
	for n := 0; n < len(leaves); n += 3 {
		tree := treeOf(t, leaves[:n])
		for k := range 4 {
			var some []index
			for i := range k {
				some = append(some, absent[i].index)
				if i < n {
					some = append(some, leaves[(i*7)%n].index)
				}
			}
			b := tree.prove(some)
			got, err := parseTree(b, len(some))
			check(t, err)
			check(t, got.onlyProves(b, some))
			if got.sum() != tree.sum() {
				t.Fatalf("%d leaves, %d indexes: the proof has another root", n, len(some))
			}
			for _, i := range some {
				want, _ := tree.find(&i)
				l, err := got.find(&i)
				if err != nil || (l == nil) != (want == nil) || l != nil && *l != *want {
					t.Errorf("%d leaves: %v, %v", n, l, err)
				}
			}
			for j := range b {
				for _, bad := range [][]byte{b[:j], slices.Concat(b[:j], []byte{b[j] ^ 1}, b[j+1:]), slices.Concat(b[:j], []byte{b[j] ^ 0x80}, b[j+1:])} {
					if other, err := parseTree(bad, len(some)); err == nil && other.sum() == tree.sum() {
						t.Fatalf("%d leaves: byte %d of a proof can be changed", n, j)
					}
				}
			}
			if _, err := parseTree(append(b, 0), len(some)); err == nil {
				t.Error("a byte more is accepted")
			}
		}
	}
	tree := treeOf(t, leaves)
	got, err := parseTree(tree.prove(nil), 0)
	check(t, err)
	if _, err := got.find(&leaves[0].index); err != errPruned {
		t.Errorf("%v, expected that the leaf is left out", err)
	}
	if _, err := got.insert(&absent[0]); err != errPruned {
		t.Errorf("%v, expected that the place is left out", err)
	}
}

// A leaf that stands where its index does not lead proves nothing, though the hashes are right; nor does one
// that stands too deep, or a missing part that is written as a hash.
func TestMisplacedLeaves(t *testing.T) {
	l := randomLeaves(6, 1)[0]
	l.index[0] = 0x40 // 0, 1
	body := append(slices.Clone(l.index[:]), l.commitment[:]...)
	for what, b := range map[string][]byte{
		"on the wrong side":         append([]byte{kindMissing<<4 | kindLeaf}, body...),
		"too deep":                  slices.Concat([]byte{kindParent<<4 | kindMissing, kindMissing<<4 | kindLeaf}, body),
		"a parent of nothing":       {kindParent<<4 | kindMissing, 0},
		"missing, written as zeros": slices.Concat([]byte{kindLeaf<<4 | kindPruned}, body, make([]byte, 32)),
		"an unknown kind":           append([]byte{kindLeaf<<4 | 4}, body...),
		"no bytes":                  nil,
	} {
		if _, err := parseTree(b, 1); err == nil {
			t.Errorf("a leaf %s is accepted", what)
		}
	}
	if _, err := parseTree(append([]byte{kindLeaf<<4 | kindMissing}, body...), 1); err != nil {
		t.Error(err)
	}
	deep := make([]byte, 300)
	for i := range deep {
		deep[i] = kindParent << 4
	}
	if _, err := parseTree(deep, 1); err == nil {
		t.Error("a path of more than 256 bits is accepted")
	}
}

// Who passes an answer on can neither add to its proof what nobody has asked for, nor send one of a size that
// none has: a byte of it can be a node in memory.
func TestProofShowsNothingElse(t *testing.T) {
	w := newTown(t, HashedLabels, 0, 0)
	for i := range byte(40) {
		w.set(string(rune('A'+i)), identity(i))
	}
	w.next()
	a, err := w.d.s.lookup("A", 0)
	check(t, err)
	_, err = w.client().Lookup("A", a.bytes(), w.now)
	check(t, err)
	indexes, _ := w.d.s.steps("A", 1)
	own := w.d.s.tree.prove(indexes)
	for _, more := range []string{"B", "no one"} {
		b := *a
		b.tree = w.d.s.tree.prove(append(indexes, hashedIndex(more, 0)))
		if bytes.Equal(b.tree, own) {
			t.Fatal("it is the same proof: the test proves nothing")
		}
		_, err = w.client().Lookup("A", b.bytes(), w.now)
		refused(t, err, "proof of the prefix tree")
	}
	data, err := w.d.Monitor("A", 0)
	check(t, err)
	m, err := parseWatched(data, 0)
	check(t, err)
	m.epochs[0].tree = w.d.s.tree.prove(append(indexes, hashedIndex("B", 0)))
	c := w.client()
	check(t, c.Own("A", identity(0)))
	_, err = c.Monitor("A", m.bytes(), w.now)
	refused(t, err, "proof of the prefix tree")
	a.tree = bytes.Repeat([]byte{kindParent<<4 | kindParent}, 1<<24-1)
	_, err = w.client().Lookup("A", a.bytes(), w.now)
	refused(t, err, "proof of the prefix tree")
	long := make([]byte, 1+2*hashSize+maxPath+1)
	if n := testing.AllocsPerRun(100, func() { _, err = parseTree(long, 1) }); err == nil || n > 0 {
		t.Errorf("%v, %v allocations", err, n)
	}
}
