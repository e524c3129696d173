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
	tagOnePass      = 4 // announces a signature after the text
	tagSecretKey    = 5
	tagPublicKey    = 6
	tagSecretSubkey = 7
	tagCompressed   = 8
	tagLiteral      = 11
	tagUserID       = 13
	tagPublicSubkey = 14
	tagSEIPD        = 18 // symmetrically encrypted, integrity protected data
)

// tagNames has those that are only named in errors as well (RFC 9580, Section 5).
var tagNames = map[uint8]string{
	tagPKESK:        "a session key for a public key",
	tagSignature:    "a signature",
	3:               "a session key for a passphrase",
	tagOnePass:      "the beginning of a signed text",
	tagSecretKey:    "a secret key",
	tagPublicKey:    "a public key",
	tagSecretSubkey: "a secret subkey",
	tagCompressed:   "compressed data",
	9:               "data encrypted without a hash",
	10:              "a marker",
	tagLiteral:      "a text",
	tagUserID:       "a user ID",
	tagPublicSubkey: "a public subkey",
	17:              "a picture of the owner",
	tagSEIPD:        "encrypted data",
	20:              "data encrypted with AEAD",
	21:              "padding",
}

// tagName names a kind of packet for errors: a text (packet 11).
func tagName(tag uint8) string {
	if name := tagNames[tag]; name != "" {
		return fmt.Sprintf("%s (packet %d)", name, tag)
	}
	return fmt.Sprintf("packet %d", tag)
}

// A packet begins with its tag t and its length, in the new format (RFC 4880, Section 4.2.2) or in
// the old one (Section 4.2.1):
//
//	11tttttt ‖ length ‖ body     length: 1 octet below 192, 2 below 8,384, else 255 and 4 octets
//	10ttttll ‖ length ‖ body     length: 1, 2 or 4 octets, where ll is 0, 1 or 2; none, where it is 3
//
// In the new format a body may come in parts. A part of 2^n octets has the length 224 + n, and the
// last part one of the other lengths. In the old format compressed data may be without a length. They go
// on to the end then.

// maxPackets is the largest number of packets in a certificate or a message.
const maxPackets = 1000

// Packet is one packet of a certificate or of a message, in clear.
type Packet struct {
	Tag    uint8  // 1 to 63
	Header []byte // the tag and the length as encoded; for a packet in parts, of the first part
	Body   []byte
}

// Packets splits binary data into its packets, at most 1,000. It implements RFC 4880, Section 4.2, and
// returns an error for a length in a longer form than it needs. Only compressed data may be without a
// length.
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

// readPacket reads one packet, and leaves in as it is if there is none.
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
		if first&3 == 3 && p.Tag == tagCompressed {
			size, ok = len(rest), true
		}
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

// readParts reads the other parts of a packet in parts. Only data may come in parts, the first of
// at least 512 octets.
func readParts(in *cryptobyte.String, p *Packet) bool {
	if !isData(p.Tag) || len(p.Body) < 512 {
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

// isData reports whether a packet may come in parts. Those with encrypted data that is not read here
// are among them, so that an error can name them.
func isData(tag uint8) bool {
	switch tag {
	case tagCompressed, 9, tagLiteral, tagSEIPD, 20:
		return true
	}
	return false
}

// frame returns a packet: a header of the new format, and the body.
func frame(tag uint8, body []byte) []byte {
	const header = 6 // at most
	b := append(make([]byte, 0, header+len(body)), 0xc0|tag)
	return append(appendLength(b, len(body), 8384), body...)
}

// appendLength appends the length of a packet or of a subpacket, which differ in the first length
// that takes five octets.
func appendLength(b []byte, n, fiveFrom int) []byte {
	switch {
	case n < 192:
		return append(b, byte(n))
	case n < fiveFrom:
		return append(b, byte((n-192)>>8+192), byte(n-192))
	}
	return append(b, 255, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

// asLibrary has the library read a packet. It returns an error unless the library writes the same
// octets again.
func asLibrary[P interface {
	packet.Packet
	Serialize(io.Writer) error
}](p Packet) (P, error) {
	var none P
	framed := frame(p.Tag, p.Body)
	read, err := packet.Read(bytes.NewReader(framed))
	if err != nil {
		return none, fmt.Errorf("%s: %w", tagName(p.Tag), err)
	}
	typed, ok := read.(P)
	if !ok {
		return none, fmt.Errorf("expected another kind of packet, found %s", tagName(p.Tag))
	}
	var again bytes.Buffer
	again.Grow(len(framed))
	if err := typed.Serialize(&again); err != nil || !bytes.Equal(again.Bytes(), framed) {
		return none, fmt.Errorf("%s: %w", tagName(p.Tag), errNotCanonical)
	}
	return typed, nil
}

var errNotCanonical = errors.New("expected the shortest encoding, found a longer one")
