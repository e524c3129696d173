package clipper

import (
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"doormat/escrow/clipper"
	"doormat/internal/x25519"
)

// Fortezza cards, which had such a chip in them, encrypted mail. The sender draws the session key,
// and wraps it under a key (a token) that both can compute, as in KEA, from the sender's static and
// ephemeral key and the recipient's static one. Here that is done over X25519, with HKDF:
//
//	token    = HKDF(DH(ephemeral, recipient) ‖ DH(sender, recipient); from, to, ephemeral)
//	wrapped  = token ⊕ session key
//
// So the sender cannot open what was sent once the ephemeral key is gone, and the recipient always
// can. A person's name on the envelope is the static public key. The unit id is in the LEAF, and
// nowhere else.
//
// An envelope, in the presentation language of TLS:
//
//	struct {
//	    uint8  version = 0xc1;
//	    opaque from[32], to[32];
//	    opaque ephemeral[32];
//	    opaque wrapped[10];
//	    opaque header[24];           /* LEAF and IV */
//	    opaque ciphertext<8..2^24-8>;
//	} Envelope;
const version = 0xc1

type envelope struct {
	from, to   x25519.PublicKey // static keys: the names of sender and recipient
	ephemeral  x25519.PublicKey // of this envelope
	wrapped    [clipper.KeySize]byte
	header     clipper.Header
	ciphertext []byte // in CBC, whole blocks
}

var errEnvelope = errors.New("attacks: expected a clipper envelope for this person from someone enrolled, found something else")

// bytes writes an envelope. It returns an error if the ciphertext has 2^24 bytes or more.
func (e envelope) bytes() ([]byte, error) {
	b := cryptobyte.NewBuilder([]byte{version})
	for _, part := range [][]byte{e.from[:], e.to[:], e.ephemeral[:], e.wrapped[:], e.header.Bytes()} {
		b.AddBytes(part)
	}
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(e.ciphertext) })
	return b.Bytes()
}

// parse reads an envelope, and reports false for what bytes does not write. The ciphertext aliases b.
func parse(b []byte) (e envelope, ok bool) {
	in := cryptobyte.String(b)
	var v uint8
	var header []byte
	var ciphertext cryptobyte.String
	if !in.ReadUint8(&v) || v != version ||
		!in.CopyBytes(e.from[:]) || !in.CopyBytes(e.to[:]) || !in.CopyBytes(e.ephemeral[:]) || !in.CopyBytes(e.wrapped[:]) ||
		!in.ReadBytes(&header, clipper.HeaderSize) || !in.ReadUint24LengthPrefixed(&ciphertext) || !in.Empty() ||
		len(ciphertext) == 0 || len(ciphertext)%blockSize != 0 {
		return envelope{}, false
	}
	var err error
	e.header, err = clipper.ParseHeader(header)
	e.ciphertext = ciphertext
	return e, err == nil
}

// seal wraps a transmission's session key for a recipient, with an ephemeral key of its own.
func seal(from x25519.PrivateKey, to x25519.PublicKey, t transmission) ([]byte, error) {
	private, ephemeral := x25519.Generate()
	e := envelope{from: from.Public(), to: to, ephemeral: ephemeral, header: t.header, ciphertext: t.ciphertext}
	one, err := private.DH(to)
	if err != nil {
		return nil, err
	}
	two, err := from.DH(to)
	if err != nil {
		return nil, err
	}
	copy(e.wrapped[:], e.xorToken(t.key.Bytes(), one, two))
	return e.bytes()
}

// open unwraps the session key with the recipient's private key. Nothing in an envelope says whether
// it is the right one: a chip finds out from the LEAF, a thief from the text.
func open(to x25519.PrivateKey, e envelope) (t transmission, err error) {
	ephemeral, err := x25519.Parse(e.ephemeral[:])
	if err != nil {
		return t, err
	}
	from, err := x25519.Parse(e.from[:])
	if err != nil {
		return t, err
	}
	one, err := to.DH(ephemeral)
	if err != nil {
		return t, err
	}
	two, err := to.DH(from)
	if err != nil {
		return t, err
	}
	key, err := clipper.ParseSessionKey(e.xorToken(e.wrapped[:], one, two))
	return transmission{key, e.header, e.ciphertext}, err
}

// xorToken wraps the session key k, or unwraps it, with the token of this envelope:
//
//	one = DH(ephemeral, recipient)
//	two = DH(sender, recipient)
//	k ⊕ HKDF-SHA256(one ‖ two; info = label ‖ from ‖ to ‖ ephemeral)
func (e *envelope) xorToken(k []byte, one, two x25519.SharedSecret) []byte {
	names := slices.Concat(e.from[:], e.to[:], e.ephemeral[:])
	token, err := hkdf.Key(sha256.New, slices.Concat(one[:], two[:]), nil, "doormat 1 clipper token"+string(names), len(k))
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	subtle.XORBytes(token, token, k)
	return token
}

// blockSize is the size of a block of SKIPJACK, in bytes.
const blockSize = 8

// pad fills the last block, or adds one, according to RFC 5652, Section 6.3: n bytes of the value n.
func pad(text []byte) []byte {
	n := blockSize - len(text)%blockSize
	return append(slices.Clip(text), slices.Repeat([]byte{byte(n)}, n)...)
}

// unpad reverses pad. It reports false if b does not end in such a padding.
func unpad(b []byte) (text []byte, ok bool) {
	if len(b) == 0 {
		return nil, false
	}
	n := int(b[len(b)-1])
	if n < 1 || n > blockSize || n > len(b) {
		return nil, false
	}
	text = b[:len(b)-n]
	for _, x := range b[len(text):] {
		if int(x) != n {
			return nil, false
		}
	}
	return text, true
}
