package adk

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"
)

func FuzzPackets(f *testing.F) {
	seed(f)
	c := newCast(f)
	f.Add(c.ana.Certificate().Bytes())
	f.Add(c.write(f, PGP658, "hello", c.ana.Certificate()))
	f.Add(c.write(f, PGP658, string(make([]byte, 2000)), c.ana.Certificate())) // in parts
	f.Add([]byte{0xb4, 1, 'x', 0xcd, 0xc0, 0})
	f.Add([]byte{0xa3, 1, 'x'}) // without a length
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := Packets(data)
		if err != nil {
			return
		}
		size := 0
		var again []byte
		for _, p := range all {
			size += len(p.Body)
			again = append(again, frame(p.Tag, p.Body)...)
		}
		if size > len(data) {
			t.Fatalf("%d octets in packets, from %d", size, len(data))
		}
		twice, err := Packets(again)
		same := slices.EqualFunc(all, twice, func(a, b Packet) bool { return a.Tag == b.Tag && bytes.Equal(a.Body, b.Body) })
		if err != nil || !same {
			t.Fatalf("written again, it is %v, %v", twice, err)
		}
	})
}

// Of any certificate that is accepted: it comes out as it went in, the owner's words are signed,
// and Senderek's edit changes neither them nor the fingerprint.
func FuzzParseCertificate(f *testing.F) {
	seed(f)
	c := newCast(f)
	thief := c.thief.Certificate().ADK(Requested)
	f.Add(c.ana.Certificate().Bytes())
	f.Add(c.ben.Certificate().Bytes())
	f.Add(must(AddUnhashedADK(c.ana.Certificate().Bytes(), thief)))
	for _, form := range c.forms()[7:13] {
		f.Add(form.of(f, "Victim").Certificate().Bytes())
	}
	f.Add(armor(armorCertificate, c.ana.Certificate().Bytes(), true))
	f.Fuzz(func(t *testing.T, data []byte) {
		cert, err := ParseCertificate(data)
		if err != nil {
			return
		}
		if octets, err := dearmor(data, armorCertificate, maxCertificate); err != nil || !bytes.Equal(cert.Bytes(), octets) {
			t.Fatal("it comes out as something else")
		}
		if cert.sig.verify(cert.primary, cert.userID) != nil {
			t.Fatal("nobody has signed it")
		}
		strict, err := PGP658.ADKs(cert)
		loose, err2 := PGP553.ADKs(cert)
		if err != nil || err2 != nil || !slices.Equal(strict, loose[:len(strict)]) {
			t.Fatalf("6.5.8 honours %v, 5.5 %v", strict, loose)
		}
		edited, err := AddUnhashedADK(data, thief)
		if err != nil {
			return
		}
		tampered := parsed(t, edited)
		if tampered.Fingerprint() != cert.Fingerprint() || !bytes.Equal(tampered.sig.signed, cert.sig.signed) {
			t.Fatal("the owner's words have changed")
		}
		if now, _ := PGP553.ADKs(tampered); len(now) != len(loose)+1 {
			t.Fatalf("5.5 honours %v", now)
		}
		if now, _ := PGP658.ADKs(tampered); !slices.Equal(now, strict) {
			t.Fatalf("6.5.8 honours %v", now)
		}
	})
}

func FuzzParseSecretKey(f *testing.F) {
	seed(f)
	c := newCast(f)
	f.Add(c.ana.RecoveryKey())
	f.Add(c.ben.RecoveryKey())
	f.Add(c.ben.Certificate().Bytes())
	f.Add(armor(armorSecretKey, c.ana.RecoveryKey(), false))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := ParseSecretKey(data)
		if err != nil {
			return
		}
		again, err := ParseSecretKey(k.RecoveryKey())
		if err != nil || again.cert.Fingerprint() != k.cert.Fingerprint() {
			t.Fatalf("it does not come back: %v", err)
		}
		s := Sender{Key: c.ben, Version: PGP658, Keyring: c.keyring}
		message, err := s.Encrypt([]byte("hello"), august, k.Certificate())
		if err == nil && !opens(k, message, "hello") {
			t.Fatal("it does not open what is encrypted to it")
		}
	})
}

