package noescrow

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"doormat/internal/pqxdh"
	"doormat/internal/x25519"
	"doormat/internal/x25519/x25519test"
	"doormat/internal/xeddsa"
)

func TestPublicationAltered(t *testing.T) {
	t.Parallel()
	d := NewDevice()
	p := publish(t, d, 1)
	if _, err := NewShelf(p); err != nil {
		t.Fatal(err)
	}
	takes := func(p []byte) bool { _, err := NewShelf(p); return err == nil }
	signedID, signed, lastID := bundleSignedID+4, bundleSigned+4, bundleKEMID+4 // behind the number
	curve := lastID + 4 + pqxdh.KEMPublicKeySize + 64 + 3
	kem := curve + 36 + 3
	if got := kem + 4 + pqxdh.KEMPublicKeySize + 64 + 64; got != len(p) {
		t.Fatalf("the publication has %d bytes, the test thinks %d", len(p), got)
	}
	flips(p, stride(11, 101), func(bit int, flipped []byte) {
		if takes(flipped) {
			t.Fatalf("NewShelf takes a publication with bit %d flipped", bit)
		}
	})
	cuts(p, func(n int, cut []byte) {
		if takes(cut) {
			t.Fatalf("NewShelf takes %d of %d bytes", n, len(p))
		}
	})

	// And what its device should not have signed.
	again := func(altered []byte) []byte {
		content := altered[:len(altered)-64]
		signature := xeddsa.Sign(d.s.identity, append([]byte(publicationLabel), content...))
		return append(content, signature[:]...)
	}
	if !takes(again(bytes.Clone(p))) {
		t.Fatal("NewShelf does not take a publication that is signed once more")
	}
	for slot, at := range map[string]int{"identity": 2, "signed": signed, "one-time": curve + 4} {
		for name, bad := range x25519test.BadKeys(x25519.PublicKey(p[at:][:32])) {
			altered := bytes.Clone(p)
			copy(altered[at:], bad[:])
			if takes(again(altered)) {
				t.Errorf("%s: NewShelf takes %s", slot, name)
			}
		}
	}
	for name, at := range map[string]int{"signed": signedID, "last resort": lastID, "one-time": curve, "KEM": kem} {
		altered := bytes.Clone(p)
		binary.BigEndian.PutUint32(altered[at:], 0)
		if takes(again(altered)) {
			t.Errorf("NewShelf takes the number 0 for the %s prekey", name)
		}
	}
	cuts(p[:len(p)-64], func(n int, cut []byte) {
		if takes(again(append(bytes.Clone(cut), make([]byte, 64)...))) {
			t.Fatalf("NewShelf takes %d bytes, signed once more", n)
		}
	})
}

func TestZeroShelf(t *testing.T) {
	a, b := NewDevice(), NewDevice()
	var s Shelf
	if bundle := s.Bundle(); bundle != nil {
		t.Errorf("an empty shelf hands out %d bytes", len(bundle))
	}
	refusesStart(t, a, b, nil, "no bundle")
	if err := s.Add(publish(t, b, 1)); err != nil {
		t.Fatal(err)
	}
	startFrom(t, a, b, s.Bundle())
	send(t, a, b, "hello")
}

func TestShelfAdd(t *testing.T) {
	a, b := NewDevice(), NewDevice()
	s := shelf(t, a, 0)
	for name, p := range map[string][]byte{"another device's": publish(t, b, 1), "a cut": publish(t, a, 1)[:2000]} {
		if err := s.Add(p); err == nil {
			t.Errorf("the shelf takes %s publication", name)
		}
	}
	if err := s.Add(publish(t, a, 2)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if n := len(s.Bundle()); n != bundleOneTimeID+36 {
			t.Errorf("a bundle has %d bytes", n)
		}
	}
	if n := len(s.Bundle()); n != bundleOneTimeID {
		t.Errorf("a bundle of an empty shelf has %d bytes", n)
	}
}

// An upload that is repeated, because its acknowledgement was lost, or overtaken by a later one,
// hands no one-time prekey out twice: whoever has the second of two would not be understood.
func TestUploadRepeated(t *testing.T) {
	b := NewDevice()
	first, second := publish(t, b, 2), publish(t, b, 2)
	s, err := NewShelf(first)
	if err != nil {
		t.Fatal(err)
	}
	again := func(p []byte) {
		t.Helper()
		if err := s.Add(p); !errors.Is(err, ErrOldPublication) {
			t.Fatalf("the shelf takes a publication again: %v", err)
		}
	}
	again(first)
	if err := s.Add(second); err != nil {
		t.Fatal(err)
	}
	again(first)
	again(second)
	given := map[uint32]bool{}
	for i := range 6 {
		bundle := s.Bundle()
		parsed, err := parseBundle(bundle)
		if err != nil {
			t.Fatal(err)
		}
		if (parsed.OneTime != nil) != (i < 4) {
			t.Fatalf("bundle %d of 4 with one-time prekeys has one: %v", i, parsed.OneTime != nil)
		}
		if parsed.OneTime != nil {
			if given[parsed.OneTime.ID] || given[parsed.PostQuantum.ID] {
				t.Fatalf("bundle %d hands out a one-time prekey a second time", i)
			}
			given[parsed.OneTime.ID], given[parsed.PostQuantum.ID] = true, true
		}
		a := NewDevice()
		startFrom(t, a, b, bundle)
		send(t, a, b, "hello")
	}

}

