package recovery

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"github.com/cloudflare/circl/group"
	"golang.org/x/crypto/cryptobyte"
)

// Each message and record begins with the version and a kind.
const (
	wireVersion = 0xf4

	kindRegister = 1 // requests
	kindRecover1 = 2
	kindRecover2 = 3
	kindRecover3 = 4

	kindRegistered = 17 // responses
	kindVersion    = 18
	kindAnswer     = 19
	kindShare      = 20
	kindFailure    = 31

	kindRecord = 40 // a server's record of an account
	kindErased = 41
)

const (
	versionSize    = 16
	tagSize        = 16
	commitmentSize = 32
	paddedSize     = 1 + MaxSecret
)

// A registration is what a client gives to a server:
//
//	struct {
//	    opaque version[16];           /* random */
//	    opaque oprf_share[32];        /* x_i */
//	    opaque signature[64];         /* Ed25519 over label, version, i, x_i G */
//	    opaque signer[32];            /* drawn for this registration */
//	    opaque commitment[32];        /* to the unlock key */
//	    opaque tag[16];               /* MAC of the unlock key and i */
//	    opaque key_share[32];         /* e_i */
//	    opaque secret<0..2^16-1>;     /* sealed */
//	    opaque secret_commitment[16];
//	    uint16 guesses;               /* allowed */
//	} Registration;
//
// A server's record of an account is, in storage:
//
//	struct {
//	    uint8  version = 0xf4;
//	    uint8  kind = 40;
//	    uint16 used;                  /* guesses since the last success */
//	    Registration;
//	} Record;
//
// or version and kind = 41 once the guesses are used up: what was there is gone.
type registration struct {
	version          [versionSize]byte
	oprfShare        group.Scalar
	signature        [ed25519.SignatureSize]byte
	signer           [ed25519.PublicKeySize]byte
	commitment       [commitmentSize]byte
	tag              [tagSize]byte
	keyShare         group.Scalar
	secret           []byte
	secretCommitment [tagSize]byte
	guesses          uint16
}

func (r *registration) add(b *cryptobyte.Builder) {
	b.AddBytes(r.version[:])
	b.AddBytes(encodeScalar(r.oprfShare))
	b.AddBytes(r.signature[:])
	b.AddBytes(r.signer[:])
	b.AddBytes(r.commitment[:])
	b.AddBytes(r.tag[:])
	b.AddBytes(encodeScalar(r.keyShare))
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(r.secret) })
	b.AddBytes(r.secretCommitment[:])
	b.AddUint16(r.guesses)
}

func (r *registration) read(in *cryptobyte.String) bool {
	var secret cryptobyte.String
	ok := in.CopyBytes(r.version[:]) && readScalar(in, &r.oprfShare) && in.CopyBytes(r.signature[:]) &&
		in.CopyBytes(r.signer[:]) && in.CopyBytes(r.commitment[:]) && in.CopyBytes(r.tag[:]) &&
		readScalar(in, &r.keyShare) && in.ReadUint16LengthPrefixed(&secret) && len(secret) <= paddedSize+16 &&
		in.CopyBytes(r.secretCommitment[:]) && in.ReadUint16(&r.guesses) && r.guesses > 0
	r.secret = secret
	return ok
}

// A record is what a server stores.
type record struct {
	erased bool
	used   uint16
	registration
}

func (r *record) bytes() []byte {
	if r.erased {
		return []byte{wireVersion, kindErased}
	}
	return message(kindRecord, func(b *cryptobyte.Builder) {
		b.AddUint16(r.used)
		r.add(b)
	})
}

func parseRecord(data []byte) (r *record, ok bool) {
	r = new(record)
	in := cryptobyte.String(data)
	if readHeader(&in, kindErased) {
		r.erased = true
		return r, in.Empty()
	}
	in = data
	return r, readHeader(&in, kindRecord) && in.ReadUint16(&r.used) && r.read(&in) && in.Empty()
}

