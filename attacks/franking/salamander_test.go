package franking

import (
	"bytes"
	"crypto/rand"
	"image"
	"image/color"
	"testing"

	"doormat/noescrow/franking"
)

// disc and cross are two pictures that nobody confuses.
func disc() image.Image {
	return picture(func(x, y int) bool { return (x-16)*(x-16)+(y-16)*(y-16) < 150 })
}
func cross() image.Image { return picture(func(x, y int) bool { return x == y || x == 31-y }) }

func picture(ink func(x, y int) bool) image.Image {
	m := image.NewGray(image.Rect(0, 0, 32, 32))
	for y := range 32 {
		for x := range 32 {
			if !ink(x, y) {
				m.SetGray(x, y, color.Gray{255})
			}
		}
	}
	return m
}

// looks reports whether a file shows a picture, but for what JPEG loses.
func looks(t *testing.T, file []byte, want image.Image) bool {
	t.Helper()
	got, err := DecodePicture(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		return false
	}
	differ := 0
	for y := range 32 {
		for x := range 32 {
			a, _, _, _ := got.At(x, y).RGBA()
			b, _, _, _ := want.At(x, y).RGBA()
			if (a >= 1<<15) != (b >= 1<<15) {
				differ++
			}
		}
	}
	return differ < 20
}

// One ciphertext is two pictures. The recipient sees both, and the provider the first that was sent.
func TestSalamander(t *testing.T) {
	if looks(t, encodeJPEG(disc()), cross()) || !looks(t, encodeJPEG(disc()), disc()) || !looks(t, encodeBMP(cross()), cross()) {
		t.Fatal("the pictures cannot be told apart")
	}
	one, two, err := NewSalamander(disc(), cross())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Sealed, two.Sealed) || one.Key == two.Key {
		t.Fatal("expected one ciphertext under two keys")
	}
	for what, c := range map[string]struct {
		p    Picture
		want image.Image
	}{"first": {one, disc()}, "second": {two, cross()}} {
		file, err := c.p.Open()
		if err != nil || !looks(t, file, c.want) {
			t.Errorf("the %s key: %v", what, err)
		}
	}
	files := Review([]Picture{one, two})
	if len(files) != 1 || !looks(t, files[0], disc()) {
		t.Errorf("the provider sees %d pictures, expected the disc alone", len(files))
	}
	files = Review([]Picture{two, one})
	if len(files) != 1 || !looks(t, files[0], cross()) {
		t.Errorf("in the other order: %d pictures", len(files))
	}
	// The control: honest pictures are both seen, a third key opens neither, and chance does not help.
	honest := Picture{Sealed: one.aead().Seal(nil, make([]byte, 12), encodeBMP(cross()), nil), Key: one.Key}
	if files := Review([]Picture{one, honest}); len(files) != 2 {
		t.Errorf("of two ciphertexts the provider sees %d", len(files))
	}
	three := two
	three.Key[31] ^= 1
	if _, err := three.Open(); err == nil {
		t.Error("a third key opens it")
	}
	spoilt := bytes.Clone(one.Sealed)
	spoilt[len(spoilt)-17] ^= 1 // in the block that was solved for
	if _, err := (Picture{one.Key, spoilt}).Open(); err == nil {
		t.Error("any block would do")
	}
}

// The committing form has no room for two keys, so the recipient does not see the second picture either.
func TestCommittedSalamander(t *testing.T) {
	plaintext, c, sealed, err := NewCommittedSalamander(disc(), cross())
	if err != nil {
		t.Fatal(err)
	}
	m, err := franking.Open(plaintext, c)
	if err != nil || len(m.Attachments) != 2 || string(m.Text) != "look" {
		t.Fatalf("%d attachments, %v", len(m.Attachments), err)
	}
	file, err := m.Attachments[0].Open(sealed)
	if err != nil || !looks(t, file, disc()) {
		t.Errorf("the first: %v", err)
	}
	if file, err := m.Attachments[1].Open(sealed); err == nil {
		t.Errorf("the second opens to %d bytes", len(file))
	}
	// Without the commitment it would: GCM's part opens under both.
	for i, want := range []image.Image{disc(), cross()} {
		block, _ := attachmentKeys([32]byte(plaintext[35+64*i:][:32]))
		file, err := newGCM(block).Open(nil, make([]byte, 12), sealed[32:], nil)
		if err != nil || !looks(t, file, want) {
			t.Errorf("GCM, under key %d: %v", i, err)
		}
	}
}

// The algebra is GCM's: the tag of this file is that of crypto/cipher.
func TestTag(t *testing.T) {
	for n := range 5 {
		var p Picture
		rand.Read(p.Key[:])
		data := make([]byte, 16*n)
		rand.Read(data)
		sealed := p.aead().Seal(nil, make([]byte, 12), data, nil)
		got := tag(newAES(p.Key), sealed[:16*n]).bytes()
		if !bytes.Equal(got[:], sealed[16*n:]) {
			t.Errorf("%d blocks: %x, expected %x", n, got, sealed[16*n:])
		}
	}
}

func TestField(t *testing.T) {
	one := element{hi: 1 << 63}
	for range 100 {
		var b [32]byte
		rand.Read(b[:])
		x, y := toElement(b[:]), toElement(b[16:])
		if x.times(one) != x || x.times(x.inverse()) != one || x.times(y) != y.times(x) || x.power(3) != x.times(x).times(x) {
			t.Fatalf("%x, %x", x, y)
		}
	}
}

// Any free block can take the difference, wherever it is.
func TestCollideAnywhere(t *testing.T) {
	for free := range 6 {
		var one, two Picture
		rand.Read(one.Key[:])
		rand.Read(two.Key[:])
		c := make([]byte, 16*6)
		rand.Read(c)
		one.Sealed = collide(newAES(one.Key), newAES(two.Key), c, free)
		two.Sealed = one.Sealed
		if _, err := one.Open(); err != nil {
			t.Errorf("block %d: %v", free, err)
		}
		if _, err := two.Open(); err != nil {
			t.Errorf("block %d: %v", free, err)
		}
	}
}

func TestTooLargePictures(t *testing.T) {
	large := image.NewGray(image.Rect(0, 0, 200, 200))
	if _, _, err := NewSalamander(disc(), large); err != errTooLarge {
		t.Error(err)
	}
	if _, _, _, err := NewCommittedSalamander(disc(), large); err != errTooLarge {
		t.Error(err)
	}
}

func FuzzDecodePicture(f *testing.F) {
	f.Add(encodeJPEG(disc()))
	f.Add(encodeBMP(cross()))
	f.Add(encodeBMP(cross())[:60])
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := DecodePicture(b); (m == nil) == (err == nil) {
			t.Errorf("%v beside %v", m, err)
		}
	})
}
