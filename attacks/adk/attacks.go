package adk

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"doormat/attacks"
	"doormat/escrow/adk"
)

// This file reads and forges. What is on the wire, packet by packet:
//
//	PKESK   the session key, to the recipient         each with a key ID in clear
//	PKESK   the session key, to each ADK that the
//	        sender's program honours
//	SEIPD   the data under the session key: the text, and the sender's signature on text and date
//
// Any of the keys that are named opens all of it. None of them is in the signature.

// recoverWithKey opens what is encrypted to one key: the company's, a thief's, or the victim's. It
// needs that key, and the transcript. It is what the company does when one of its people is ill, and
// what a thief does: the three thefts differ in the key alone, and with it in how much it opens. It
// shows that a key in a certificate reads from the first message to the last that is sent under that
// certificate, and does not depend on who holds it.
func recoverWithKey(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	key, err := readKey(loot)
	if err != nil {
		return 0, err
	}
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		_, _, message, ok := split(r.Bytes)
		if !ok {
			return
		}
		text, err := key.Recover(message)
		tried(text, err == nil)
	})
}

// recoverInClear tries what can be tried with nothing stolen: that the packets of the message are the
// text, and that the session key is zeros. Both are attempts. It shows that the system is not so
// crude, and no more.
func recoverInClear(ctx context.Context, t *attacks.Transcript, found attacks.Found) (int64, error) {
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		_, _, message, ok := split(r.Bytes)
		if !ok {
			return
		}
		tried(literal(message))
		tried(literal(underZeroKey(message)))
	})
}

// underZeroKey returns the packets inside of a message whose session key is 32 bytes of zeros, or nil.
// A hash inside (RFC 4880, Section 5.14) tells a right key from a wrong one.
func underZeroKey(message []byte) []byte {
	packets := packet.NewReader(bytes.NewReader(message))
	for {
		p, err := packets.Next()
		if err != nil {
			return nil
		}
		data, ok := p.(*packet.SymmetricallyEncrypted)
		if !ok {
			continue
		}
		r, err := data.Decrypt(packet.CipherAES256, make([]byte, 32))
		if err != nil {
			return nil
		}
		content, err := io.ReadAll(r)
		if err != nil || r.Close() != nil { // Close checks the hash
			return nil
		}
		return content
	}
}

// literal returns the text of the first literal packet (RFC 4880, Section 5.9): a format, a file name
// behind its length, four bytes of date, and the text.
func literal(content []byte) (text []byte, ok bool) {
	all, err := adk.Packets(content)
	for _, p := range all {
		if err == nil && p.Tag == 11 && len(p.Body) >= 6 && len(p.Body) >= 6+int(p.Body[1]) {
			return p.Body[6+int(p.Body[1]):], true
		}
	}
	return nil, false
}

// forgeByReplay delivers the last message between the two once more, as it was. It needs the
// transcript, and no key. It shows that a signature on a text and a date does not say how often it was
// sent: a recipient who kept a list of what has arrived would refuse.
func forgeByReplay(t *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	return attacks.Replay(t, f, addresses)
}

// forgeBySendingOn implements the attack of Davis, "Defective Sign & Encrypt" (2001). It opens the
// session key of the message that is under way, and encrypts that to the recipient again. Here it is
// the same recipient; it could be anyone (TestSendsOn):
//
//	PKESK to Ben | PKESK to the ADK | SEIPD (Ana's text and signature)
//	                    | opens            | stays, bit for bit
//	                    v                  v
//	              session key -> PKESK to Cas | SEIPD
//
// It needs a key that the message is encrypted to, such as the ADK, and no key of the writer's. It shows
// that the signature does not say to whom: the words are the writer's, and the reader is another than
// they were for. A message that it cannot open it replays.
func forgeBySendingOn(loot *attacks.Tape, t *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	record, err := loot.First()
	if err != nil {
		return nil, err
	}
	_, _, message, _ := split(f.Held)
	forwarded, err := sendOn(record, message, f.Bundle)
	if errors.Is(err, errNotForKey) {
		return forgeByReplay(t, f)
	}
	return slices.Concat(f.From, f.To, forwarded), err
}

var errNotForKey = errors.New("attacks: the message is not encrypted to the key")

// sendOn encrypts a message's session key to another certificate. The data stay as they are, and the
// signature in them. The error is errNotForKey if secretKey does not open the message.
func sendOn(secretKey, message, certificate []byte) ([]byte, error) {
	secret, err := openpgp.ReadEntity(packet.NewReader(bytes.NewReader(secretKey)))
	if err != nil {
		return nil, err
	}
	to, err := openpgp.ReadEntity(packet.NewReader(bytes.NewReader(certificate)))
	if err != nil {
		return nil, err
	}
	all, err := adk.Packets(message)
	if err != nil {
		return nil, err
	}
	data := message // without the session keys before it
	var key *packet.EncryptedKey
	for _, p := range all[:max(0, len(all)-1)] {
		data = data[len(p.Header)+len(p.Body):]
		read, err := packet.Read(bytes.NewReader(slices.Concat(p.Header, p.Body)))
		if e, ok := read.(*packet.EncryptedKey); ok && err == nil && e.Decrypt(secret.Subkeys[0].PrivateKey, nil) == nil {
			key = e
		}
	}
	if key == nil {
		return nil, errNotForKey
	}
	var b bytes.Buffer
	err = packet.SerializeEncryptedKeyAEAD(&b, to.Subkeys[0].PublicKey, key.CipherFunc, false, key.Key, nil)
	b.Write(data)
	return b.Bytes(), err
}

// forgeWithKey writes and signs any text as the victim. It needs the victim's secret key, which signs as
// well as it opens; an ADK opens what others have written, and signs as the company. The thief's
// program takes no ADK, so the message is not encrypted to the company. Nothing in it shows that the
// owner of the key was not asked.
func forgeWithKey(loot *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	key, err := readKey(loot)
	if err != nil {
		return nil, err
	}
	to, err := adk.ParseCertificate(f.Bundle)
	if err != nil {
		return nil, err
	}
	sender := &adk.Sender{Key: key, Version: adk.GnuPG} // which takes no ADK
	message, err := sender.Encrypt([]byte(f.Text), signedAt(f.At), to)
	return slices.Concat(f.From, f.To, message), err
}
