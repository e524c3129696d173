package adk

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"golang.org/x/crypto/cryptobyte"
)

// The packets of a certificate and of a message (RFC 4880, Section 4.3).
const (
	tagPKESK        = 1 // public-key encrypted session key
	tagSignature    = 2
	tagOnePass      = 4 // announces a signature that comes behind the text
	tagSecretKey    = 5
	tagPublicKey    = 6
	tagSecretSubkey = 7
	tagLiteral      = 11
	tagUserID       = 13
	tagPublicSubkey = 14
	tagSEIPD        = 18 // symmetrically encrypted, integrity protected data
)

// maxPackets is how many packets a certificate or a message may have.
const maxPackets = 1000

// Packet is one packet of a certificate or of a message, which anybody can list.
type Packet struct {
	Tag    uint8
	Header []byte // the tag and the length, as they stood; where it comes in parts, of the first
	Body   []byte
}

// Packets splits data into its packets. It implements RFC 4880, Section 4.2, without lengths that
// are not known in advance, and refuses a length that a shorter header could say.
func Packets(data []byte) ([]Packet, error) {
	all, err := packets(data)
	return all, prefix(err)
}

func packets(data []byte) (all []Packet, err error) {
	for in := cryptobyte.String(data); !in.Empty(); {
		if len(all) == maxPackets {
			return nil, fmt.Errorf("expected at most %d packets, found more", maxPackets)
		}
		p, ok := readPacket(&in)
		if !ok {
			return nil, fmt.Errorf("packet %d, at octet %d, is cut short or has no valid header", len(all)+1, len(data)-len(in))
		}
		all = append(all, p)
	}
	return all, nil
}

func readPacket(in *cryptobyte.String) (p Packet, ok bool) {
	rest := *in
	var first uint8
	if !rest.ReadUint8(&first) || first&0x80 == 0 {
		return p, false
	}
	var size int
	var partial bool
	if first&0x40 != 0 {
		p.Tag = first & 0x3f
		size, partial, ok = readLength(&rest)
	} else {
		p.Tag = first >> 2 & 0x0f
		size, ok = readOldLength(&rest, first&3)
	}
	p.Header = (*in)[:len(*in)-len(rest)]
	if !ok || p.Tag == 0 || !rest.ReadBytes(&p.Body, size) {
		return p, false
	}
	if partial && !readParts(&rest, &p) {
		return p, false
	}
	*in = rest
	return p, true
}

// readLength reads a length in the new format, according to RFC 4880, Section 4.2.2.
func readLength(in *cryptobyte.String) (size int, partial, ok bool) {
	var first, second uint8
	if !in.ReadUint8(&first) {
		return 0, false, false
	}
	switch {
	case first < 192:
		return int(first), false, true
	case first < 224:
		ok = in.ReadUint8(&second)
		return (int(first)-192)<<8 + int(second) + 192, false, ok
	case first < 255:
		return 1 << (first & 0x1f), true, true
	}
	var long uint32
	ok = in.ReadUint32(&long)
	return int(long), false, ok && long > 8383 && long <= MaxMessage
}

// readOldLength reads a length in the old format, according to RFC 4880, Section 4.2.1.
func readOldLength(in *cryptobyte.String, kind uint8) (size int, ok bool) {
	var one uint8
	var two uint16
	var four uint32
	switch kind {
	case 0:
		ok = in.ReadUint8(&one)
		return int(one), ok
	case 1:
		ok = in.ReadUint16(&two)
		return int(two), ok && two > 0xff
	case 2:
		ok = in.ReadUint32(&four)
		return int(four), ok && four > 0xffff && four <= MaxMessage
	}
	return 0, false
}

// readParts reads what follows the first part of a packet that comes in parts, as only data does.
func readParts(in *cryptobyte.String, p *Packet) bool {
	if p.Tag != tagLiteral && p.Tag != tagSEIPD || len(p.Body) < 512 {
		return false
	}
	body := bytes.Clone(p.Body)
	for more := true; more; {
		var size int
		var part []byte
		var ok bool
		size, more, ok = readLength(in)
		if !ok || !in.ReadBytes(&part, size) {
			return false
		}
		body = append(body, part...)
	}
	p.Body = body
	return true
}

// frame puts a header of the new format before a body.
func frame(tag uint8, body []byte) []byte {
	return append(appendLength([]byte{0xc0 | tag}, len(body), 8384), body...)
}

// appendLength appends a packet's length, or a subpacket's. They differ in where two octets end.
func appendLength(b []byte, n, fiveFrom int) []byte {
	switch {
	case n < 192:
		return append(b, byte(n))
	case n < fiveFrom:
		return append(b, byte((n-192)>>8+192), byte(n-192))
	}
	return append(b, 255, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

// asLibrary has the library read a packet, and refuses one that it would not write the same.
func asLibrary[P interface {
	packet.Packet
	Serialize(io.Writer) error
}](p Packet) (P, error) {
	var none P
	framed := frame(p.Tag, p.Body)
	read, err := packet.Read(bytes.NewReader(framed))
	if err != nil {
		return none, fmt.Errorf("packet of tag %d: %w", p.Tag, err)
	}
	typed, ok := read.(P)
	if !ok {
		return none, fmt.Errorf("packet of tag %d is of another kind than was expected", p.Tag)
	}
	var again bytes.Buffer
	if err := typed.Serialize(&again); err != nil || !bytes.Equal(again.Bytes(), framed) {
		return none, fmt.Errorf("packet of tag %d: %w", p.Tag, errNotCanonical)
	}
	return typed, nil
}

var errNotCanonical = errors.New("it has more octets than it needs")
