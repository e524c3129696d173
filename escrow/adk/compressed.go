package adk

import (
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
)

// A compressed packet has other packets in it (RFC 4880, Section 5.6):
//
//	algorithm (1) ‖ packets     0 as they are, 1 ZIP (RFC 1951), 2 ZLIB (RFC 1950), 3 BZip2
//
// A certificate of this package asks for 0. GnuPG and sq compress with ZIP for a certificate that asks
// for nothing, as RFC 4880, Section 5.2.3.9, has it.

// maxContent is the most that the packets inside a message may have, in octets: a small message can have
// compressed packets that would fill any memory.
const maxContent = MaxMessage

// decompress returns the packets in the body of a compressed packet.
func decompress(body []byte) ([]byte, error) {
	if len(body) == 0 {
		return nil, errors.New("expected compressed data, found none")
	}
	in := bytes.NewReader(body[1:])
	var out io.Reader
	var err error
	switch body[0] {
	case 0:
		out = in
	case 1:
		out = flate.NewReader(in)
	case 2:
		out, err = zlib.NewReader(in)
	case 3:
		out = bzip2.NewReader(in)
	default:
		return nil, fmt.Errorf("expected data compressed with ZIP (1), ZLIB (2) or BZip2 (3), found algorithm %d", body[0])
	}
	if err != nil {
		return nil, fmt.Errorf("compressed data: %w", err)
	}
	content, err := io.ReadAll(io.LimitReader(out, maxContent+1))
	if err != nil {
		return nil, fmt.Errorf("compressed data: %w", err)
	}
	if len(content) > maxContent {
		return nil, fmt.Errorf("expected at most %d octets of decompressed data, found more", maxContent)
	}
	if in.Len() > 0 {
		return nil, fmt.Errorf("expected the end of the compressed data, found %d octets more", in.Len())
	}
	return content, nil
}
