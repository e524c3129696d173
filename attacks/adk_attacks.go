package attacks

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"sync/atomic"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"doormat/escrow/adk"
)

// recoverWithPGPKey opens what is encrypted to a key: the company's, the thief's, the victim's.
// It is what the company does when somebody is ill.
func recoverWithPGPKey(ctx context.Context, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	record, err := l.First()
	if err != nil {
		return 0, err
	}
	key, err := adk.ParseSecretKey(record)
	if err != nil {
		return 0, err
	}
	var operations atomic.Int64
	err = inParallel(ctx, t, func(e Envelope) {
		_, _, message, ok := splitPGPMail(e.Bytes)
		if !ok {
			return
		}
		operations.Add(1)
		if text, err := key.Recover(message); err == nil {
			found(e.Index, text)
		}
	})
	return operations.Load(), err
}

// recoverPGPMailInClear is what can be tried with nothing stolen: is the text there in clear, or
// under a session key of zeros?
func recoverPGPMailInClear(ctx context.Context, _ *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	var operations atomic.Int64
	err := inParallel(ctx, t, func(e Envelope) {
		_, _, message, ok := splitPGPMail(e.Bytes)
		if !ok {
			return
		}
		operations.Add(2)
		for _, content := range [][]byte{message, underZeroPGPKey(message)} {
			if text, ok := pgpLiteral(content); ok {
				found(e.Index, text)
			}
		}
	})
	return operations.Load(), err
}

func underZeroPGPKey(message []byte) []byte {
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
		if err != nil || r.Close() != nil { // the hash inside
			return nil
		}
		return content
	}
}

// pgpLiteral finds a text among packets.
func pgpLiteral(content []byte) (text []byte, ok bool) {
	all, err := adk.Packets(content)
	for _, p := range all {
		if err == nil && p.Tag == 11 && len(p.Body) >= 6 && len(p.Body) >= 6+int(p.Body[1]) {
			return p.Body[6+int(p.Body[1]):], true
		}
	}
	return nil, false
}

// forgePGPMailByReplay delivers the last message between the two once more, as it was.
func forgePGPMailByReplay(t *Transcript, f Forgery) ([]byte, error) {
	var last []byte
	for e, err := range t.All() {
		if err != nil {
			return nil, err
		}
		if from, to, _, ok := splitPGPMail(e.Bytes); ok && bytes.Equal(from, f.From) && bytes.Equal(to, f.To) {
			last = append(last[:0], e.Bytes...)
		}
	}
	if last == nil {
		return nil, errNothingRecorded
	}
	return last, nil
}

// forgeWithADK opens the session key of the message that is under way, and encrypts it to the
// recipient again. Here it is the same recipient; it could be anyone. What it cannot open it
// replays.
func forgeWithADK(l *Tape, t *Transcript, f Forgery) ([]byte, error) {
	record, err := l.First()
	if err != nil {
		return nil, err
	}
	_, _, message, _ := splitPGPMail(f.Held)
	forwarded, err := forwardPGP(record, message, f.Bundle)
	if errors.Is(err, errNotForPGPKey) {
		return forgePGPMailByReplay(t, f)
	}
	return slices.Concat(f.From, f.To, forwarded), err
}

var errNotForPGPKey = errors.New("attacks: the message is not encrypted to the key")

// forwardPGP encrypts a message's session key to somebody else. The data stays, and the signature in
// it.
func forwardPGP(secretKey, message, certificate []byte) ([]byte, error) {
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
		return nil, errNotForPGPKey
	}
	var b bytes.Buffer
	err = packet.SerializeEncryptedKeyAEAD(&b, to.Subkeys[0].PublicKey, key.CipherFunc, false, key.Key, nil)
	b.Write(data)
	return b.Bytes(), err
}

// forgeWithPGPKey writes and signs as the victim.
func forgeWithPGPKey(l *Tape, _ *Transcript, f Forgery) ([]byte, error) {
	record, err := l.First()
	if err != nil {
		return nil, err
	}
	key, err := adk.ParseSecretKey(record)
	if err != nil {
		return nil, err
	}
	to, err := adk.ParseCertificate(f.Bundle)
	if err != nil {
		return nil, err
	}
	sender := &adk.Sender{Key: key, Version: adk.GnuPG} // no ADK: the company need not read it
	message, err := sender.Encrypt([]byte(f.Text), pgpDate(f.At), to)
	return slices.Concat(f.From, f.To, message), err
}
