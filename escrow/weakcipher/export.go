package weakcipher

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"crypto/rc4"
	"encoding/binary"
	"fmt"
	"slices"

	"doormat/internal/keysearch"
)

// Hello has what an export session sends in clear before it encrypts: the parts of the
// CLIENT-HELLO, SERVER-HELLO and CLIENT-MASTER-KEY messages that its keys are derived from.
type Hello struct {
	Challenge    [16]byte
	ConnectionID [16]byte
	ClearKey     [11]byte // 88 of the master key's 128 bits
}

// NewHello draws the random parts of both sides.
func NewHello() (h Hello) {
	rand.Read(h.Challenge[:])
	rand.Read(h.ConnectionID[:])
	rand.Read(h.ClearKey[:])
	return h
}

// exportBits is the number of secret bits that the rules of export allowed.
const exportBits = 40

// NewExportSecret draws the secret part of a session's master key, 40 bits. The argument says how many
// of them are random, 8 to 40, the last ones; the others are zero. 0 means all 40.
func NewExportSecret(bits int) (ExportSecret, error) {
	key, err := draw(bits, 8, exportBits)
	return ExportSecret{b: number40(key)}, err
}

// draw returns a random number of as many bits as a dial stands for.
func draw(bits, least, full int) (uint64, error) {
	bits, err := size(bits, least, full)
	if err != nil {
		return 0, err
	}
	var b [8]byte
	rand.Read(b[:])
	return binary.BigEndian.Uint64(b[:]) >> (64 - bits), nil
}

// number40 returns a number of 40 bits, big-endian.
func number40(key uint64) (b [5]byte) {
	for i := range b {
		b[i] = byte(key >> (8 * (4 - i)))
	}
	return b
}

// material is the input of the hash that gives the key of one direction. The secret is at secretAt.
//
//	MASTER-KEY      = CLEAR-KEY ‖ SECRET-KEY
//	KEY-MATERIAL-0  = MD5(MASTER-KEY ‖ "0" ‖ CHALLENGE ‖ CONNECTION-ID)    what the client reads
//	KEY-MATERIAL-1  = MD5(MASTER-KEY ‖ "1" ‖ CHALLENGE ‖ CONNECTION-ID)    what the client writes
type material [16 + 1 + 16 + 16]byte

const secretAt = 11

func (h *Hello) material(toServer bool) (m material) {
	copy(m[:], h.ClearKey[:])
	m[16] = '0'
	if toServer {
		m[16] = '1'
	}
	copy(m[17:], h.Challenge[:])
	copy(m[33:], h.ConnectionID[:])
	return m
}

// XOR encrypts or decrypts data in place, at an offset in one direction of a session. It implements
// the key production of SSL_CK_RC4_128_EXPORT40_WITH_MD5 according to the SSL 2.0 Protocol
// Specification (Netscape, 1995), CLIENT-MASTER-KEY. It leaves out the MAC, which has the same key,
// so that a search that finds the key finds the MAC's too.
func (h *Hello) XOR(secret ExportSecret, toServer bool, offset int, data []byte) {
	m := h.material(toServer)
	copy(m[secretAt:], secret.b[:])
	key := md5.Sum(m[:])
	c, err := rc4.NewCipher(key[:])
	if err != nil {
		panic("weakcipher: internal error: " + err.Error())
	}
	skip := make([]byte, min(offset, 1024))
	for ; offset > 0; offset -= len(skip) {
		skip = skip[:min(offset, len(skip))]
		c.XORKeyStream(skip, skip)
	}
	c.XORKeyStream(data, data)
}

// RecoverExport finds the secret of a session by trying all, given the first eight bytes or more of
// the keystream of one direction.
func RecoverExport(ctx context.Context, h Hello, toServer bool, keystream []byte, o Options) (secret ExportSecret, w Work, err error) {
	bits, err := size(o.Bits, 8, exportBits)
	if err != nil {
		return secret, w, err
	}
	if err := atLeast(8, keystream); err != nil {
		return secret, w, err
	}
	s := keysearch.Search{
		End:      1 << bits,
		NewTrial: func() keysearch.Trial { return newExportTrial(h.material(toServer), [8]byte(keystream)).try },
		Accept:   func(key uint64) bool { return h.gives(number40(key), toServer, keystream) },
	}
	key, w, err := o.run(ctx, s, fmt.Sprintf("export RC4, %d bits, %x, %t, %x", bits, h, toServer, keystream))
	if err != nil {
		return secret, w, err
	}
	return ExportSecret{b: number40(key)}, w, nil
}

