package adk

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
)

// Armor is a message or a key as text (RFC 4880, Section 6.2). The checksum may be missing, as RFC
// 9580, Section 6.1, has it.
//
//	-----BEGIN PGP MESSAGE-----
//	Comment: headers, which say nothing that counts
//
//	base64, on lines
//	=njUN                             the CRC-24 of the octets, in base64
//	-----END PGP MESSAGE-----
const (
	armorMessage     = "MESSAGE"
	armorCertificate = "PUBLIC KEY BLOCK"
	armorSecretKey   = "PRIVATE KEY BLOCK"
)

// dearmor returns data as octets, of which there may be most: it decodes armor of this kind, and returns
// binary data as it is. Only blanks and line breaks may stand around armor.
func dearmor(data []byte, kind string, most int) ([]byte, error) {
	longest := most
	armored := len(data) > 0 && data[0] < 0x80 // each packet begins with this bit
	if armored {
		longest = 2*most + 1024 // four letters for three octets, line breaks, and headers
	}
	if len(data) > longest {
		return nil, fmt.Errorf("expected at most %d octets, found %d", longest, len(data))
	}
	text := bytes.TrimSpace(data)
	if !armored || !bytes.HasPrefix(text, []byte("-----BEGIN PGP ")) {
		return data, nil
	}
	lines := bytes.Split(text, []byte("\n"))
	for i, line := range lines {
		lines[i] = bytes.TrimRight(line, " \t\r")
	}
	octets, err := decodeArmor(lines, kind)
	if err == nil && len(octets) > most {
		err = fmt.Errorf("expected at most %d octets, found %d", most, len(octets))
	}
	if err != nil {
		return nil, fmt.Errorf("armor: %w", err)
	}
	return octets, nil
}

// decodeArmor decodes the lines of armor, which have no blanks at their ends.
func decodeArmor(lines [][]byte, kind string) ([]byte, error) {
	begin, end := "-----BEGIN PGP "+kind+"-----", "-----END PGP "+kind+"-----"
	if string(lines[0]) != begin {
		return nil, fmt.Errorf("expected %s, found %.60q", begin, lines[0])
	}
	if last := lines[len(lines)-1]; string(last) != end {
		return nil, fmt.Errorf("expected %s as the last line, found %.60q", end, last)
	}
	i := 1
	for ; len(lines[i]) > 0; i++ { // the last line does not end the loop, as it is no header
		if !bytes.Contains(lines[i], []byte(": ")) {
			return nil, fmt.Errorf("expected a header or an empty line as line %d, found %.60q", i+1, lines[i])
		}
	}
	body := lines[i+1 : len(lines)-1]
	var sum []byte
	if n := len(body) - 1; n >= 0 && len(body[n]) == 5 && body[n][0] == '=' {
		body, sum = body[:n], body[n][1:]
	}
	octets, err := base64.StdEncoding.Strict().DecodeString(string(bytes.Join(body, nil)))
	if err != nil {
		return nil, errors.New("expected base64 between the headers and the end, found something else")
	}
	if want := base64.StdEncoding.EncodeToString(crc24(octets)); sum != nil && string(sum) != want {
		return nil, fmt.Errorf("expected the checksum %s, found %s: the text has changed on its way", want, sum)
	}
	return octets, nil
}

// crc24 returns the checksum of armor, according to RFC 4880, Section 6.1. It finds mistakes and no
// attacker.
func crc24(octets []byte) []byte {
	crc := uint32(0xb704ce)
	for _, b := range octets {
		crc ^= uint32(b) << 16
		for range 8 {
			if crc <<= 1; crc&0x1000000 != 0 {
				crc ^= 0x1864cfb
			}
		}
	}
	return []byte{byte(crc >> 16), byte(crc >> 8), byte(crc)}
}