func FuzzMessage(f *testing.F) {
	seed(f)
	c := newCast(f)
	const text = "The bridge, at six."
	message := c.write(f, PGP658, text, c.ana.Certificate())
	f.Add(message)
	f.Add(armor(armorMessage, message, true))
	f.Add(seal(f, c.ana, compress(f, 1, must(c.ben.sign([]byte(text), august)))))
	f.Add(sealWith(f, c.ana, 13, 32))
	f.Add(c.write(f, GnuPG, text, c.ana.Certificate()))
	f.Add(c.write(f, PGP553, string(make([]byte, 2000)), c.thief.Certificate()))
	f.Fuzz(func(t *testing.T, data []byte) {
		ids, listed := Recipients(data)
		_, err := c.ana.Recover(data)
		if err == nil && (listed != nil || !slices.Contains(ids, c.ana.cert.Subkey())) {
			t.Fatalf("it opens, and is listed for %v, %v", ids, listed)
		}
		// Only Ben has Ben's key, so no other words are Ben's.
		if got, from, _, err := c.ana.Decrypt(data, c.keyring); err == nil &&
			(from.Fingerprint() != c.ben.cert.Fingerprint() || string(got) != text) {
			t.Fatalf("%s wrote %q", from.UserID(), got)
		}
	})
}

// The packets inside a message are not to be trusted either: anyone can encrypt anything.
func FuzzContent(f *testing.F) {
	seed(f)
	c := newCast(f)
	content := must(c.ben.sign([]byte("hello"), august))
	f.Add(content)
	f.Add(compress(f, 0, content))
	f.Add(compress(f, 1, content))
	f.Add(compress(f, 2, content))
	all, _ := packets(content)
	f.Add(frame(tagLiteral, all[1].Body))
	f.Add(slices.Concat(frame(tagOnePass, all[0].Body), frame(tagLiteral, all[1].Body)))
	f.Fuzz(func(t *testing.T, data []byte) {
		plaintext, sig, err := splitContent(data)
		if err == nil && len(plaintext) > max(len(data), maxContent) {
			t.Fatal("the text is longer than it may be")
		}
		if err == nil && c.ben.cert.signed(plaintext, sig) && string(plaintext) != "hello" {
			t.Fatalf("Ben has signed %q", plaintext)
		}
	})
}

// What decompresses is bounded, and comes out the same once more.
func FuzzDecompress(f *testing.F) {
	for _, algorithm := range []uint8{0, 1, 2} {
		f.Add(compress(f, algorithm, literal("hello"))[2:])
	}
	bzip2, _ := hex.DecodeString(bzip2Hello)
	f.Add(bzip2)
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, body []byte) {
		content, err := decompress(body)
		if err != nil {
			return
		}
		if len(content) > maxContent {
			t.Fatalf("%d octets from %d", len(content), len(body))
		}
		again, err := packets(compress(t, 1, content))
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := decompress(again[0].Body); err != nil || !bytes.Equal(twice, content) {
			t.Fatalf("compressed again, it is %d octets of %d, %v", len(twice), len(content), err)
		}
	})
}

// What is read from armor comes out the same when it is put into armor again.
func FuzzArmor(f *testing.F) {
	f.Add([]byte(published))
	f.Add(armor(armorMessage, []byte("hello"), true))
	f.Add(armor(armorMessage, nil, false))
	f.Add([]byte("-----BEGIN PGP MESSAGE-----\n-----END PGP MESSAGE-----"))
	f.Fuzz(func(t *testing.T, data []byte) {
		const most = 1 << 12
		octets, err := dearmor(data, armorMessage, most)
		if err != nil {
			return
		}
		armored := len(data) > 0 && data[0] < 0x80 && bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN PGP "))
		if !armored {
			if !bytes.Equal(octets, data) {
				t.Fatal("binary data are not returned as they are")
			}
			return
		}
		if len(octets) > most {
			t.Fatalf("%d octets", len(octets))
		}
		if again, err := dearmor(armor(armorMessage, octets, true), armorMessage, most); err != nil || !bytes.Equal(again, octets) {
			t.Fatalf("%x comes back as %x, %v", octets, again, err)
		}
	})
}

func FuzzParseADK(f *testing.F) {
	f.Add(make([]byte, adkSize))
	f.Add(make([]byte, adkSize-1))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := ParseADK(body)
		if (err == nil) != (len(body) >= adkSize) {
			t.Fatalf("%d octets: %v", len(body), err)
		}
		if err == nil && !bytes.Equal(a.subpacket().Body, body[:adkSize]) {
			t.Fatal("it comes out as something else")
		}
	})
}
