package recovery

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"doormat/internal/testing/vectors"
)

// The 24 official vectors: 13 secrets, 11 refusals.
func TestSLIP39Vectors(t *testing.T) {
	var v struct {
		Passphrase string
		Vectors    [][]any
	}
	vectors.Read(t, "testdata/slip39.json", &v)
	valid := 0
	for _, x := range v.Vectors {
		what, want := x[0].(string), x[2].(string)
		var shares []Share
		var err error
		for _, mnemonic := range x[1].([]any) {
			s, bad := ParseShare(mnemonic.(string))
			if bad != nil {
				err = bad
			} else if got := s.RecoveryKey(); got != mnemonic {
				t.Errorf("%s: written again as %q", what, got)
			}
			shares = append(shares, s)
		}
		var secret []byte
		if err == nil {
			secret, err = CombineSecret(v.Passphrase, shares...)
		}
		if got := hex.EncodeToString(secret); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %s, expected %s: %v", what, got, want, err)
		}
		if want != "" {
			valid++
			if other, err := CombineSecret("another", shares...); err != nil || hex.EncodeToString(other) == want {
				t.Errorf("%s: another passphrase: %v", what, err)
			}
		}
	}
	if len(v.Vectors) != 24 || valid < 8 {
		t.Errorf("%d vectors, %d valid", len(v.Vectors), valid)
	}
}

// Every choice of k shares gives the secret, and no other number does.
func TestSplit(t *testing.T) {
	for _, c := range [][2]int{{1, 1}, {2, 2}, {2, 3}, {3, 5}, {16, 16}} {
		secret := make([]byte, 32)
		rand.Read(secret)
		shares, err := SplitSecret(secret, c[0], c[1])
		check(t, err)
		for i := range shares {
			s, err := ParseShare(shares[i].RecoveryKey())
			if err != nil || s.head() != shares[i].head() || !bytes.Equal(s.value, shares[i].value) || s.member != i {
				t.Errorf("%d of %d: %v", c[0], c[1], err)
			}
			if n := len(strings.Fields(shares[i].RecoveryKey())); n != 33 {
				t.Errorf("%d words", n)
			}
		}
		for i := range c[1] - c[0] + 1 {
			some := slices.Concat(shares[:max(0, c[0]-1)/2], shares[len(shares)-(c[0]-max(0, c[0]-1)/2):])
			if i%2 == 0 {
				some = shares[i:][:c[0]]
			}
			if got, err := CombineSecret("", some...); err != nil || !bytes.Equal(got, secret) {
				t.Errorf("%d of %d: %x, %v", c[0], c[1], got, err)
			}
			if _, err := CombineSecret("", some[1:]...); err == nil {
				t.Errorf("%d of %d: one fewer is enough", c[0], c[1])
			}
			if c[1] > c[0] {
				if _, err := CombineSecret("", shares[:c[0]+1]...); err == nil {
					t.Errorf("%d of %d: one more is taken", c[0], c[1])
				}
			}
		}
	}
}

// Fewer than k shares leave all secrets as likely as before: for any secret there are polynomials through
// the shares that k-1 friends have, so what they have does not depend on it.
func TestFewerSharesSayNothing(t *testing.T) {
	xs := []byte{0, 1} // two shares of three that are needed
	ys := [][]byte{{17}, {200}}
	seen := map[byte]bool{}
	for third := range 256 { // the share that is missing
		seen[interpolate(append(slices.Clone(xs), 2), append(slices.Clone(ys), []byte{byte(third)}), secretIndex)[0]] = true
	}
	if len(seen) != 256 {
		t.Errorf("two shares of three leave %d secrets of 256", len(seen))
	}
}

// A friend who gives back another share makes the combination fail.
func TestDishonestFriend(t *testing.T) {
	key := NewKey()
	shares, err := key.Split(3, 5)
	check(t, err)
	for bit := range 8 * 32 {
		bad := shares[1]
		bad.value = bytes.Clone(bad.value)
		bad.value[bit/8] ^= 1 << (bit % 8)
		if _, err := CombineKey(shares[0], bad, shares[2]); err == nil {
			t.Fatalf("bit %d of a share changed, and nobody notices", bit)
		}
	}
	if got, err := CombineKey(shares[0], shares[3], shares[2]); err != nil || !got.Equal(key) {
		t.Errorf("with another friend: %v", err)
	}
}

// After a friend is lost the key is shared anew. The shares of before do not fit the new ones. They still
// fit each other, so those who kept them must erase them.
func TestRefresh(t *testing.T) {
	key := NewKey()
	old, err := key.Split(3, 5)
	check(t, err)
	fresh, err := key.Split(3, 5)
	check(t, err)
	if _, err := CombineKey(old[4], fresh[0], fresh[1]); err == nil || !strings.Contains(err.Error(), "not of one secret") {
		t.Errorf("the share of a lost friend, and two new ones: %v", err)
	}
	for _, some := range [][]Share{old[:3], fresh[2:]} {
		if got, err := CombineKey(some...); err != nil || !got.Equal(key) {
			t.Error(err)
		}
	}
}