// An answer is a server's part of the OPRF:
//
//	struct {
//	    opaque element[32];         /* E_i */
//	    opaque proof[64];
//	    opaque public[32];          /* x_i G */
//	    opaque signature[64], signer[32], commitment[32];
//	    uint16 used, guesses;
//	} Answer;
type serverAnswer struct {
	element, public group.Element
	proof           [proofSize]byte
	signature       [ed25519.SignatureSize]byte
	signer          [ed25519.PublicKeySize]byte
	commitment      [commitmentSize]byte
	used, guesses   uint16
}

func (a *serverAnswer) bytes() []byte {
	return message(kindAnswer, func(b *cryptobyte.Builder) {
		b.AddBytes(encode(a.element))
		b.AddBytes(a.proof[:])
		b.AddBytes(encode(a.public))
		b.AddBytes(a.signature[:])
		b.AddBytes(a.signer[:])
		b.AddBytes(a.commitment[:])
		b.AddUint16(a.used)
		b.AddUint16(a.guesses)
	})
}

func parseAnswer(data []byte) (a *serverAnswer, ok bool) {
	a = new(serverAnswer)
	in := cryptobyte.String(data)
	return a, readHeader(&in, kindAnswer) && readElement(&in, &a.element) && in.CopyBytes(a.proof[:]) &&
		readElement(&in, &a.public) && in.CopyBytes(a.signature[:]) && in.CopyBytes(a.signer[:]) &&
		in.CopyBytes(a.commitment[:]) && in.ReadUint16(&a.used) && in.ReadUint16(&a.guesses) && in.Empty()
}

// isOf reports whether the answer is server i's to a blinded element, of a registration.
func (a *serverAnswer) isOf(version [versionSize]byte, i int, b group.Element) bool {
	return ed25519.Verify(a.signer[:], signed(version, i, a.public), a.signature[:]) && isAnswer(a.public, b, a.element, a.proof[:])
}

// signed is what a client's signature on a public share is over.
func signed(version [versionSize]byte, i int, public group.Element) []byte {
	return append(append([]byte("doormat 1 recovery share"), version[:]...), append([]byte{byte(i)}, encode(public)...)...)
}

// A failure is a code and the guesses that are left:
//
//	struct { uint8 code; uint16 left; } Failure;
const (
	notRegistered = 1
	noGuesses     = 2
	otherVersion  = 3
	wrongTag      = 4
)

func failure(code uint8, left uint16) []byte {
	return message(kindFailure, func(b *cryptobyte.Builder) {
		b.AddUint8(code)
		b.AddUint16(left)
	})
}

// parseFailure returns the code of a response that is a failure, or 0.
func parseFailure(data []byte) (code uint8) {
	in := cryptobyte.String(data)
	if !readHeader(&in, kindFailure) || !in.ReadUint8(&code) || !in.Skip(2) || !in.Empty() {
		return 0
	}
	return code
}

func message(kind uint8, content func(b *cryptobyte.Builder)) []byte {
	b := cryptobyte.NewBuilder([]byte{wireVersion, kind})
	content(b)
	return b.BytesOrPanic()
}

// readHeader reads the version and this kind. If they are others it leaves the input as it was.
func readHeader(in *cryptobyte.String, kind uint8) bool {
	if len(*in) < 2 || (*in)[0] != wireVersion || (*in)[1] != kind {
		return false
	}
	return in.Skip(2)
}

// mac is HMAC-SHA-256 over a label and fields, each behind its length of four bytes. Juicebox has keyed
// BLAKE2s here.
func mac(key []byte, label string, fields ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, f := range append([][]byte{[]byte(label)}, fields...) {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(f))))
		h.Write(f)
	}
	return h.Sum(nil)
}

// The tags of server i.
func unlockTag(unlock []byte, i int) [tagSize]byte {
	return [tagSize]byte(mac(unlock, "Unlock Key Tag", []byte{byte(i)}))
}

func secretTag(unlock []byte, i int, keyShare group.Scalar, sealed []byte) [tagSize]byte {
	return [tagSize]byte(mac(unlock, "Encrypted User Secret Commitment", []byte{byte(i)}, encodeScalar(keyShare), sealed))
}
