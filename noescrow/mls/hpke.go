package mls

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"io"

	"github.com/cloudflare/circl/kem/xwing"

	"doormat/internal/x25519"
)

// Single-shot HPKE (RFC 9180, Section 6.1, base mode) for a sender that encrypts under one info to many
// public keys. Package crypto/hpke, which does all else here and opens what this seals, would hash the
// info again for each. In a Welcome it is the whole encrypted GroupInfo, so the time to add n members would
// grow with n². The KEMs are circl's, which are faster: see BenchmarkSeal.

// A hpkeInfo is an info that has been hashed.
type hpkeInfo struct {
	suite   *suite
	id      string // suite_id
	context []byte // key_schedule_context: mode ‖ psk_id_hash ‖ info_hash
}

// prepare hashes the EncryptContext of RFC 9420, Section 5.1.3.
func (s *suite) prepare(label string, context []byte) *hpkeInfo {
	id := addUint16([]byte("HPKE"), s.kem.ID())
	id = addUint16(addUint16(id, 1), s.aead.ID())
	i := &hpkeInfo{suite: s, id: string(id)}
	i.context = append(i.context, 0) // mode_base
	i.context = append(i.context, labeledExtract(i.id, nil, "psk_id_hash", nil)...)
	i.context = append(i.context, labeledExtract(i.id, nil, "info_hash", labelled(label, context))...)
	return i
}

// seal encrypts plaintext to a public key. It implements SealBase according to RFC 9180, Section 6.1, with
// an empty aad.
func (i *hpkeInfo) seal(public, plaintext []byte) (hpkeCiphertext, error) {
	enc, shared, err := i.suite.encapsulate(public)
	if err != nil {
		return hpkeCiphertext{}, err
	}
	secret := labeledExtract(i.id, shared, "secret", nil)
	key := labeledExpand(i.id, secret, "key", i.context, i.suite.nk)
	nonce := labeledExpand(i.id, secret, "base_nonce", i.context, nn)
	return hpkeCiphertext{enc, i.suite.newAEAD(key).Seal(nil, nonce, plaintext, nil)}, nil
}

// encapsulate implements Encap: of DHKEM(X25519, HKDF-SHA256) according to RFC 9180, Section 4.1, or of X-Wing.
func (s *suite) encapsulate(public []byte) (enc, shared []byte, err error) {
	if s.kem.ID() != kemX25519 {
		var pk xwing.PublicKey
		if len(public) != xwing.PublicKeySize || pk.Unpack(public) != nil {
			return nil, nil, errKEMKey
		}
		seed := make([]byte, xwing.EncapsulationSeedSize)
		rand.Read(seed)
		enc, shared = make([]byte, xwing.CiphertextSize), make([]byte, xwing.SharedKeySize)
		pk.EncapsulateTo(enc, shared, seed)
		return enc, shared, nil
	}
	if len(public) != x25519.Size {
		return nil, nil, errKEMKey
	}
	ephemeral, e := x25519.Generate()
	dh, err := ephemeral.DH(x25519.PublicKey(public))
	if err != nil {
		return nil, nil, errKEMKey
	}
	id := string(addUint16([]byte("KEM"), kemX25519))
	prk := labeledExtract(id, nil, "eae_prk", dh[:])
	kemContext := append(e[:], public...)
	return e[:], labeledExpand(id, prk, "shared_secret", kemContext, 32), nil
}

// labeledExtract implements LabeledExtract according to RFC 9180, Section 4.
func labeledExtract(id string, salt []byte, label string, ikm []byte) []byte {
	extract := hmac.New(sha256.New, salt)
	io.WriteString(extract, "HPKE-v1"+id+label)
	extract.Write(ikm)
	return extract.Sum(nil)
}

// labeledExpand implements LabeledExpand according to RFC 9180, Section 4, for n up to 32: one block of
// HKDF-Expand, T(1) = HMAC(PRK, info ‖ 0x01).
func labeledExpand(id string, prk []byte, label string, info []byte, n int) []byte {
	expand := hmac.New(sha256.New, prk)
	expand.Write(addUint16(nil, uint16(n)))
	io.WriteString(expand, "HPKE-v1"+id+label)
	expand.Write(info)
	expand.Write([]byte{1})
	return expand.Sum(nil)[:n]
}