func TestSharesRefused(t *testing.T) {
	shares, err := NewKey().Split(2, 3)
	check(t, err)
	list := strings.Fields(shares[0].RecoveryKey())
	for i := range list { // any one word, or two that are exchanged
		bad := slices.Clone(list)
		bad[i] = words[(wordIndex[bad[i]]+1)%1024]
		if _, err := ParseShare(strings.Join(bad, " ")); err == nil {
			t.Errorf("word %d is another", i)
		}
		bad = slices.Clone(list)
		bad[i], bad[(i+1)%len(bad)] = bad[(i+1)%len(bad)], bad[i]
		if _, err := ParseShare(strings.Join(bad, " ")); err == nil && bad[i] != list[i] {
			t.Errorf("word %d is exchanged", i)
		}
		if _, err := ParseShare(strings.Join(list[:i], " ")); err == nil {
			t.Errorf("%d words are a share", i)
		}
	}
	for what, bad := range map[string]string{
		"an unknown word": strings.Replace(shares[0].RecoveryKey(), list[7], "doormat", 1),
		"a word more":     shares[0].RecoveryKey() + " academic",
		"a book":          strings.Repeat("academic ", 10_000),
	} {
		if _, err := ParseShare(bad); err == nil {
			t.Errorf("%s is a share", what)
		}
	}
	if s, err := ParseShare("  " + strings.ToUpper(strings.Join(list, "\n"))); err != nil || s.RecoveryKey() != shares[0].RecoveryKey() {
		t.Errorf("in capitals, over lines: %v", err)
	}
	if _, err := CombineSecret("", shares[0], shares[0]); err == nil {
		t.Error("a share is taken twice")
	}
	if _, err := CombineSecret(""); err == nil {
		t.Error("no shares are enough")
	}
	for _, c := range [][3]int{{32, 0, 1}, {32, 2, 1}, {32, 2, 17}, {32, 1, 2}, {15, 2, 3}, {17, 2, 3}, {66, 2, 3}, {14, 2, 3}} {
		if _, err := SplitSecret(make([]byte, c[0]), c[1], c[2]); err == nil {
			t.Errorf("%d bytes are split %d of %d", c[0], c[1], c[2])
		}
	}
	slow := shares[0]
	if slow.exponent = 15; slow.exponent > maxExponent {
		if _, err := ParseShare(slow.RecoveryKey()); err == nil {
			t.Error("a share that takes a minute to open is read")
		}
	}
	short, err := SplitSecret(make([]byte, 16), 2, 3)
	check(t, err)
	if _, err := CombineKey(short[:2]...); err == nil {
		t.Error("a secret of 16 bytes is a key")
	}
}

func FuzzParseShare(f *testing.F) {
	shares, err := NewKey().Split(2, 3)
	check(f, err)
	f.Add(shares[0].RecoveryKey())
	f.Add("academic acid")
	f.Fuzz(func(t *testing.T, mnemonic string) {
		s, err := ParseShare(mnemonic)
		if err != nil {
			return
		}
		if got := strings.Fields(s.RecoveryKey()); !slices.Equal(got, strings.Fields(strings.ToLower(mnemonic))) {
			t.Errorf("%q is written as %q", mnemonic, got)
		}
		CombineSecret("", s, s)
	})
}

func TestSheet(t *testing.T) {
	key := NewKey()
	line := key.RecoveryKey()
	for _, copied := range []string{line, strings.ToLower(line), " " + line[:20] + " " + line[20:50] + "\n" + line[50:] + "\n"} {
		if got, err := ParseKey(copied); err != nil || !got.Equal(key) {
			t.Errorf("%v", err)
		}
	}
	for i := range line {
		for _, c := range []string{"Q", "9", "B", ""} {
			if bad := line[:i] + c + line[i+1:]; bad != line {
				if _, err := ParseKey(bad); err == nil {
					t.Errorf("a slip in place %d is not found", i)
				}
			}
		}
	}
	if len(line) != 77 {
		t.Errorf("the sheet has %d characters", len(line))
	}
	var sealed, opened bytes.Buffer
	check(t, key.Seal(&sealed, strings.NewReader("the history")))
	check(t, key.Open(&opened, bytes.NewReader(sealed.Bytes())))
	if opened.String() != "the history" {
		t.Errorf("%q", &opened)
	}
	if err := NewKey().Open(new(bytes.Buffer), bytes.NewReader(sealed.Bytes())); err == nil {
		t.Error("another key opens it")
	}
	for n := range sealed.Len() {
		if n%97 == 0 || n > sealed.Len()-20 {
			if err := key.Open(new(bytes.Buffer), bytes.NewReader(sealed.Bytes()[:n])); err == nil {
				t.Errorf("%d bytes of it open", n)
			}
		}
	}
}
