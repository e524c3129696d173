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

// Recover opens a message with the key of anyone it is encrypted to, and does not ask who signed
// it. Recover does not know who is asking, either. A company's officer and a thief call this one
// function.
func (k *SecretKey) Recover(message []byte) (plaintext []byte, err error) {
	content, err := k.open(message)
	if err != nil {
		return nil, prefix(err)
	}
	plaintext, _, err = splitContent(content)
	return plaintext, prefix(err)
}

// Decrypt opens a message, checks its signature, and returns who in the keyring signed it, and
// when. Nothing says to whom he wrote: whoever can open a message can encrypt it to somebody else.
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

func (c *Certificate) signed(plaintext []byte, sig *packet.Signature) bool {
	if c == nil || sig == nil || sig.Version != 4 || sig.SigType != packet.SigTypeBinary || sig.Hash != crypto.SHA256 ||
		sig.IssuerKeyId == nil || *sig.IssuerKeyId != c.primary.KeyId {
		return false
	}
	h := crypto.SHA256.New()
	h.Write(plaintext)
	return c.primary.VerifySignature(h, sig) == nil
}

// open returns the packets inside of a message.
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

func (k *SecretKey) notFor(keys []*packet.EncryptedKey) error {
	ids := make([]KeyID, len(keys))
	for i, key := range keys {
		ids[i] = KeyID(key.KeyId)
	}
	return fmt.Errorf("expected a message to %v, found one to %v", KeyID(k.subkey.KeyId), ids)
}

// splitContent takes the text, and its signature if there is one, out of the packets inside.
func splitContent(content []byte) (plaintext []byte, sig *packet.Signature, err error) {
	all, err := packets(content)
	if err != nil {
		return nil, nil, fmt.Errorf("inside of the message: %w", err)
	}
	text := 0
	if len(all) == 3 {
		text = 1
		err = checkTags(all, []uint8{tagOnePass, tagLiteral, tagSignature})
	} else {
		err = checkTags(all, []uint8{tagLiteral})
	}
	if err != nil {
		return nil, nil, fmt.Errorf("inside of the message: %w", err)
	}
	literal := all[text].Body
	if len(literal) < 6 || len(literal) < 6+int(literal[1]) {
		return nil, nil, errors.New("inside of the message: the text is cut short")
	}
	if text == 1 {
		if sig, err = asLibrary[*packet.Signature](all[2]); err != nil {
			return nil, nil, fmt.Errorf("inside of the message: %w", err)
		}
	}
	return literal[6+int(literal[1]):], sig, nil
}
