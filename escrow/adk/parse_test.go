package adk

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// step is how far apart the bits are that are flipped.
func step() int {
	if testing.Short() {
		return 13
	}
	return 1
}

func flipped(b []byte, bit int) []byte {
	b = bytes.Clone(b)
	b[bit/8] ^= 1 << (bit % 8)
	return b
}

// Whatever bit is flipped, a certificate is refused, or what the owner has signed is as it was.
// That this leaves a place for Senderek is in the standard, and not in the parser.
func TestCertificateBits(t *testing.T) {
	c := newCast(t)
	edited, err := AddUnhashedADK(c.ana.Certificate().Bytes(), c.thief.Certificate().ADK(Requested))
	if err != nil {
		t.Fatal(err)
	}
	want := parsed(t, edited)
	area := marshalSubpackets(want.sig.unhashed)
	at := bytes.Index(edited, area)
	accepted := 0
	for bit := 0; bit < 8*len(edited); bit += step() {
		got, err := ParseCertificate(flipped(edited, bit))
		if err != nil {
			continue
		}
		accepted++
		if !bytes.Equal(got.sig.signed, want.sig.signed) || got.Fingerprint() != want.Fingerprint() ||
			got.UserID() != want.UserID() || got.Subkey() != want.Subkey() {
			t.Errorf("bit %d: the owner's words have changed, and the certificate is accepted", bit)
		}
		if bit/8 < at || bit/8 >= at+len(area) {
			t.Errorf("bit %d outside of the unhashed area is accepted", bit)
		}
	}
	if accepted == 0 {
		t.Error("no bit of the unhashed area can be changed")
	}
	t.Logf("%d bits, %d accepted, all in the %d octets of the unhashed area", 8*len(edited)/step(), accepted, len(area))
}

func TestSecretKeyBits(t *testing.T) {
	k := key(t, "Ana")
	b := k.RecoveryKey()
	again, err := ParseSecretKey(b)
	if err != nil || !bytes.Equal(again.RecoveryKey(), b) {
		t.Fatal(err)
	}
	issuer := bytes.Index(b, k.cert.sig.unhashed[0].marshal())
	for bit := 0; bit < 8*len(b); bit += 3 * step() {
		_, err := ParseSecretKey(flipped(b, bit))
		if in := bit/8 > issuer && bit/8 < issuer+10; err == nil && !in {
			t.Errorf("bit %d is accepted", bit)
		}
	}
}

// Whatever bit is flipped, a message is refused, or it is one of another reader's session key and
// the message says the same.
func TestMessageBits(t *testing.T) {
	c := newCast(t)
	message := c.write(t, PGP658, "The bridge, at six.", c.ana.Certificate())
	all, _ := packets(message)
	from := len(all[0].Header) + len(all[0].Body)
	to := from + len(all[1].Header) + len(all[1].Body)
	accepted := 0
	for bit := 0; bit < 8*len(message); bit += step() {
		text, sender, at, err := c.ana.Decrypt(flipped(message, bit), c.keyring)
		if err != nil {
			continue
		}
		accepted++
		if string(text) != "The bridge, at six." || sender.UserID() != c.ben.cert.UserID() || !at.Equal(august) {
			t.Errorf("bit %d: %q by %s", bit, text, sender.UserID())
		}
		topBit := 8*from - 8*(1+48) - 1 // of the ephemeral point: X25519 overlooks it (RFC 7748, Section 5)
		if (bit/8 < from || bit/8 >= to) && bit != topBit {
			t.Errorf("bit %d outside of the company's session key is accepted", bit)
		}
	}
	t.Logf("%d bits, %d accepted, all in the %d octets of the company's session key", 8*len(message)/step(), accepted, to-from)
}

