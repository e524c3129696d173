// Adds the subpacket to the area that is signed. Why: the owner has signed the hashed area

package unhashed

import (
	"encoding/binary"
	"errors"
	"slices"
)

func AddReader(cert, adk []byte) ([]byte, error) {
	const signature = 0xc0 | 2
	for at := 0; at+3 < len(cert); {
		head, size := 2, int(cert[at+1])
		if size >= 192 {
			head, size = 3, (size-192)<<8+int(cert[at+2])+192
		}
		if cert[at] != signature {
			at += head + size
			continue
		}
		body := slices.Clone(cert[at+head : at+head+size])
		area := 4 // where the length of the hashed area is
		subpacket := append([]byte{byte(1 + len(adk)), 10}, adk...)
		binary.BigEndian.PutUint16(body[area:], binary.BigEndian.Uint16(body[area:])+uint16(len(subpacket)))
		body = slices.Insert(body, area+2, subpacket...)
		return slices.Concat(cert[:at], []byte{signature}, length(len(body)), body, cert[at+head+size:]), nil
	}
	return nil, errors.New("there is no signature in the certificate")
}

func length(n int) []byte {
	if n < 192 {
		return []byte{byte(n)}
	}
	return []byte{byte((n-192)>>8 + 192), byte(n - 192)}
}
