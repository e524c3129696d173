package adk

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"crypto"
	"encoding/hex"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// compress returns a compressed packet: 0 as it is, 1 ZIP, 2 ZLIB.
func compress(t testing.TB, algorithm uint8, content []byte) []byte {
	t.Helper()
	b := bytes.NewBuffer([]byte{algorithm})
	var w io.WriteCloser
	switch algorithm {
	case 1:
		w, _ = flate.NewWriter(b, flate.BestCompression)
	case 2:
		w = zlib.NewWriter(b)
	default:
		b.Write(content)
		return frame(tagCompressed, b.Bytes())
	}
	_, err := w.Write(content)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return frame(tagCompressed, b.Bytes())
}

func literal(text string) []byte {
	return frame(tagLiteral, append([]byte{'b', 0, 0, 0, 0, 0}, text...))
}

// The message of RFC 4880, Section 6.6, is ZIP in armor.
func TestPublishedArmor(t *testing.T) {
	octets, err := dearmor([]byte(published), armorMessage, MaxMessage)
	if err != nil {
		t.Fatal(err)
	}
	text, _, err := splitContent(octets)
	if err != nil || string(text) != "Can't anyone keep a secret around here?\n" {
		t.Errorf("%q, %v", text, err)
	}
}

// The bzip2 data are what Python's bz2 module makes of the packet: a text, "hello".
func TestCompressed(t *testing.T) {
	c := newCast(t)
	hello := literal("hello")
	bzip2, err := hex.DecodeString(bzip2Hello)
	if err != nil {
		t.Fatal(err)
	}
	old := compress(t, 1, hello)
	old = append([]byte{0xa3}, old[2:]...) // as PGP wrote it: the old format, without a length
	for name, content := range map[string][]byte{
		"as it is": compress(t, 0, hello), "ZIP": compress(t, 1, hello), "ZLIB": compress(t, 2, hello), "BZip2": frame(tagCompressed, bzip2),
		"ZIP without a length": old,
		"signed, ZIP":          compress(t, 1, must(c.ben.sign([]byte("hello"), august))),
	} {
		message := seal(t, c.ana, content)
		if !opens(c.ana, message, "hello") {
			t.Errorf("%s does not open", name)
		}
		if _, _, _, err := c.ana.Decrypt(message, c.keyring); (err == nil) != strings.HasPrefix(name, "signed") {
			t.Errorf("%s: signature: %v", name, err)
		}
	}
	zip := compress(t, 1, hello)
	body := zip[2:]
	for name, x := range map[string]struct {
		content []byte
		want    string
	}{
		"twice":               {compress(t, 1, zip), "expected a text (packet 11), found compressed data (packet 8)"},
		"algorithm 4":         {frame(tagCompressed, append([]byte{4}, body[1:]...)), "expected data compressed with ZIP (1), ZLIB (2) or BZip2 (3), found algorithm 4"},
		"nothing":             {frame(tagCompressed, nil), "expected compressed data, found none"},
		"cut":                 {frame(tagCompressed, body[:len(body)-2]), "compressed data: unexpected EOF"},
		"octets behind":       {frame(tagCompressed, append(bytes.Clone(body), 1, 2)), "found 2 octets more"},
		"ZLIB, no header":     {frame(tagCompressed, []byte{2, 0, 0}), "compressed data: zlib: invalid header"},
		"BZip2, no header":    {frame(tagCompressed, []byte{3, 0, 0}), "compressed data: bzip2 data invalid"},
		"with another text":   {slices.Concat(zip, hello), "expected a text (packet 11), found compressed data (packet 8)"},
		"nothing in it":       {compress(t, 1, nil), "expected a text (packet 11), found the end"},
		"behind its one-pass": {slices.Concat(must(c.ben.sign([]byte("hello"), august))[:15], zip), "expected a text"},
	} {
		_, err := c.ana.Recover(seal(t, c.ana, x.content))
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, expected %q", name, err, x.want)
		}
	}
}

