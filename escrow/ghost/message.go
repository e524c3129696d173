package ghost

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"

	"doormat/noescrow"
)

// A message is all that leaves a sender's device: a noescrow envelope for each other device in the chat. The
// provider passes each copy on to the device that it names. In bytes:
//
//	struct {
//	    uint8  version = 0xe8;
//	    uint8  kind = 1;
//	    uint8  others;                      /* at most 199 */
//	    opaque copy<1..2^24-1>[others];     /* for all devices but the first of the roster, in its order */
//	    opaque first[];                     /* for that one: all that is left */
//	} Message;
//
// What a copy holds, in bytes:
//
//	opaque chat<1..64>;
//	opaque text[];

// Head returns how many bytes of a message come before the copy for the first device of the roster. It
// reports false for what is no message.
func Head(message []byte) (n int, ok bool) {
	in := cryptobyte.String(message)
	var others uint8
	if !readHeader(&in, kindMessage) || !in.ReadUint8(&others) || others >= MaxDevices {
		return 0, false
	}
	for range others {
		var c cryptobyte.String
		if !in.ReadUint24LengthPrefixed(&c) || c.Empty() {
			return 0, false
		}
	}
	return len(message) - len(in), !in.Empty()
}

// Copies returns the copies in a message, each a noescrow envelope that names its sender and its device.
// The first is the one for the first device of the roster. Copies returns an error if a copy names no
// device, if two name the same, or if not all are of one sender.
func Copies(message []byte) ([][]byte, error) {
	n, ok := Head(message)
	if !ok {
		return nil, malformed("a message")
	}
	copies := [][]byte{message[n:]}
	in := cryptobyte.String(message[3:n])
	for !in.Empty() {
		var c cryptobyte.String
		if !in.ReadUint24LengthPrefixed(&c) {
			return nil, malformed("a message")
		}
		copies = append(copies, c)
	}
	seen := map[noescrow.Identity]bool{}
	var sender noescrow.Identity
	for i, c := range copies {
		from, to, err := noescrow.Addresses(c)
		if err != nil {
			return nil, malformed("copies with two names each")
		}
		if i == 0 {
			sender = from
		}
		if from != sender || seen[to] {
			return nil, fmt.Errorf("ghost: expected copies of one sender for different devices, found %d that are not", len(copies))
		}
		seen[to] = true
	}
	return copies, nil
}

// joinCopies is the reverse of Copies.
func joinCopies(copies [][]byte) ([]byte, error) {
	if len(copies) == 0 || len(copies) > MaxDevices {
		return nil, fmt.Errorf("expected 1 to %d other devices in the chat, found %d", MaxDevices, len(copies))
	}
	out := cryptobyte.NewBuilder([]byte{version, kindMessage, byte(len(copies) - 1)})
	for _, c := range copies[1:] {
		out.AddUint24LengthPrefixed(func(out *cryptobyte.Builder) { out.AddBytes(c) })
	}
	out.AddBytes(copies[0])
	return out.Bytes()
}

// copyFor returns the copy in a message that names a device.
func copyFor(message []byte, id noescrow.Identity) ([]byte, error) {
	copies, err := Copies(message)
	if err != nil {
		return nil, err
	}
	for _, c := range copies {
		if _, to, err := noescrow.Addresses(c); err == nil && to == id {
			return c, nil
		}
	}
	return nil, ErrNoCopy
}

// A Received is what a copy holds.
type Received struct {
	From noescrow.Identity // the device that wrote it
	Chat string            // as the writer says
	Text []byte
}

// open opens the copy of a message that is for a device.
func open(d *noescrow.Device, message, associated []byte) (r Received, err error) {
	c, err := copyFor(message, d.Identity())
	if err != nil {
		return r, err
	}
	from, plaintext, err := d.Open(c, associated)
	if err != nil {
		return r, fmt.Errorf("ghost: %w", err)
	}
	chat, text, ok := Split(plaintext)
	if !ok {
		return r, malformed("a chat and a text in a copy")
	}
	return Received{from, chat, text}, nil
}

// Split returns what stands in a copy that is open. It reports false for what is none.
func Split(plaintext []byte) (chat string, text []byte, ok bool) {
	in := cryptobyte.String(plaintext)
	if !readName(&in, &chat) || len(in) > MaxText {
		return "", nil, false
	}
	return chat, in, true
}
