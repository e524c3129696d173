package clipper

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// A call: what one chip sends another decrypts, in every mode, either way.
func TestCall(t *testing.T) {
	w := newWorld(t, 2)
	for _, m := range []Mode{ECB, CBC, OFB} {
		k := NewSessionKey()
		for _, from := range []UnitID{1, 2} {
			h, c := w.transmit(t, from, k, m)
			s := w.chips[3-from].Load(k)
			if err := s.LoadIV(h); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Decrypt(m, c); err != nil || !bytes.Equal(got, message) {
				t.Errorf("%v: %q, %v", m, got, err)
			}
			if bytes.Contains(c, message[:8]) {
				t.Errorf("%v: the ciphertext is the plaintext", m)
			}
		}
	}
}

// No IV is used twice.
func TestIVsDiffer(t *testing.T) {
	s := newWorld(t, 1).chips[1].Load(SessionKey{})
	seen := map[IV]bool{}
	for range 100 {
		seen[generate(t, s).IV] = true
	}
	if len(seen) != 100 {
		t.Errorf("100 headers have %d IVs", len(seen))
	}
}

// The chip refuses a header of which one bit is another, a session key that is another, and a
// LEAF of another family. By chance it takes one in 65,536; seeds are chosen so that it does not.
func TestReceivingChipChecks(t *testing.T) {
	seeded(t, 1)
	w, far := newWorld(t, 2), newWorld(t, 1)
	k := NewSessionKey()
	h, _ := w.transmit(t, 1, k, CBC)
	s := w.chips[2].Load(k)
	if err := s.LoadIV(h); err != nil {
		t.Fatal(err)
	}
	b := h.Bytes()
	for i := range 8 * len(b) {
		bad := bytes.Clone(b)
		bad[i/8] ^= 1 << (i % 8)
		header, err := ParseHeader(bad)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.LoadIV(header); err != ErrLEAF {
			t.Errorf("bit %d of the header flipped: %v", i, err)
		}
	}
	if err := s.LoadIV(h); err != nil {
		t.Errorf("the true header after the false ones: %v", err)
	}
	for i := range 8 * KeySize {
		bad := k
		bad.k[i/8] ^= 1 << (i % 8)
		if err := w.chips[2].Load(bad).LoadIV(h); err != ErrLEAF {
			t.Errorf("bit %d of the session key flipped: %v", i, err)
		}
	}
	if err := far.chips[1].Load(k).LoadIV(h); err != ErrLEAF {
		t.Errorf("another family's LEAF: %v", err)
	}
}

// The asymmetry: a LEAF with a wrong key in it, made with the family key, passes.
func TestReceivingChipCannotCheckTheKey(t *testing.T) {
	seeded(t, 7) // the tap takes noise for a key once in 65,536
	w := newWorld(t, 2)
	k := NewSessionKey()
	h, c := w.transmit(t, 1, k, CBC)
	family := w.family.Key()
	f := family.RecoverFields(h.LEAF)
	f.Wrapped[0] ^= 1
	h.LEAF = f.seal(family.cipher())
	s := w.chips[2].Load(k)
	if err := s.LoadIV(h); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Decrypt(CBC, c); err != nil || !bytes.Equal(got, message) {
		t.Errorf("%q, %v", got, err)
	}
	a, b := w.halves(t, 1)
	if _, err := RecoverSessionKey(family, a, b, h); err != ErrLEAF {
		t.Errorf("the tap: %v, want %v", err, ErrLEAF)
	}
}

func TestSessionBegins(t *testing.T) {
	w := newWorld(t, 2)
	k := NewSessionKey()
	s := w.chips[1].Load(k)
	if _, err := s.Encrypt(CBC, message); err != errNoIV {
		t.Errorf("Encrypt without an IV: %v", err)
	}
	if _, err := s.Decrypt(CBC, message); err != errNoLEAF {
		t.Errorf("Decrypt without a LEAF: %v", err)
	}
	generate(t, s)
	if _, err := s.Decrypt(CBC, message); err != errNoLEAF {
		t.Errorf("the sender's own LEAF arms it for decryption: %v", err)
	}
	h, _ := w.transmit(t, 2, k, CBC)
	receiver := w.chips[1].Load(k)
	if err := receiver.LoadIV(h); err != nil {
		t.Fatal(err)
	}
	if _, err := receiver.Encrypt(CBC, message); err != errNoIV {
		t.Errorf("somebody else's LEAF arms it for encryption: %v", err)
	}
}

