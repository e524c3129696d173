package clipper

import (
	"bytes"
	"testing"
)

// A key is ten bytes, no fewer and no more, and they come out as they went in.
func TestParseKeys(t *testing.T) {
	b := []byte("ten bytes.")
	k, err1 := ParseSessionKey(b)
	f, err2 := ParseFamilyKey(b)
	if err1 != nil || err2 != nil || !bytes.Equal(k.Bytes(), b) || !bytes.Equal(f.Bytes(), b) {
		t.Fatalf("%q is read as %q, %v, and %q, %v", b, k.Bytes(), err1, f.Bytes(), err2)
	}
	k.Bytes()[0]++
	if b[0]++; !bytes.Equal(k.Bytes(), []byte("ten bytes.")) {
		t.Error("a key changes with what was read, or what came out")
	}
	for n := range 12 {
		if n == KeySize {
			continue
		}
		k, err1 := ParseSessionKey(make([]byte, n))
		f, err2 := ParseFamilyKey(make([]byte, n))
		if err1 == nil || err2 == nil || k != (SessionKey{}) || f != (FamilyKey{}) {
			t.Errorf("%d bytes are a key", n)
		}
	}
	for want, err := range map[string]error{
		"clipper: expected a session key of 10 bytes, found 9": second(ParseSessionKey(b[:9])),
		"clipper: expected a family key of 10 bytes, found 0":  second(ParseFamilyKey(nil)),
	} {
		if err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
