package scanning

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/zk/dleq"
	"golang.org/x/crypto/cryptobyte"
)

// The honest counter to a list that grows unseen: organisations see what is in each cell, and devices
// see their signatures. Scheffler, Kulshrestha and Mayer ("Public Verification for Private Hash Matching",
// IEEE S&P 2023) have it that devices check proofs that name no entry. Here the proof goes to organisations,
// who know the hashes, and is the plain one: αG and the αH(entry) of all cells have one α (Chaum and
// Pedersen, CRYPTO 1992), and the empty cells come out of a hash function.

var proofParams = dleq.Params{G: g, H: crypto.SHA256, DST: []byte("doormat scanning opening v1")}

// open returns the opening of a table:
//
//	struct {
//	    uint32 cell;          /* strictly ascending */
//	    opaque entry[32];
//	} Full;
//
//	struct {
//	    uint8  version = 0xe3;
//	    uint8  kind = 8;
//	    opaque seed[32];      /* of the empty cells */
//	    opaque proof[64];     /* zeros if all cells are empty */
//	    Full   full[];        /* to the end */
//	} Opening;
func (b *Build) open(list []Hash, in []int, seed [seedSize]byte) []byte {
	var bases, powers []group.Element
	out := header(kindOpening)
	out.AddBytes(seed[:])
	full := cryptobyte.NewBuilder(nil)
	for w, i := range in {
		if i < 0 {
			continue
		}
		bases, powers = append(bases, hashToGroup(list[i])), append(powers, b.Table.cells[w])
		full.AddUint32(uint32(w))
		full.AddBytes(list[i][:])
	}
	proof := make([]byte, proofSize)
	if len(bases) > 0 {
		p, err := dleq.Prover{Params: proofParams}.ProveBatch(b.Matcher.alpha, g.Generator(), b.Table.l, bases, powers, rand.Reader)
		if err != nil {
			panic("scanning: internal error: " + err.Error())
		}
		proof = encode(p)
	}
	out.AddBytes(proof)
	out.AddBytes(full.BytesOrPanic())
	return out.BytesOrPanic()
}

const proofSize = 64

var errOpening = errors.New("scanning: expected the opening of this table, found something else")

// Check returns the entries of a table, given what [NewBuild] made beside it. It returns an error unless the
// opening proves that there are no others: each cell holds one of these entries or comes out of the seed. An
// opening shows the list and which cells are empty, so it is for the organisations that sign, and not for
// devices. It does not show α.
func (t *Table) Check(opening []byte) (entries []Hash, err error) {
	in := cryptobyte.String(opening)
	var seed [seedSize]byte
	var proofBytes []byte
	if !readHeader(&in, kindOpening) || !in.CopyBytes(seed[:]) || !in.ReadBytes(&proofBytes, proofSize) {
		return nil, errOpening
	}
	full := map[int]bool{}
	var bases, powers []group.Element
	for last := -1; !in.Empty(); {
		var w uint32
		var h Hash
		if !in.ReadUint32(&w) || !in.CopyBytes(h[:]) || int64(w) >= int64(len(t.cells)) || int(w) <= last {
			return nil, errOpening
		}
		last = int(w)
		full[last] = true
		bases, powers = append(bases, hashToGroup(h)), append(powers, t.cells[last])
		entries = append(entries, h)
	}
	for w, p := range t.cells {
		if !full[w] && !p.IsEqual(emptyCell(seed, w)) {
			return nil, errOpening
		}
	}
	if len(bases) == 0 {
		if !bytes.Equal(proofBytes, make([]byte, proofSize)) {
			return nil, errOpening
		}
		return nil, nil
	}
	proof := new(dleq.Proof)
	if proof.UnmarshalBinary(g, proofBytes) != nil ||
		!(dleq.Verifier{Params: proofParams}).VerifyBatch(g.Generator(), t.l, bases, powers, proof) {
		return nil, errOpening
	}
	return entries, nil
}

// A Digest names a list or a table, as devices get it: the SHA-256 hash of its bytes.
type Digest [sha256.Size]byte

// DigestOf returns the digest of what [List.Bytes], [TextList.Bytes] or [Table.Bytes] returned.
func DigestOf(shipped []byte) Digest { return sha256.Sum256(shipped) }

// Approve returns an organisation's signature under a list, 64 bytes, by Ed25519. An organisation signs
// after it has found each entry among its own: of a table by [Table.Check], and of a list in clear by
// reading it.
func Approve(key ed25519.PrivateKey, d Digest) []byte { return ed25519.Sign(key, approved(d)) }

func approved(d Digest) []byte { return append([]byte("doormat scanning approval v1\x00"), d[:]...) }

// Approved reports whether k different organisations of those with these keys have signed. approvals has
// one for each key, nil for none. It is false if k is less than 1.
//
// Then each entry is known to k organisations, for each of them signs all of the list. What it does not show is
// what an entry is a hash of: an organisation that takes hashes from another signs what it has not seen.
func Approved(d Digest, keys []ed25519.PublicKey, approvals [][]byte, k int) bool {
	n := 0
	signed := map[string]bool{}
	for i, key := range keys {
		if i < len(approvals) && len(key) == ed25519.PublicKeySize && !signed[string(key)] && ed25519.Verify(key, approved(d), approvals[i]) {
			signed[string(key)] = true
			n++
		}
	}
	return k >= 1 && n >= k
}