// A short message that would fill the memory is refused, and the longest that is not opens.
func TestDecompressionBomb(t *testing.T) {
	c := newCast(t)
	const framing = 6 + 6 // of a long text: tag, length, and what precedes the text
	most := literal(strings.Repeat("a", maxContent-framing))
	if len(most) != maxContent {
		t.Fatalf("%d octets", len(most))
	}
	for _, algorithm := range []uint8{1, 2} {
		if text, err := c.ana.Recover(seal(t, c.ana, compress(t, algorithm, most))); err != nil || len(text) != maxContent-framing {
			t.Errorf("algorithm %d: %d octets, %v", algorithm, len(text), err)
		}
		for _, n := range []int{maxContent + 1, 32 << 20} {
			bomb := seal(t, c.ana, compress(t, algorithm, make([]byte, n)))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := c.ana.Recover(bomb)
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 20<<20 {
				t.Errorf("algorithm %d, %d octets from %d: %d octets of memory", algorithm, n, len(bomb), used)
			}
			if err == nil || !strings.HasSuffix(err.Error(), "expected at most 2097152 octets of decompressed data, found more") {
				t.Errorf("algorithm %d, %d octets from %d: %v", algorithm, n, len(bomb), err)
			}
		}
	}
}

// A certificate asks for what is not compressed, in the area that its owner signs. One that says nothing
// would get ZIP (RFC 4880, Section 5.2.3.9).
func TestCertificateAsksForUncompressed(t *testing.T) {
	hashed, _ := key(t, "Ana").Certificate().Subpackets()
	if !slices.ContainsFunc(hashed, func(p Subpacket) bool { return p.Type == 22 && bytes.Equal(p.Body, []byte{0}) }) {
		t.Errorf("%v", hashed)
	}
}

// Programs sign with SHA-512 as well, as a certificate of ours asks them to.
func TestSignedWithSHA512(t *testing.T) {
	c := newCast(t)
	for hash, good := range map[crypto.Hash]bool{crypto.SHA256: true, crypto.SHA512: true, crypto.SHA224: false} {
		k := c.ben.primary
		sig := packet.Signature{
			Version: 4, SigType: packet.SigTypeBinary, Hash: hash, PubKeyAlgo: k.PubKeyAlgo, CreationTime: august, IssuerKeyId: &k.KeyId,
		}
		h := hash.New()
		h.Write([]byte("hello"))
		if err := sig.Sign(h, k, configAt(august)); err != nil {
			t.Fatal(err)
		}
		if got := c.ben.cert.signed([]byte("hello"), &sig); got != good {
			t.Errorf("%v: %v", hash, got)
		}
		if c.ben.cert.signed([]byte("hallo"), &sig) {
			t.Errorf("%v: another text is signed", hash)
		}
	}
}

// What cannot be read is named.
func TestNamesWhatItFinds(t *testing.T) {
	c := newCast(t)
	message := c.write(t, PGP658, "hello", c.ana.Certificate())
	all, err := Packets(message)
	if err != nil {
		t.Fatal(err)
	}
	pkesk := frame(all[0].Tag, all[0].Body)
	long := func(tag uint8) []byte { // in parts, as programs write them
		return slices.Concat([]byte{0xc0 | tag, 0xe9}, make([]byte, 512), []byte{0})
	}
	for _, x := range []struct {
		data []byte
		want string
	}{
		{slices.Concat(pkesk, long(20)), "expected encrypted data (packet 18), found data encrypted with AEAD (packet 20)"},
		{slices.Concat(pkesk, long(9)), "expected encrypted data (packet 18), found data encrypted without a hash (packet 9)"},
		{slices.Concat(pkesk, frame(18, []byte{2, 9, 2, 6})), "expected encrypted data of version 1, found version 2, which has AEAD (RFC 9580)"},
		{slices.Concat(pkesk, frame(18, []byte{7})), "expected encrypted data of version 1, found version 7"},
		{slices.Concat(pkesk, frame(18, nil)), "expected encrypted data of version 1, found no data"},
		{slices.Concat(frame(3, []byte{4}), pkesk, long(18)), "found a session key for a passphrase (packet 3)"},
		{frame(10, []byte("PGP")), "expected a session key for a public key (packet 1), found a marker (packet 10)"},
		{frame(60, nil), "expected a session key for a public key (packet 1), found packet 60"},
		{pkesk, "expected a session key and encrypted data, found less"},
		{nil, "expected a session key and encrypted data, found less"},
		{literal("hello"), "expected a session key for a public key (packet 1), found a text (packet 11)"},
		{sealWith(t, c.ana, 13, 32), "adk: expected data encrypted with AES, CAST5 or 3DES, found Camellia-256 (cipher 13)"},
		{sealWith(t, c.ana, 10, 32), "found Twofish (cipher 10)"},
		{sealWith(t, c.ana, 110, 32), "found an unknown cipher (cipher 110)"},
	} {
		_, err := c.ana.Recover(x.data)
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%v, expected %q", err, x.want)
		}
	}
}

const bzip2Hello = "03425a6839314159265359f7a5d9c0000006410460081244800" +
	"8200021280d3420c988b9078b570fc5dc914e14243de9767000"
