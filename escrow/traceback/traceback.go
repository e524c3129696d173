// Package traceback has the three ways on record to find out who wrote a forwarded message first. India
// asks for one: rule 4(2) of the Information Technology Rules, 2021, wants the "first originator" of a
// message named. Brazil's Bill 2630 of 2020 wanted the chains of forwards kept. Messages stay encrypted
// end to end in all three. What is escrowed is who said it.
//
//	the originator's tag   Kamakoti, expert's report to the Madras High Court, 31 July 2019: the first
//	                       sender's number, encrypted to the provider, travels with every forward. A
//	                       reconstruction: the report names no cipher.
//	the table of hashes    how WhatsApp reads rule 4(2) (WhatsApp LLC v Union of India, Delhi High Court,
//	                       2021): for each message ever sent its hash, who sent it first, and when
//	path and tree          Tyagi, Miers and Ristenpart, "Traceback for End-to-End Encrypted Messaging",
//	                       CCS 2019 (https://eprint.iacr.org/2019/981), with their code's primitives
//
// It is a demonstration of what such systems give away: do not use it. Package noescrow/franking has what
// answers the other question, whether this person has sent me this, and needs no memory of everyone.
//
// Who holds which key; the provider runs the relay that passes envelopes on:
//
//	            a person                              the provider
//	tag         the provider's public key             the trace key, and the tags of all messages
//	table       nothing                               a row for each text that was ever sent
//	path        k of each message received, 16 bytes  a row for each message that was ever sent
//	tree        two pointers a message, 32 bytes      a row for each message that was ever sent
//
// Path. A message that is written anew has the pointer zero, a forward the k of the message it came with:
//
//	a sender                           the provider                       the recipient
//	k random
//	addr = HMAC(k, text)
//	ct = AES_k(pointer)
//	text, k, end to end ------------------------------------------------> HMAC(k, text) = addr?
//	addr, ct ------------------------> not seen before? stores            the pointer is k from now on
//	                                   addr, ct, sender, recipient
//	                                   addr ---------------------------->
//
//	a report is text and k:            finds the row of HMAC(k, text), its sender, and with k the pointer
//	                                   before it; then the row of that one; to the first sender
//
// What a warrant gets. With the tag: the originator, for any message that has one. With the table: who
// sent a text first, for any text that an officer can type. With path and tree, from one recipient's
// report: everyone who passed the message on between the first sender and the reporter (path), or everyone
// who ever received it (tree). Most of those have reported nothing, and written nothing.
//
// What a thief gets. Of the trace key: the originator of every message, past and future. Of the table, with
// no key at all: every text that can be guessed, and who sent it first. A hash of a text is not a secret if
// the text is not one, and telephone numbers, headlines and "yes" are not. Of the rows of path or tree: who
// wrote to whom, and nothing of texts or forwards; with the rows and one phone, the traces of that phone's
// messages, without a court (package attacks/traceback measures all of it).
//
// Who notices: no one. A trace happens at the provider, and leaves nothing on a phone.
//
// By the Commission's definition of a backdoor (attacks.Definition), "device keys" is not one: a
// user's device. What a trace opens are names, of which the sentence does not speak.
//
// Who can be framed. A tag is not bound to its text, so a changed client puts an innocent person's number
// into its own message (TestForgedTag). In the table the first to type a common phrase is the originator of
// all who type it. In path and tree no client can name another (TestIdentityBinding), but the provider can
// write any row. In all of them a person who retypes a text, or sends a screenshot, is its originator.
//
// What each means for a journalist's source. The source is the originator of what the journalist passes on.
// With the tag, one copy of the message names the source. With the table, an officer types the text and is
// told. With path, any recipient's report names the source, the journalist, and everyone between the
// journalist and the reporter; with tree, all readers too. No one has to read a message for it. In all of
// them the words stay encrypted, so that their makers could say that encryption was not touched. What is
// gone is that two people can speak without a record of who spoke first.
package traceback

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha3"
	"encoding/binary"
	"errors"
	"fmt"
	stdhash "hash"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/secret"
	"doormat/noescrow"
)