func TestTruncatedAndTrailing(t *testing.T) {
	c := newCast(t)
	message := c.write(t, PGP658, strings.Repeat("at six ", 200), c.ana.Certificate())
	for _, x := range []struct {
		name  string
		valid []byte
		parse func([]byte) error
	}{
		{"certificate", c.ana.Certificate().Bytes(), func(b []byte) error { _, err := ParseCertificate(b); return err }},
		{"secret key", c.ana.RecoveryKey(), func(b []byte) error { _, err := ParseSecretKey(b); return err }},
		{"message", message, func(b []byte) error { _, err := c.ana.Recover(b); return err }},
		{"self-signature", must(c.ana.cert.sig.marshal()), func(b []byte) error { _, err := parseSignature(b); return err }},
		{"content", must(c.ben.sign([]byte("hello"), august)), func(b []byte) error { _, _, err := splitContent(b); return err }},
	} {
		if err := x.parse(x.valid); err != nil {
			t.Errorf("%s: %v", x.name, err)
		}
		for n := range len(x.valid) {
			if x.parse(x.valid[:n]) == nil {
				t.Errorf("the first %d of %d octets of a %s are accepted", n, len(x.valid), x.name)
			}
		}
		for _, tail := range [][]byte{{0}, {0xff}, {0xc0 | tagUserID, 1, 'x'}, x.valid} {
			if x.parse(slices.Concat(x.valid, tail)) == nil {
				t.Errorf("%x behind a %s is accepted", tail[:1], x.name)
			}
		}
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func TestHeaders(t *testing.T) {
	body := func(n int) string { return strings.Repeat("aa", n) }
	for _, x := range []struct {
		name, octets string
		tag          uint8 // 0 if it is refused
		size         int
	}{
		{"new, one octet", "cd02aaaa", 13, 2},
		{"new, empty", "cd00", 13, 0},
		{"new, two octets", "cdc000" + body(192), 13, 192},
		{"new, two octets, the most", "cddfff" + body(8383), 13, 8383},
		{"new, five octets", "cdff000020c0" + body(8384), 13, 8384},
		{"new, five octets for two", "cdff000020bf" + body(8383), 0, 0},
		{"new, five octets for one", "cdff00000002aaaa", 0, 0},
		{"new, five octets, 4 GB", "cdffffffffff" + body(9000), 0, 0},
		{"old, one octet", "b402aaaa", 13, 2},
		{"old, two octets", "b50100" + body(256), 13, 256},
		{"old, two octets for one", "b500ff" + body(255), 0, 0},
		{"old, four octets", "b600010000" + body(65536), 13, 65536},
		{"old, four octets for two", "b60000ffff" + body(65535), 0, 0},
		{"old, four octets, 4 GB", "b6ffffffff" + body(9000), 0, 0},
		{"old, no length", "b7aaaa", 0, 0},
		{"tag 0", "c002aaaa", 0, 0},
		{"no packet", "4d02aaaa", 0, 0},
		{"parts", "d2e9" + body(512) + "03aaaaaa", 18, 515},
		{"three parts", "d2e9" + body(512) + "e0aa" + "00", 18, 513},
		{"parts, first too short", "d2e8" + body(256) + "03aaaaaa", 0, 0},
		{"parts of a user ID", "cde9" + body(512) + "03aaaaaa", 0, 0},
		{"parts without an end", "d2e9" + body(512), 0, 0},
		{"a part of 1 GB", "d2fe" + body(512) + "03aaaaaa", 0, 0},
	} {
		b, err := hex.DecodeString(x.octets)
		if err != nil {
			t.Fatal(err)
		}
		all, err := Packets(b)
		switch {
		case x.tag == 0 && err == nil:
			t.Errorf("%s is accepted", x.name)
		case x.tag != 0 && (err != nil || len(all) != 1 || all[0].Tag != x.tag || len(all[0].Body) != x.size):
			t.Errorf("%s: %v, %v", x.name, all, err)
		}
	}
	if _, err := Packets(bytes.Repeat([]byte{0xcd, 0}, maxPackets)); err != nil {
		t.Error(err)
	}
	if _, err := Packets(bytes.Repeat([]byte{0xcd, 0}, maxPackets+1)); err == nil {
		t.Error("a thousand packets and one are accepted")
	}
}

func TestSubpacketLengths(t *testing.T) {
	for _, n := range []int{1, 191, 192, 16319, 16320, 65000} {
		p := Subpacket{Type: 20, Body: make([]byte, n-1)}
		area, ok := readSubpackets(p.marshal())
		if !ok || len(area) != 1 || len(area[0].Body) != n-1 {
			t.Errorf("%d octets: %v", n, ok)
		}
	}
	for _, x := range []string{"00", "01", "ff00000002100a", "ff0000ffff0a", "c0", "ff", "ffffffffff0a"} {
		if _, ok := readSubpackets(must(hex.DecodeString(x))); ok && x != "01" {
			t.Errorf("%s is accepted", x)
		}
	}
	c := key(t, "Ana").Certificate()
	if _, err := c.withUnhashed(Subpacket{Type: 20, Body: make([]byte, 65536)}); err == nil {
		t.Error("an area of more than 65535 octets is accepted")
	}
}

// Only what can be checked is accepted, and what is long is refused before it is read.
func TestRefused(t *testing.T) {
	c := newCast(t)
	ana := c.ana.Certificate().Bytes()
	all, _ := Packets(ana)
	ben, _ := Packets(c.ben.Certificate().Bytes())
	swap := func(i int, p Packet) []byte {
		var b []byte
		for j, q := range all {
			if i == j {
				q = p
			}
			b = append(b, frame(q.Tag, q.Body)...)
		}
		return b
	}
	edit := func(i int, change func(body []byte) []byte) []byte {
		return swap(i, Packet{Tag: all[i].Tag, Body: change(bytes.Clone(all[i].Body))})
	}
	for name, b := range map[string][]byte{
		"another's key":                      swap(0, ben[0]),
		"another's name":                     swap(1, ben[1]),
		"another's self-signature":           swap(2, ben[2]),
		"another's subkey":                   swap(3, ben[3]),
		"another's binding":                  swap(4, ben[4]),
		"the binding for a self-signature":   swap(2, all[4]),
		"the self-signature for a binding":   swap(4, all[2]),
		"an octet behind the key":            edit(0, func(b []byte) []byte { return append(b, 0) }),
		"an octet behind the self-signature": edit(2, func(b []byte) []byte { return append(b, 0) }),
		"an octet behind the subkey":         edit(3, func(b []byte) []byte { return append(b, 0) }),
		"an octet behind the binding":        edit(4, func(b []byte) []byte { return append(b, 0) }),
		"a key of version 3":                 edit(0, func(b []byte) []byte { b[0] = 3; return b }),
		"a key of version 6":                 edit(0, func(b []byte) []byte { b[0] = 6; return b }),
		"a signature of version 3":           edit(2, func(b []byte) []byte { b[0] = 3; return b }),
		"a signature by another algorithm":   edit(2, func(b []byte) []byte { b[2] = 1; return b }),
		"a signature of an unknown hash":     edit(2, func(b []byte) []byte { b[3] = 2; return b }),
		"a signature on a document":          edit(2, func(b []byte) []byte { b[1] = 0; return b }),
		"a name of nothing":                  edit(1, func(b []byte) []byte { return nil }),
		"a name of 3000 octets":              edit(1, func(b []byte) []byte { return bytes.Repeat([]byte("a"), 3000) }),
		"twice the certificate":              slices.Concat(ana, ana),
		"256 KiB":                            make([]byte, maxCertificate+1),
		"nothing":                            nil,
	} {
		if _, err := ParseCertificate(b); err == nil {
			t.Errorf("%s is accepted", name)
		}
		if _, err := AddUnhashedADK(b, c.thief.Certificate().ADK(Requested)); err == nil {
			t.Errorf("%s takes an ADK", name)
		}
	}
	if _, err := ParseCertificate(swap(0, all[0])); err != nil {
		t.Errorf("the certificate itself: %v", err)
	}
}

// The same session key for two, and the other's copy spoiled: nothing of it reaches the reader.
func TestRefusedMessages(t *testing.T) {
	c := newCast(t)
	message := c.write(t, PGP658, "hello", c.ana.Certificate())
	all, _ := Packets(message)
	join := func(all ...Packet) (b []byte) {
		for _, p := range all {
			b = append(b, frame(p.Tag, p.Body)...)
		}
		return b
	}
	edit := func(p Packet, change func(body []byte) []byte) Packet {
		return Packet{Tag: p.Tag, Body: change(bytes.Clone(p.Body))}
	}
	key, other, data := all[0], all[1], all[2]
	content := must(c.ben.sign([]byte("hello"), august))
	inside, _ := Packets(content)
	for name, b := range map[string][]byte{
		"the session key twice":       join(key, key, other, data),
		"no session key":              join(data),
		"no data":                     join(key, other),
		"data twice":                  join(key, other, data, data),
		"data before the key":         join(data, key),
		"an octet behind a key":       join(edit(key, func(b []byte) []byte { return append(b, 0) }), data),
		"a key of version 2":          join(edit(key, func(b []byte) []byte { b[0] = 2; return b }), data),
		"a key of version 6":          join(edit(key, func(b []byte) []byte { b[0] = 6; return b }), data),
		"a key of no algorithm":       join(edit(key, func(b []byte) []byte { b[9] = 99; return b }), data),
		"data of version 2":           join(key, edit(data, func(b []byte) []byte { b[0] = 2; return b })),
		"data without a hash":         join(key, Packet{Tag: 9, Body: data.Body[1:]}),
		"data of no octets":           join(key, Packet{Tag: tagSEIPD}),
		"data of one octet":           join(key, Packet{Tag: tagSEIPD, Body: []byte{1}}),
		"a user ID among the keys":    join(key, Packet{Tag: tagUserID, Body: []byte("x")}, data),
		"2 MiB":                       make([]byte, MaxMessage+1),
		"text without its one-pass":   seal(t, c.ana, join(inside[1], inside[2])),
		"a one-pass without its end":  seal(t, c.ana, join(inside[0], inside[1])),
		"two texts":                   seal(t, c.ana, join(inside[1], inside[1])),
		"text of five octets":         seal(t, c.ana, join(Packet{Tag: tagLiteral, Body: make([]byte, 5)})),
		"a long file name":            seal(t, c.ana, join(Packet{Tag: tagLiteral, Body: []byte{'b', 9, 0, 0, 0, 0, 0}})),
		"an octet behind a signature": seal(t, c.ana, join(inside[0], inside[1], edit(inside[2], func(b []byte) []byte { return append(b, 0) }))),
		"nothing inside":              seal(t, c.ana, nil),
	} {
		if text, err := c.ana.Recover(b); err == nil {
			t.Errorf("%s is accepted: %q", name, text)
		}
	}
	for name, b := range map[string][]byte{"signed": seal(t, c.ana, content), "not signed": seal(t, c.ana, join(inside[1]))} {
		if !opens(c.ana, b, "hello") {
			t.Errorf("a text that is %s does not open", name)
		}
		if _, _, _, err := c.ana.Decrypt(b, c.keyring); (err == nil) != (name == "signed") {
			t.Errorf("a text that is %s is taken for Ben's: %v", name, err)
		}
	}
}

// seal encrypts any packets to a key.
func seal(t testing.TB, to *SecretKey, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	key := sessionKey(t, &b, to, packet.CipherAES256, sessionKeySize)
	w, err := packet.SerializeSymmetricallyEncrypted(&b, packet.CipherAES256, false, packet.CipherSuite{}, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sealWith returns a session key that says it is one of another cipher, and data of that cipher's or no
// cipher's making.
func sealWith(t testing.TB, to *SecretKey, cipher packet.CipherFunction, keySize int) []byte {
	t.Helper()
	var b bytes.Buffer
	sessionKey(t, &b, to, cipher, keySize)
	return append(b.Bytes(), frame(tagSEIPD, append([]byte{1}, make([]byte, 60)...))...)
}

// sessionKey draws a session key, and writes it encrypted to a key.
func sessionKey(t testing.TB, b *bytes.Buffer, to *SecretKey, cipher packet.CipherFunction, size int) []byte {
	t.Helper()
	key := make([]byte, size)
	rand.Read(key)
	if err := packet.SerializeEncryptedKeyAEAD(b, to.cert.subkey, cipher, false, key, nil); err != nil {
		t.Fatal(err)
	}
	return key
}
