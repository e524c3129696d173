package p256

import (
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/sha256"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"testing"

	"filippo.io/nistec"
)

var order = elliptic.P256().Params().N

// seeded returns a source of bytes that repeats.
func seeded(what string, n int) io.Reader {
	return rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "%s %d", what, n)))
}

// someScalar returns a number from 1 to n−1, 32 bytes.
func someScalar(what string, n int) []byte {
	r := seeded(what, n)
	for {
		k := make([]byte, Size)
		io.ReadFull(r, k)
		if new(big.Int).SetBytes(k).Cmp(order) < 0 {
			return k
		}
	}
}

// somePoint returns a point, uncompressed.
func somePoint(t testing.TB, what string, n int) []byte {
	t.Helper()
	p, err := nistec.NewP256Point().ScalarBaseMult(someScalar(what, n))
	if err != nil {
		t.Fatal(err)
	}
	return p.Bytes()
}

// someCandidates returns n candidates, which differ in their first two bytes.
func someCandidates(what string, n int) []Candidate {
	all := make([]Candidate, n)
	io.ReadFull(seeded(what, 0), all[0].X[:])
	for i := range all {
		all[i].X = all[0].X
		all[i].X[0], all[i].X[1] = byte(i>>8), byte(i)
	}
	return all
}

// someD returns numbers at which a multiplication might go wrong, and random ones.
func someD() (all [][]byte) {
	for _, k := range []int64{1, 2, 7, 8, 14, 16, 0x7777_7777_7777} {
		all = append(all, big.NewInt(k).FillBytes(make([]byte, Size)))
		all = append(all, new(big.Int).Sub(order, big.NewInt(k)).FillBytes(make([]byte, Size)))
	}
	all = append(all, new(big.Int).Rsh(order, 1).FillBytes(make([]byte, Size)))
	for i := range 4 {
		all = append(all, someScalar("d", i))
	}
	return all
}

// A worker agrees with nistec candidate by candidate, for every d.
func TestWorkerAgainstNistec(t *testing.T) {
	ds := someD()
	if testing.Short() {
		ds = ds[len(ds)-3:]
	}
	for i, d := range ds {
		q := somePoint(t, "q", i)
		w := NewSearch(d, q).NewWorker(64)
		for round := range 2 { // the second finds the memory used
			all := someCandidates(fmt.Sprint("block ", round), 64)
			var want []Candidate
			for _, c := range all {
				if c.Follow(d, q) {
					want = append(want, c)
				}
			}
			got := w.Follow(all)
			if len(got) != len(want) || len(got) < 10 || len(got) > 54 {
				t.Fatalf("d %x: %d of 64 have a point, want %d", d, len(got), len(want))
			}
			for j := range got {
				if got[j] != want[j] {
					t.Fatalf("d %x, x %x: %x, want %x", d, want[j].X, got[j], want[j])
				}
			}
		}
	}
}

// nistec agrees with crypto/ecdh, which the generator computes with.
func TestFollowAgainstECDH(t *testing.T) {
	for i, d := range someD() {
		q := somePoint(t, "q", i)
		points := 0
		for _, c := range someCandidates("block", 8) {
			want, ok := followECDH(t, c.X, d, q)
			if got := c.Follow(d, q); got != ok || ok && c != want {
				t.Fatalf("d %x, x %x: %t, %x, want %t, %x", d, c.X, got, c, ok, want)
			}
			if ok {
				points++
			}
		}
		if points == 0 {
			t.Error("none of the candidates has a point: the test proves nothing")
		}
	}
	c := Candidate{X: [Size]byte(somePoint(t, "x", 0)[1:])}
	if c.Follow(someD()[0], []byte{4}) {
		t.Error("a Q that is no point is taken for one")
	}
}

// followECDH is [Candidate.Follow] with the standard library.
func followECDH(t testing.TB, x [Size]byte, d, q []byte) (c Candidate, ok bool) {
	t.Helper()
	c.X = x
	X, Y := elliptic.UnmarshalCompressed(elliptic.P256(), append([]byte{2}, x[:]...))
	if X == nil {
		return c, false
	}
	agree := func(k, point []byte) [Size]byte {
		private, err := ecdh.P256().NewPrivateKey(k)
		if err != nil {
			t.Fatal(err)
		}
		public, err := ecdh.P256().NewPublicKey(point)
		if err != nil {
			t.Fatal(err)
		}
		x, err := private.ECDH(public)
		if err != nil {
			t.Fatal(err)
		}
		return [Size]byte(x)
	}
	point := append([]byte{4}, x[:]...)
	c.State = agree(d, append(point, Y.FillBytes(make([]byte, Size))...))
	c.Output = agree(c.State[:], q)
	return c, true
}

// No x-coordinate is as large as p, even if there is a point for what is left of it modulo p.
func TestLiftStaysBelowP(t *testing.T) {
	w := NewSearch(big.NewInt(5).FillBytes(make([]byte, Size)), somePoint(t, "q", 0)).NewWorker(1)
	aliases := 0
	for k := range int64(20) {
		var c, alias Candidate
		new(big.Int).Add(bigP, big.NewInt(k)).FillBytes(c.X[:])
		big.NewInt(k).FillBytes(alias.X[:])
		if len(w.Follow([]Candidate{alias})) == 1 {
			aliases++
		}
		if len(w.Follow([]Candidate{c})) != 0 {
			t.Errorf("p + %d is taken for a coordinate", k)
		}
	}
	if aliases == 0 {
		t.Error("none of them has a point: the test proves nothing")
	}
}

func TestOddDigits(t *testing.T) {
	for i := range 200 {
		k := new(big.Int).SetBytes(someScalar("digits", i))
		if i < 40 {
			k.SetInt64(int64(i + 1))
		}
		digits := oddDigits(k)
		sum, last := new(big.Int), -4
		for j := len(digits) - 1; j >= 0; j-- {
			sum.Lsh(sum, 1)
			sum.Add(sum, big.NewInt(int64(digits[j])))
		}
		if sum.Cmp(k) != 0 || digits[len(digits)-1] <= 0 {
			t.Fatalf("the digits of %d are %v", k, digits)
		}
		for j, digit := range digits {
			if digit == 0 {
				continue
			}
			if digit%2 == 0 || digit > 7 || digit < -7 || j-last < 4 {
				t.Fatalf("the digits of %d are %v", k, digits)
			}
			last = j
		}
	}
}

// A worker has allocated all its memory before the first candidate.
func TestNoAllocationForACandidate(t *testing.T) {
	w := NewSearch(someScalar("d", 0), somePoint(t, "q", 0)).NewWorker(64)
	all := someCandidates("block", 64)
	candidates := make([]Candidate, len(all))
	if n := testing.AllocsPerRun(20, func() { copy(candidates, all); w.Follow(candidates) }); n > 0 {
		t.Errorf("%v allocations in 64 candidates", n)
	}
}
