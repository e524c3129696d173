package main

import (
	"encoding/binary"
	"fmt"
	"io"

	"doormat/attacks"
	attack "doormat/attacks/escrow"
	"doormat/attacks/noescrow"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

// show explains the envelope of one message, byte by byte, as each of the twins carried it.
func show(stdout io.Writer, t *attacks.Table, n int) error {
	p := page.New(stdout)
	of := t.Conversation.Len
	if n > of {
		return cli.BadInput("expected -show from 1 to %d, the messages there are, found %d", of, n)
	}
	m, err := message(t.Conversation, n-1)
	if err != nil {
		return err
	}
	p.Title(fmt.Sprintf("Message %d of %d, as it crossed the wire", n, of))
	p.Say("%s to %s, %s: %q", m.From, m.To+others(m), m.At.Format("2 January 2006, 15:04"), m.Text)
	for _, system := range []string{noescrow.Name, attack.Name} {
		envelope, err := recorded(t.Result(system), n-1)
		if err != nil {
			return err
		}
		p.Part(system)
		p.Table(-5, -5, 20, 22)
		p.Row("byte", "size", "begins with", "what it is")
		rows := inner(envelope, 0, "the text, padded, and a tag")
		if system == attack.Name {
			rows = outer(envelope)
		}
		for _, r := range rows {
			p.Row(page.Thousands(int64(r.at)), page.Thousands(int64(len(r.bytes))), page.Short(r.bytes, 6), r.what)
		}
	}
	p.Say(`What is in clear says who writes to whom, in both. The field is all that escrow adds, and the text moves
		in front of the inner envelope, which then carries the seed of its key: who has the authority's key opens
		the field, takes the key from it, and reads the body, without the inner envelope.`)
	return p.Err()
}

// others says how many more recipients a message has, each of whom gets an envelope of the same kind.
func others(m attacks.Message) string {
	switch n := len(m.Also); n {
	case 0:
		return ""
	case 1:
		return " (and, in another envelope, to one more)"
	default:
		return fmt.Sprintf(" (and, in other envelopes, to %d more)", n)
	}
}

// message returns the message with an index.
func message(c *attacks.Conversation, index int) (found attacks.Message, err error) {
	i := 0
	for m, err := range c.Messages {
		if err != nil || i == index {
			return m, err
		}
		i++
	}
	return found, fmt.Errorf("expected message %d, found %d messages", index+1, i)
}

// recorded returns a copy of the envelope that carries the message with an index; of several, the first.
func recorded(r *attacks.Result, index int) ([]byte, error) {
	for record, err := range r.Transcript.All() {
		message, ok := r.MessageOf(record.Index)
		if err != nil || ok && message == index {
			return append([]byte(nil), record.Bytes...), err
		}
	}
	return nil, fmt.Errorf("expected an envelope of message %d in the transcript, found none", index+1)
}

// A part is some bytes of an envelope, and where they begin.
type part struct {
	at    int
	bytes []byte
	what  string
}

// cut returns parts of b, which begins at a place of the envelope, in order. A size of 0 takes the rest.
func cut(b []byte, at int, sizes []int, whats []string) (parts []part) {
	for i, n := range sizes {
		if n == 0 || n > len(b) {
			n = len(b)
		}
		parts = append(parts, part{at, b[:n], whats[i]})
		b, at = b[n:], at+n
	}
	return parts
}

// outer returns the parts of an envelope of escrow (escrow/envelope.go).
func outer(envelope []byte) []part {
	const field = 1168
	body := int(binary.BigEndian.Uint32(append([]byte{0}, envelope[1+field:][:3]...)))
	parts := cut(envelope, 0, []int{1, field, 3, body}, []string{
		"version", "the field: the key of the body, for the authority", "length of the body", "the text, padded, and a tag, under that key",
	})
	at := 1 + field + 3 + body
	return append(parts, inner(envelope[at:], at, "the seed of the key of the body, padded, and a tag")...)
}

// inner returns the parts of an envelope of noescrow (noescrow/envelope.go).
func inner(envelope []byte, at int, message string) []part {
	sizes := []int{1, 1, 32, 32}
	whats := []string{"version", "kind: in a session that is answered", "from: the sender's identity key", "to: the recipient's"}
	if envelope[1] == 1 {
		whats[1] = "kind: with a handshake, until the first answer"
		sizes = append(sizes, 32, 4, 4, 4, 1088, 4)
		whats = append(whats, "handshake: the sender's ephemeral key, X25519", "number of the recipient's signed prekey",
			"number of the recipient's ML-KEM prekey", "number of the recipient's one-time prekey", "ML-KEM-768's ciphertext", "number of the session")
	}
	sizes = append(sizes, 80, 0)
	whats = append(whats, "header: nonce, encrypted ratchet key and counters, tag", "message: "+message)
	return cut(envelope, at, sizes, whats)
}