// A publication is signed whole. An old one, which everybody who saw it may have kept, does not
// bring a shelf back to prekeys that are gone.
func TestShelfRollback(t *testing.T) {
	a, b := NewDevice(), NewDevice()
	old := publish(t, b, 1)
	s, err := NewShelf(old)
	if err != nil {
		t.Fatal(err)
	}
	var between []byte
	for range 2 {
		b.Rotate()
		between = publish(t, b, 0)
		if err := s.Add(between); err != nil {
			t.Fatal(err)
		}
	}
	for name, p := range map[string][]byte{"the first": old, "the last": between} {
		if err := s.Add(p); !errors.Is(err, ErrOldPublication) {
			t.Errorf("the shelf takes %s publication again: %v", name, err)
		}
	}
	s.Bundle() // the old one-time prekeys, of which the device has forgotten the signed one's half
	startFrom(t, a, b, s.Bundle())
	send(t, a, b, "hello")

	// How far it reaches: a new shelf knows nothing of the numbers before.
	if _, err := NewShelf(old); err != nil {
		t.Errorf("a new shelf refuses an old publication: %v", err)
	}
}

// Numbers ascend in a publication, and from one to the next, whatever its device signs.
func TestPublicationNumbers(t *testing.T) {
	d := NewDevice()
	first, second := publish(t, d, 2), publish(t, d, 2)
	for name, test := range map[string]struct {
		change func(p *publication)
		want   error
	}{
		"nothing":                   {func(p *publication) {}, nil},
		"X25519 prekeys exchanged":  {func(p *publication) { p.curve[0], p.curve[1] = p.curve[1], p.curve[0] }, errPublication},
		"KEM prekeys exchanged":     {func(p *publication) { p.kem[0], p.kem[1] = p.kem[1], p.kem[0] }, errPublication},
		"an X25519 prekey twice":    {func(p *publication) { p.curve[1] = p.curve[0] }, errPublication},
		"a KEM prekey twice":        {func(p *publication) { p.kem[1] = p.kem[0] }, errPublication},
		"an X25519 number too high": {func(p *publication) { p.curve[1].ID = p.number }, errPublication},
		"a KEM number too high":     {func(p *publication) { p.kem[1].ID = p.number }, errPublication},
		"a signed number too high":  {func(p *publication) { p.signed.ID = p.number }, errPublication},
		"a last number too high":    {func(p *publication) { p.lastResort.ID = p.number }, errPublication},
		"a low X25519 number":       {func(p *publication) { p.curve[0].ID = 7 }, ErrOldPublication}, // the first publication's
		"a low KEM number":          {func(p *publication) { p.kem[0].ID = 7 }, ErrOldPublication},
		"the same number":           {func(p *publication) { p.number = 7 }, ErrOldPublication},
		"a lower number":            {func(p *publication) { p.number, p.curve, p.kem = 6, nil, nil }, ErrOldPublication},
		"a higher one, no prekeys":  {func(p *publication) { p.number, p.curve, p.kem = 8, nil, nil }, nil},
	} {
		s, err := NewShelf(first)
		if err != nil {
			t.Fatal(err)
		}
		if s.p.number != 7 {
			t.Fatalf("the first publication has the number %d, the test thinks 7", s.p.number)
		}
		p, err := parsePublication(second)
		if err != nil {
			t.Fatal(err)
		}
		if test.change(p); test.want == ErrOldPublication && p.number == 7 {
			p.curve, p.kem = nil, nil
		}
		if err := s.Add(p.sign(d.s.identity)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
		if left := len(s.p.curve); test.want != nil && (left != 2 || s.p.number != 7) {
			t.Errorf("%s: the shelf moved with the error, %d prekeys are left", name, left)
		}
	}
}

func saveShelf(t testing.TB, s *Shelf) []byte {
	t.Helper()
	data, err := s.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func loadShelf(t testing.TB, data []byte) *Shelf {
	t.Helper()
	s := new(Shelf)
	if err := s.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	return s
}

// A relay that restarts goes on where it was: each bundle is handed out once, and what was refused
// before is refused after. Every message of every sender opens.
func TestShelfSaved(t *testing.T) {
	b := NewDevice()
	first, second, third := publish(t, b, 2), publish(t, b, 2), publish(t, b, 1)
	s := new(Shelf)
	restart := func(left int) {
		t.Helper()
		data := saveShelf(t, s)
		s = loadShelf(t, data)
		if again := saveShelf(t, s); !bytes.Equal(again, data) {
			t.Fatal("a loaded shelf is saved as other bytes")
		}
		size, owner := 1396+1288*left, b.Identity()
		if s.p == nil {
			size, owner = 2, Identity{}
		}
		if len(data) != size || s.OneTimePrekeys() != left || s.Identity() != owner {
			t.Fatalf("saved in %d bytes, expected %d; %d prekeys are left of %v", len(data), size, s.OneTimePrekeys(), s.Identity())
		}
	}
	fetch := func() {
		t.Helper()
		a := NewDevice()
		startFrom(t, a, b, s.Bundle())
		send(t, a, b, "hello")
	}
	refusesAdd := func(p []byte) {
		t.Helper()
		before := saveShelf(t, s)
		if err := s.Add(p); !errors.Is(err, ErrOldPublication) {
			t.Fatalf("the shelf takes an old publication: %v", err)
		}
		if !bytes.Equal(saveShelf(t, s), before) {
			t.Fatal("the shelf moved with an error")
		}
	}
	add := func(p []byte) {
		t.Helper()
		if err := s.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	restart(0)
	if s.Bundle() != nil {
		t.Fatal("an empty shelf hands out a bundle")
	}
	add(second)
	restart(2)
	refusesAdd(first)
	refusesAdd(second)
	fetch()
	restart(1)
	add(third)
	restart(2)
	fetch()
	restart(1)
	fetch()
	restart(0)
	refusesAdd(third)
	fetch() // with the last-resort prekey, as often as it takes
	fetch()
	restart(0)
	other := publish(t, NewDevice(), 1)
	if err := s.Add(other); !errors.Is(err, errOther) {
		t.Errorf("the loaded shelf takes another device's publication: %v", err)
	}
}

// What MarshalBinary would not have written does not load, and leaves the shelf as it was.
func TestShelfAltered(t *testing.T) {
	d := NewDevice()
	s := shelf(t, d, 2)
	full := saveShelf(t, s)
	refusesLoad := func(data []byte, what string) {
		t.Helper()
		if err := s.UnmarshalBinary(data); !errors.Is(err, errShelf) {
			t.Errorf("loads %s: %v", what, err)
		}
		if !bytes.Equal(saveShelf(t, s), full) {
			t.Fatalf("the shelf moved with the error for %s", what)
		}
	}
	cuts(full, func(n int, cut []byte) {
		if n != 2 { // which is an empty shelf
			refusesLoad(cut, fmt.Sprintf("%d of %d bytes", n, len(full)))
		}
	})
	flips(full, stride(33, 997), func(bit int, flipped []byte) {
		other := new(Shelf)
		if err := other.UnmarshalBinary(flipped); err == nil && !bytes.Equal(saveShelf(t, other), flipped) {
			t.Fatalf("with bit %d flipped it loads as another", bit)
		}
	})
	refusesLoad(publish(t, d, 1), "a publication")
	refusesLoad(save(t, d), "a device")
	for name, change := range map[string]func(p *publication){
		"an X25519 prekey more":     func(p *publication) { p.curve = append(p.curve, p.curve[1]); p.curve[2].ID = p.number - 1 },
		"a KEM prekey missing":      func(p *publication) { p.kem = p.kem[:1] },
		"X25519 prekeys exchanged":  func(p *publication) { p.curve[0], p.curve[1] = p.curve[1], p.curve[0] },
		"KEM prekeys exchanged":     func(p *publication) { p.kem[0], p.kem[1] = p.kem[1], p.kem[0] },
		"a KEM prekey twice":        func(p *publication) { p.kem[1] = p.kem[0] },
		"an X25519 number too high": func(p *publication) { p.curve[1].ID = p.number },
		"a KEM number too high":     func(p *publication) { p.kem[1].ID = p.number },
		"a signed number too high":  func(p *publication) { p.signed.ID = p.number },
		"a last number too high":    func(p *publication) { p.lastResort.ID = p.number },
		"a number 0":                func(p *publication) { p.signed.ID = 0 },
		"the number of no one":      func(p *publication) { p.number = 0 },
		"too many prekeys": func(p *publication) {
			p.number = 10_000
			for i := range uint32(MaxOneTimePrekeys) {
				p.curve, p.kem = append(p.curve, p.curve[0]), append(p.kem, p.kem[0])
				p.curve[2+i].ID, p.kem[2+i].ID = 1000+i, 1000+i
			}
		},
	} {
		p, err := parseShelf(full)
		if err != nil {
			t.Fatal(err)
		}
		change(p)
		refusesLoad(p.marshal(kindShelf), name)
	}
	for slot, at := range map[string]int{"identity": 2, "signed": bundleSigned + 4} {
		for name, bad := range x25519test.BadKeys(x25519.PublicKey(full[at:][:32])) {
			altered := bytes.Clone(full)
			copy(altered[at:], bad[:])
			refusesLoad(altered, slot+": "+name)
		}
	}
}

// A shelf does not become an empty object by accident.
func TestShelfIsNoText(t *testing.T) {
	if text, err := json.Marshal(shelf(t, NewDevice(), 1)); err == nil {
		t.Errorf("package json writes a shelf as %s", text)
	}
}
