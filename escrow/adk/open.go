package adk

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Recover opens a message with one of the keys that it is encrypted to, and does not check who
// signed it. The error is [ErrOpen] if the message was altered, and another if it is not encrypted
// to k.
//
// Recover does not know who is asking. The lawful path and the theft are this one function.
func (k *SecretKey) Recover(message []byte) (plaintext []byte, err error) {
	content, err := k.open(message)
	if err != nil {
		return nil, prefix(err)
	}
	plaintext, _, err = splitContent(content)
	return plaintext, prefix(err)
}

// Decrypt opens a message, checks its signature, and returns the certificate in the keyring that
// signed it, and the date. The error is [ErrSignature] if none in the keyring did. The signature
// does not cover the recipients: anyone who can open a message can encrypt it to others.
func (k *SecretKey) Decrypt(message []byte, keyring []*Certificate) (plaintext []byte, from *Certificate, at time.Time, err error) {
	content, err := k.open(message)
	if err != nil {
		return nil, nil, at, prefix(err)
	}
	plaintext, sig, err := splitContent(content)
	if err != nil {
		return nil, nil, at, prefix(err)
	}
	for _, c := range keyring {
		if c.signed(plaintext, sig) {
			return plaintext, c, sig.CreationTime, nil
		}
	}
	return nil, nil, at, prefix(ErrSignature)
}

// signed reports whether sig is this certificate's signature of the text, with SHA-256 or SHA-512.
func (c *Certificate) signed(plaintext []byte, sig *packet.Signature) bool {
	if c == nil || sig == nil || sig.Version != 4 || sig.SigType != packet.SigTypeBinary ||
		sig.Hash != crypto.SHA256 && sig.Hash != crypto.SHA512 ||
		sig.IssuerKeyId == nil || *sig.IssuerKeyId != c.primary.KeyId {
		return false
	}
	h := sig.Hash.New()
	h.Write(plaintext)
	return c.primary.VerifySignature(h, sig) == nil
}

// open decrypts a message, and returns the packets inside.
func (k *SecretKey) open(message []byte) ([]byte, error) {
	if k.cert == nil {
		return nil, errNoKey
	}
	keys, data, err := splitMessage(message)
	if err != nil {
		return nil, fmt.Errorf("message: %w", err)
	}
	i := slices.IndexFunc(keys, func(key *packet.EncryptedKey) bool { return key.KeyId == k.subkey.KeyId })
	if i < 0 {
		return nil, k.notFor(keys)
	}
	if err := keys[i].Decrypt(k.subkey, nil); err != nil {
		if f := keys[i].CipherFunc; f != 0 && !f.IsSupported() { // the session key did open
			return nil, fmt.Errorf("expected data encrypted with AES, CAST5 or 3DES, found %s", cipherName(f))
		}
		return nil, ErrOpen
	}
	p, err := packet.Read(bytes.NewReader(frame(data.Tag, data.Body)))
	encrypted, ok := p.(*packet.SymmetricallyEncrypted)
	if err != nil || !ok {
		return nil, ErrOpen
	}
	r, err := encrypted.Decrypt(keys[i].CipherFunc, keys[i].Key)
	if err != nil {
		return nil, ErrOpen
	}
	content, err := io.ReadAll(r)
	if err != nil || r.Close() != nil { // Close checks the hash
		return nil, ErrOpen
	}
	return content, nil
}

// cipherName names a cipher that is not read here (RFC 9580, Section 9.3).
func cipherName(f packet.CipherFunction) string {
	name := map[packet.CipherFunction]string{
		1: "IDEA", 4: "Blowfish", 10: "Twofish", 11: "Camellia-128", 12: "Camellia-192", 13: "Camellia-256",
	}[f]
	if name == "" {
		name = "an unknown cipher"
	}
	return fmt.Sprintf("%s (cipher %d)", name, f)
}

// notFor returns the error for a message that is encrypted to other keys.
func (k *SecretKey) notFor(keys []*packet.EncryptedKey) error {
	ids := make([]KeyID, len(keys))
	for i, key := range keys {
		ids[i] = KeyID(key.KeyId)
	}
	return fmt.Errorf("expected a message to %v, found one to %v", KeyID(k.subkey.KeyId), ids)
}

// The packets inside are a one-pass packet, the text and a signature, or the text alone. Either may be
// compressed. A text is
//
//	format ‖ length (1) ‖ file name ‖ date (4) ‖ text     RFC 4880, Section 5.9

// splitContent returns the text in the packets inside a message, and its signature, nil if there is
// none.
func splitContent(content []byte) (plaintext []byte, sig *packet.Signature, err error) {
	all, err := packets(content)
	if err == nil && len(all) == 1 && all[0].Tag == tagCompressed {
		if content, err = decompress(all[0].Body); err == nil {
			all, err = packets(content)
		}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("inside the message: %w", err)
	}
	text := 0
	if len(all) == 3 {
		text = 1
		err = checkTags(all, []uint8{tagOnePass, tagLiteral, tagSignature})
	} else {
		err = checkTags(all, []uint8{tagLiteral})
	}
	if err != nil {
		return nil, nil, fmt.Errorf("inside the message: %w", err)
	}
	literal := all[text].Body
	if len(literal) < 6 || len(literal) < 6+int(literal[1]) {
		return nil, nil, errors.New("inside the message: the text is cut short")
	}
	if text == 1 {
		if sig, err = asLibrary[*packet.Signature](all[2]); err != nil {
			return nil, nil, fmt.Errorf("inside the message: %w", err)
		}
	}
	return literal[6+int(literal[1]):], sig, nil
}