// gives reports whether a secret gives a keystream.
func (h *Hello) gives(secret [5]byte, toServer bool, keystream []byte) bool {
	out := make([]byte, len(keystream))
	h.XOR(ExportSecret{b: secret}, toServer, 0, out)
	return bytes.Equal(out, keystream)
}

// LocateExport finds the places of several secrets in one pass over all keys, given the first eight
// bytes or more of each one's keystream under the same Hello and direction. A place is as in Work, and
// 0 where no key fits.
func LocateExport(ctx context.Context, h Hello, toServer bool, keystreams [][]byte, o Options) (places []uint64, w Work, err error) {
	bits, err := size(o.Bits, 8, exportBits)
	if err != nil {
		return nil, w, err
	}
	if err := allAtLeast(8, keystreams); err != nil {
		return nil, w, err
	}
	var wants [][8]byte
	for _, k := range keystreams {
		wants = append(wants, [8]byte(k))
	}
	s := keysearch.Search{
		End:      1 << bits,
		NewTrial: func() keysearch.Trial { return newExportTrial(h.material(toServer), wants...).try },
	}
	return o.locate(ctx, s, len(keystreams), fmt.Sprintf("export RC4, %d bits, %x, %t, %x", bits, h, toServer, keystreams), func(key uint64, i int) bool {
		return h.gives(number40(key), toServer, keystreams[i])
	})
}

// exportTrial is the trial of one core: the standard library's MD5, and as much of RC4 as the first
// bytes need. RC4's key schedule is a chain of 256 loads and stores, each of which waits for the
// one before, so four chains at once take little longer than one.
type exportTrial struct {
	material material
	wants    [][8]byte
	first    [256]bool // bytes with which one of wants begins
	keys     [abreast][16]byte
	states   [abreast][256]byte
}

const abreast = 4

func newExportTrial(m material, keystreams ...[8]byte) *exportTrial {
	t := &exportTrial{material: m, wants: keystreams}
	for _, want := range keystreams {
		t.first[want[0]] = true
	}
	return t
}

// try is a [keysearch.Trial].
func (t *exportTrial) try(first uint64, n int, hits []uint64) []uint64 {
	end := first + uint64(n)
	for ; first < end; first += abreast {
		for i := range t.keys {
			secret := number40(first + uint64(i))
			copy(t.material[secretAt:], secret[:])
			t.keys[i] = md5.Sum(t.material[:])
		}
		t.schedule()
		for i := range t.states {
			if key := first + uint64(i); key < end && t.fits(&t.states[i]) {
				hits = append(hits, key)
			}
		}
	}
	return hits
}

// identity is the initial state of RC4.
var identity = func() (s [256]byte) {
	for i := range s {
		s[i] = byte(i)
	}
	return s
}()

// schedule runs RC4's key schedule on all states. A search spends most of its time here.
func (t *exportTrial) schedule() {
	t.states = [abreast][256]byte{identity, identity, identity, identity}
	s, k := &t.states, &t.keys
	var j0, j1, j2, j3 byte
	s0, s1, s2, s3 := &s[0], &s[1], &s[2], &s[3]
	for i := range 256 {
		x0, x1, x2, x3 := s0[i], s1[i], s2[i], s3[i]
		j0 += x0 + k[0][i%16]
		j1 += x1 + k[1][i%16]
		j2 += x2 + k[2][i%16]
		j3 += x3 + k[3][i%16]
		s0[i], s0[j0] = s0[j0], x0
		s1[i], s1[j1] = s1[j1], x1
		s2[i], s2[j2] = s2[j2], x2
		s3[i], s3[j3] = s3[j3], x3
	}
}

// fits reports whether a state gives a wanted keystream.
func (t *exportTrial) fits(s *[256]byte) bool {
	var given [8]byte
	j := byte(0)
	for i := range given {
		x := s[i+1]
		j += x
		y := s[j]
		s[i+1], s[j] = y, x
		given[i] = s[x+y]
		if i == 0 && !t.first[given[0]] {
			return false
		}
	}
	return slices.Contains(t.wants, given)
}