type (
	hidden[T any] = secret.Hidden[T]
	named[T any]  = secret.Named[T]
)

// Each format begins with the version and a kind.
const (
	version       = 0xe3
	kindPath      = 1 // a plaintext
	kindTree      = 2 // a plaintext
	kindTraceKey  = 3
	kindTable     = 4
	kindPathRows  = 5
	kindTreeRows  = 6
	identitySize  = len(noescrow.Identity{})
	plaintextHead = 2 + len(block{})
)

// MaxText is the longest text in bytes.
const MaxText = noescrow.MaxPlaintext - plaintextHead

// Sizes in bytes, beside two identities in each stored row.
const (
	TagSize       = 80 // beside each message, with Kamakoti's tag
	PathSent      = 48 // beside each message, to the provider
	PathDelivered = 32 // to the recipient
	TreeSent      = 80
	TreeDelivered = 64
	KeySize       = 16 // inside each message
)

var (
	// ErrTag reports a message whose tag leads to no trace. Its recipient refuses it: what is shown can
	// be traced.
	ErrTag = errors.New("traceback: the tag does not belong to this message")
	// ErrReport reports a report that no stored row belongs to.
	ErrReport = errors.New("traceback: no message was sent that fits the report")
)

var (
	errRepeated = errors.New("traceback: this address has been used before")
	errSent     = errors.New("traceback: expected what a sender gives to the provider, found something else")
	errMessage  = errors.New("traceback: expected a traceable message, found something else")
)

// block is a key, a pointer, or one block of AES.
type block [16]byte

func randomBlock() (b block) {
	rand.Read(b[:])
	return b
}

// The primitives are those of the authors' code:
//
//	prf(k, x)     SHA3-256(k ‖ x), 16 bytes
//	crprf(k, x)   HMAC-SHA3-256(k, x), 32 bytes; collision resistant in both
//	hash(x)       SHA3-256(x), 16 bytes
//	encipher      AES-128, one block: a wrong key gives another pointer, which leads nowhere

func prf(k block, x []byte) block {
	h := sha3.New256()
	h.Write(k[:])
	h.Write(x)
	return block(h.Sum(nil)[:16])
}

func crprf(k block, x []byte) [32]byte {
	h := hmac.New(func() stdhash.Hash { return sha3.New256() }, k[:])
	h.Write(x)
	return [32]byte(h.Sum(nil))
}

func hash(parts ...[]byte) block {
	h := sha3.New256()
	for _, p := range parts {
		h.Write(p)
	}
	return block(h.Sum(nil)[:16])
}

func encipher(k, x block) (out block) {
	newAES(k).Encrypt(out[:], x[:])
	return out
}

func decipher(k, x block) (out block) {
	newAES(k).Decrypt(out[:], x[:])
	return out
}

func newAES(k block) cipher.Block {
	b, err := aes.NewCipher(k[:])
	if err != nil {
		panic("traceback: internal error: " + err.Error())
	}
	return b
}

// counter is ctr as prf takes it.
func counter(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// A plaintext, which is encrypted end to end, is in both forms:
//
//	struct {
//	    uint8  version = 0xe3;
//	    uint8  kind;             /* 1 for path, 2 for tree */
//	    opaque k[16];
//	    opaque text[];           /* to the end */
//	} Plaintext;
func newPlaintext(kind uint8, k block, text []byte) ([]byte, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("traceback: expected a text of at most %d bytes, found %d", MaxText, len(text))
	}
	b := append([]byte{version, kind}, k[:]...)
	return append(b, text...), nil
}

func parsePlaintext(kind uint8, b []byte) (k block, text []byte, err error) {
	in := cryptobyte.String(b)
	if !readHeader(&in, kind) || !in.CopyBytes(k[:]) || len(in) > MaxText {
		return block{}, nil, errMessage
	}
	return k, in, nil
}

func readHeader(in *cryptobyte.String, kind uint8) bool {
	var v, k uint8
	return in.ReadUint8(&v) && v == version && in.ReadUint8(&k) && k == kind
}