// A header that is refused leaves the transmission before it as it was.
func TestRefusalMovesNothing(t *testing.T) {
	seeded(t, 2)
	w := newWorld(t, 2)
	k := NewSessionKey()
	h, c := w.transmit(t, 1, k, CBC)
	s := w.chips[2].Load(k)
	if err := s.LoadIV(h); err != nil {
		t.Fatal(err)
	}
	begin, err := s.Decrypt(CBC, c[:16])
	if err != nil {
		t.Fatal(err)
	}
	if err := s.LoadIV(Header{LEAF: h.LEAF}); err != ErrLEAF {
		t.Fatalf("another IV: %v", err)
	}
	for _, bad := range []struct {
		m    Mode
		data []byte
	}{{0, c[16:]}, {4, c[16:]}, {CBC, c[16:17]}} {
		if _, err := s.Decrypt(bad.m, bad.data); err == nil {
			t.Errorf("%v, %d bytes: decrypted", bad.m, len(bad.data))
		}
	}
	rest, err := s.Decrypt(CBC, c[16:])
	if got := append(begin, rest...); err != nil || !bytes.Equal(got, message) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestChipMisuse(t *testing.T) {
	w := newWorld(t, 1)
	s := w.chips[1].Load(NewSessionKey())
	generate(t, s)
	for want, err := range map[string]error{
		"clipper: expected mode ECB, CBC or OFB, found Mode(0)":     second(s.Encrypt(0, message)),
		"clipper: expected mode ECB, CBC or OFB, found Mode(9)":     second(SessionKey{}.Decrypt(9, IV{}, message)),
		"clipper: expected whole blocks of 8 bytes, found 11 bytes": second(s.Encrypt(OFB, message[:11])),
		"clipper: expected whole blocks of 8 bytes, found 7 bytes":  second(SessionKey{}.Decrypt(CBC, IV{}, message[:7])),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	var blank Chip
	if _, err := blank.Load(SessionKey{}).GenerateIV(); err != errBlank {
		t.Errorf("a blank chip makes a LEAF: %v", err)
	}
	if err := blank.Load(SessionKey{}).LoadIV(Header{}); err != errBlank {
		t.Errorf("a blank chip takes a LEAF: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// The tamper boundary: this is all that a chip does, so nothing else comes out of it.
func TestTamperBoundary(t *testing.T) {
	prints := []string{"Format", "LogValue", "MarshalText"}
	for _, c := range []struct {
		x       any
		methods []string
	}{
		{&Chip{}, []string{"Load"}},
		{&Session{}, []string{"Decrypt", "Encrypt", "GenerateIV", "LoadIV"}},
	} {
		typ := reflect.TypeOf(c.x)
		var got []string
		for i := range typ.NumMethod() {
			got = append(got, typ.Method(i).Name)
		}
		want := append(slices.Clone(prints), c.methods...)
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("%v has the methods %v, want %v", typ, got, want)
		}
		for i := range typ.Elem().NumField() {
			if f := typ.Elem().Field(i); f.IsExported() {
				t.Errorf("%v lets %s out", typ, f.Name)
			}
		}
	}
}

// Without the family key, a header says nothing of its unit: two by one chip have no
// more in common than two by two.
func TestHeadersDoNotShowTheUnit(t *testing.T) {
	w := newWorld(t, 1)
	k := NewSessionKey()
	a, _ := w.transmit(t, 1, k, CBC)
	b, _ := w.transmit(t, 1, k, CBC)
	same := 0
	for i := range a.LEAF {
		if a.LEAF[i] == b.LEAF[i] {
			same++
		}
	}
	if same > 4 {
		t.Errorf("%d bytes of two LEAFs are the same", same)
	}
	if f := w.family.Key().RecoverFields(a.LEAF); f.Unit != 1 || f.Wrapped != w.family.Key().RecoverFields(b.LEAF).Wrapped {
		t.Errorf("fields %+v", f)
	}
}

func TestModeString(t *testing.T) {
	if got := strings.Join([]string{ECB.String(), CBC.String(), OFB.String(), Mode(7).String()}, " "); got != "ECB CBC OFB Mode(7)" {
		t.Error(got)
	}
}

// Whatever a header and a key are, the chip takes it when the reference says that the checksum
// fits, and refuses it otherwise; and it decrypts only after it took one.
func FuzzLoadIV(f *testing.F) {
	seeded(f, 3)
	w := newWorld(f, 2)
	k := NewSessionKey()
	h, c := w.transmit(f, 1, k, CBC)
	family := w.family.Key()
	forged := family.RecoverFields(h.LEAF)
	forged.Wrapped = [KeySize]byte{}
	f.Add(k.k[:], h.Bytes(), c)
	f.Add(k.k[:], Header{forged.seal(family.cipher()), h.IV}.Bytes(), c)
	f.Add(k.k[:], make([]byte, HeaderSize), c[:5])
	f.Fuzz(func(t *testing.T, key, header, ciphertext []byte) {
		h, err := ParseHeader(header)
		if err != nil {
			return
		}
		k, err := ParseSessionKey(key)
		if err != nil {
			return
		}
		s := w.chips[2].Load(k)
		leaf := family.RecoverFields(h.LEAF)
		want := error(nil)
		if leaf.Checksum != referenceChecksum(family, k, h.IV, leaf.Unit) {
			want = ErrLEAF
		}
		if err := s.LoadIV(h); !errors.Is(err, want) {
			t.Fatalf("LoadIV is %v, want %v", err, want)
		}
		got, err := s.Decrypt(CBC, ciphertext)
		if (err == nil) != (want == nil && len(ciphertext)%8 == 0) || err != nil && got != nil {
			t.Errorf("Decrypt is %x, %v", got, err)
		}
		if tap, _ := k.Decrypt(CBC, h.IV, ciphertext); err == nil && !bytes.Equal(got, tap) {
			t.Errorf("the chip has %x, the tap %x", got, tap)
		}
	})
}
