package agetoken

import (
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/blindsign/blindrsa"
	"golang.org/x/crypto/cryptobyte"
)

// Formats of our own begin with the version and a kind. Challenge, request and token are the RFCs'.
const (
	version       = 0xf7
	kindRequests  = 1
	kindResponses = 2
	kindWallet    = 3
	kindSpent     = 4
)

const tokenType = 0x0002

// TokenSize is how many bytes a token has.
const TokenSize = inputSize + keySize

const (
	nonceSize   = 32
	inputSize   = 2 + nonceSize + 2*sha256.Size // what is signed
	requestSize = 2 + 1 + keySize
)

var (
	errChallenge = errors.New("agetoken: expected a challenge, found something else")
	errRequest   = errors.New("agetoken: expected a request for a token under this key, found something else")
	errToken     = fmt.Errorf("agetoken: expected a token of %d bytes, found something else", TokenSize)
)

// A Challenge says for what a token is (RFC 9577, Section 2.1):
//
//	struct {
//	    uint16 token_type = 0x0002;
//	    opaque issuer_name<1..2^16-1>;
//	    opaque redemption_context<0..32>;   /* empty, or 32 bytes */
//	    opaque origin_info<0..2^16-1>;
//	} TokenChallenge;
type Challenge struct {
	Issuer  string
	Context []byte // 32 bytes that are fresh, for a token that cannot be fetched ahead; or none
	Origins string // host names with commas between them; "" for a token that any site takes
}

// Bytes returns the encoding. It returns an error for an issuer without a name, a context of another length,
// or a name that is too long.
func (c Challenge) Bytes() ([]byte, error) {
	const most = 1<<16 - 1
	if len(c.Issuer) == 0 || len(c.Issuer) > most || len(c.Origins) > most || len(c.Context) != 0 && len(c.Context) != 32 {
		return nil, errors.New("agetoken: expected the name of an issuer, a context of 0 or 32 bytes, and names below 64 KiB, found others")
	}
	b := cryptobyte.NewBuilder(nil)
	b.AddUint16(tokenType)
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(c.Issuer)) })
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(c.Context) })
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(c.Origins)) })
	return b.Bytes()
}

// ParseChallenge reads what [Challenge.Bytes] returns, of token type 0x0002 only.
func ParseChallenge(b []byte) (Challenge, error) {
	var kind uint16
	var issuer, context, origins cryptobyte.String
	in := cryptobyte.String(b)
	if !in.ReadUint16(&kind) || kind != tokenType || !in.ReadUint16LengthPrefixed(&issuer) || len(issuer) == 0 ||
		!in.ReadUint8LengthPrefixed(&context) || len(context) != 0 && len(context) != 32 ||
		!in.ReadUint16LengthPrefixed(&origins) || !in.Empty() {
		return Challenge{}, errChallenge
	}
	return Challenge{string(issuer), context, string(origins)}, nil
}

// A Token is proof of age, once. Its holder can spend it, so printing one prints no byte of it.
type Token struct {
	hidden[Token]
	nonce     [nonceSize]byte
	challenge [sha256.Size]byte
	key       KeyID
	signature [keySize]byte
}

// Bytes returns the token (RFC 9578, Section 6.3):
//
//	struct {
//	    uint16 token_type = 0x0002;
//	    uint8  nonce[32];
//	    uint8  challenge_digest[32];
//	    uint8  token_key_id[32];
//	    uint8  authenticator[256];    /* the signature on what is before it */
//	} Token;
func (t Token) Bytes() []byte { return append(t.input(), t.signature[:]...) }

// input is what is signed.
func (t Token) input() []byte {
	b := make([]byte, 0, TokenSize)
	b = append(b, tokenType>>8, tokenType&0xff)
	b = append(b, t.nonce[:]...)
	b = append(b, t.challenge[:]...)
	return append(b, t.key[:]...)
}

// ParseToken reads what [Token.Bytes] returns. It verifies nothing: a [Gate] does.
func ParseToken(b []byte) (t Token, err error) {
	var kind uint16
	in := cryptobyte.String(b)
	if !in.ReadUint16(&kind) || kind != tokenType || !in.CopyBytes(t.nonce[:]) || !in.CopyBytes(t.challenge[:]) ||
		!in.CopyBytes(t.key[:]) || !in.CopyBytes(t.signature[:]) || !in.Empty() {
		return Token{}, errToken
	}
	return t, nil
}

// KeyID returns under which key the token says that it was signed.
func (t Token) KeyID() KeyID { return t.key }

// verify reports whether the signature is the key's.
func (t Token) verify(key *rsa.PublicKey) bool {
	v, err := blindrsa.NewVerifier(variant, key)
	return err == nil && v.Verify(t.input(), t.signature[:]) == nil
}

// A request is (RFC 9578, Section 6.1):
//
//	struct {
//	    uint16 token_type = 0x0002;
//	    uint8  truncated_token_key_id;    /* the last byte of it */
//	    uint8  blinded_msg[256];
//	} TokenRequest;
func newRequest(id KeyID, blinded []byte) []byte {
	return append([]byte{tokenType >> 8, tokenType & 0xff, id[len(id)-1]}, blinded...)
}

func parseRequest(b []byte, id KeyID) (blinded []byte, ok bool) {
	var kind uint16
	var last uint8
	in := cryptobyte.String(b)
	ok = in.ReadUint16(&kind) && kind == tokenType && in.ReadUint8(&last) && last == id[len(id)-1] &&
		in.ReadBytes(&blinded, keySize) && in.Empty()
	return blinded, ok
}

// A batch is requests, responses or tokens, each of one size:
//
//	struct {
//	    uint8  version = 0xf7;
//	    uint8  kind;
//	    opaque parts[];           /* 1 to 100 */
//	} Batch;
func joinBatch(kind uint8, parts [][]byte) []byte {
	b := []byte{version, kind}
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func parseBatch(kind uint8, b []byte, size int) (parts [][]byte, err error) {
	in := cryptobyte.String(b)
	n := (len(b) - 2) / size
	if !readHeader(&in, kind) || len(in) != n*size || n < 1 || n > MaxBatch {
		return nil, fmt.Errorf("agetoken: expected a batch of 1 to %d parts of %d bytes, found something else", MaxBatch, size)
	}
	for !in.Empty() {
		var p []byte
		in.ReadBytes(&p, size)
		parts = append(parts, p)
	}
	return parts, nil
}

func readHeader(in *cryptobyte.String, kind uint8) bool {
	var v, k uint8
	return in.ReadUint8(&v) && v == version && in.ReadUint8(&k) && k == kind
}
