package scanning

import (
	"bytes"
	"testing"
)

// fuzzBytes fuzzes a parser: what is read is written as it was.
func fuzzBytes(f *testing.F, seed []byte, again func(b []byte) ([]byte, error)) {
	f.Add(seed)
	f.Add(seed[:len(seed)-1])
	f.Add(seed[:2])
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := again(b); err == nil && !bytes.Equal(got, b) {
			t.Errorf("%x is read as %x", b, got)
		}
	})
}

func FuzzTable(f *testing.F) {
	fuzzBytes(f, build(f, hashes(2)).Table.Bytes(), func(b []byte) ([]byte, error) {
		t, err := ParseTable(b)
		if err != nil {
			return nil, err
		}
		return t.Bytes(), nil
	})
}

func FuzzVoucher(f *testing.F) {
	b := build(f, hashes(2))
	d := Dial{Threshold: 1, Synthetics: 2}
	fuzzBytes(f, vouchers(f, newAccount(f, b, d), 0)[0], func(v []byte) ([]byte, error) {
		if _, err := b.Matcher.Recover([][]byte{v}, d); err != nil {
			return nil, err
		}
		parsed, err := parseVoucher(v)
		if err != nil {
			return nil, err
		}
		return parsed.bytes(), nil
	})
}

// What a client that has made its own keys puts into a voucher does no harm either.
func FuzzInner(f *testing.F) {
	b := build(f, hashes(2))
	v := vouchers(f, newAccount(f, b, Dial{Threshold: 1}), 0)[0]
	p, err := parseVoucher(v)
	check(f, err)
	var opened []byte
	for _, pair := range p.pairs {
		q := g.NewElement()
		check(f, q.UnmarshalBinary(pair.q[:]))
		if rkey, err := openOnce(pairKey(q.Mul(q, b.Matcher.alpha)), pair.ct[:]); err == nil {
			opened, err = openOnce([32]byte(rkey), p.sealed)
			check(f, err)
		}
	}
	fuzzBytes(f, opened, func(b []byte) ([]byte, error) {
		n, ok := parseInner(b)
		if !ok {
			return nil, errVoucher
		}
		return appendFP(append(append(bytes.Clone(n.content), encode(n.x)...), encode(n.fx)...), n.r), nil
	})
}

func FuzzReport(f *testing.F) {
	message, err := Message{"look", picture(1)}.Bytes()
	check(f, err)
	a := NewAuthority()
	f.Add(append(append([]byte{version, kindReport}, make([]byte, 72)...), message...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := a.Recover(b); err == nil {
			t.Error("what was not sealed to the authority opens")
		}
		r, err := parseReport(b)
		if err != nil {
			return
		}
		sealed, err := r.Seal(a.Recipient())
		check(t, err)
		if got, err := a.Recover(sealed); err != nil || got.Entry != r.Entry || !got.At.Equal(r.At) || got.Message.Text != r.Message.Text {
			t.Errorf("%v is read as %v, %v", r, got, err)
		}
	})
}

func FuzzList(f *testing.F) {
	seed, err := (&List{31, hashes(2)}).Bytes()
	check(f, err)
	fuzzBytes(f, seed, func(b []byte) ([]byte, error) {
		l, err := ParseList(b)
		if err != nil {
			return nil, err
		}
		return l.Bytes()
	})
}

func FuzzTextList(f *testing.F) {
	seed, err := textList(f, 3, 2, leaflet, "strike").Bytes()
	check(f, err)
	fuzzBytes(f, seed, func(b []byte) ([]byte, error) {
		l, err := ParseTextList(b)
		if err != nil {
			return nil, err
		}
		l.Match(leaflet)
		return l.Bytes()
	})
}

func FuzzMessage(f *testing.F) {
	seed, err := Message{"look", picture(1)}.Bytes()
	check(f, err)
	fuzzBytes(f, seed, func(b []byte) ([]byte, error) {
		m, err := ParseMessage(b)
		if err != nil {
			return nil, err
		}
		return m.Bytes()
	})
}

func FuzzAccount(f *testing.F) {
	b := build(f, hashes(1))
	fuzzBytes(f, newAccount(f, b, Dial{3, 2, 4}).Bytes(), func(bytes []byte) ([]byte, error) {
		a, err := ParseAccount(bytes, b.Table)
		if err != nil {
			return nil, err
		}
		return a.Bytes(), nil
	})
}

// An opening that passes names the entries of the table.
func FuzzOpening(f *testing.F) {
	b := build(f, hashes(2))
	f.Add(b.Opening)
	f.Add(b.Opening[:98])
	f.Fuzz(func(t *testing.T, opening []byte) {
		if _, err := b.Table.Check(opening); err == nil && !bytes.Equal(opening, b.Opening) {
			t.Errorf("%x is an opening too", opening)
		}
	})
}

func FuzzEnvelope(f *testing.F) {
	ana, ben := devices(f, nil)
	envelope, err := ana.SealMessage(ben.Identity(), monday, Message{Text: "words"}, nil)
	check(f, err)
	f.Add(envelope)
	f.Add(envelope[:6])
	f.Fuzz(func(t *testing.T, b []byte) {
		if beside, n, ok := Beside(b); ok && n != 5+len(beside) {
			t.Errorf("%d bytes beside, %d before the envelope", len(beside), n)
		}
		if _, _, err := ben.OpenMessage(b, nil); err == nil && !bytes.Equal(b, envelope) {
			t.Error("what was not sent opens")
		}
	})
}
