package recovery

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"
	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"doormat/attacks"
	"doormat/noescrow"
	"doormat/noescrow/recovery"
)

// What a thief has of a vault, read from bytes alone. A server's record of an account is
// (noescrow/recovery/wire.go):
//
//	at    bytes
//	0     2      version 0xf4, kind 40
//	2     2      guesses used
//	4     16     version of the registration
//	20    32     x_i, a share of the OPRF's key
//	52    96     signature and signer of x_i G: not needed
//	148   32     commitment to the unlock key
//	180   16     tag: not needed
//	196   32     e_i, a share of the encryption key
//	228   2 + n  the sealed secret
//
// With the records of t servers x = Σ λ_i x_i and e = Σ λ_i e_i are known, and a PIN is right if
//
//	SHA-512(OPRF_x(access)) begins with the commitment,    access ‖ seed = Argon2id(PIN, …)
//
// With fewer, Σ λ_i x_i is another number, and no PIN fits.

type loot struct {
	files    []file
	sheets   []string
	shares   []recovery.Share
	accounts map[noescrow.Identity]*account
}

type file struct {
	owner  noescrow.Identity
	sealed []byte
}

// account is what the robbed servers have of one.
type account struct {
	version, commitment, secret []byte
	numbers                     []int
	x, e                        []group.Scalar
}

var errLoot = errors.New("attacks: the loot is not that of backups")

func parseLoot(tape *attacks.Tape) (*loot, error) {
	l := &loot{accounts: map[noescrow.Identity]*account{}}
	for record, err := range tape.All() {
		if err != nil {
			return nil, err
		}
		word, rest, _ := bytes.Cut(bytes.Clone(record), []byte(" "))
		ok := true
		switch string(word) {
		case "file":
			if ok = len(rest) >= 32; ok {
				l.files = append(l.files, file{noescrow.Identity(rest[:32]), rest[32:]})
			}
		case "sheet":
			l.sheets = append(l.sheets, string(rest))
		case "share":
			share, err := recovery.ParseShare(string(rest))
			if ok = err == nil; ok {
				l.shares = append(l.shares, share)
			}
		case "disk":
			ok = l.addDisk(rest)
		default:
			ok = false
		}
		if !ok {
			return nil, errLoot
		}
	}
	return l, nil
}

func (l *loot) addDisk(b []byte) bool {
	if len(b) < 1+32+230 || b[33] != 0xf4 || b[34] != 40 {
		return false
	}
	id, r := noescrow.Identity(b[1:33]), b[33:]
	n := int(binary.BigEndian.Uint16(r[228:]))
	x, e := group.Ristretto255.NewScalar(), group.Ristretto255.NewScalar()
	if len(r) < 230+n || x.UnmarshalBinary(r[20:52]) != nil || e.UnmarshalBinary(r[196:228]) != nil {
		return false
	}
	a := l.accounts[id]
	if a == nil {
		a = &account{version: r[4:20], commitment: r[148:180], secret: r[230:][:n]}
		l.accounts[id] = a
	}
	if slices.Contains(a.numbers, int(b[0])) {
		return false
	}
	a.numbers, a.x, a.e = append(a.numbers, int(b[0])), append(a.x, x), append(a.e, e)
	return true
}

// lines are the keys that are there in clear, and those that shares give.
func (l *loot) lines() (keys []*recovery.Key) {
	for _, line := range l.sheets {
		if key, err := recovery.ParseKey(line); err == nil {
			keys = append(keys, key)
		}
	}
	if key, err := recovery.CombineKey(l.shares...); err == nil {
		keys = append(keys, key)
	}
	return keys
}

// search tries every PIN of this many digits on every account.
func (l *loot) search(ctx context.Context, digits int, t *attacks.Transcript) (keys []*recovery.Key, tried int64, err error) {
	all := 1
	for range digits {
		all *= 10
	}
	ids := slices.SortedFunc(maps.Keys(l.accounts), func(a, b noescrow.Identity) int { return bytes.Compare(a[:], b[:]) })
	for _, id := range ids {
		a := l.accounts[id]
		x, e := interpolate(a.numbers, a.x), interpolate(a.numbers, a.e)
		server, err := newOPRF(x)
		if err != nil {
			return keys, tried, err
		}
		for n := range all {
			if err := ctx.Err(); err != nil {
				return keys, tried, err
			}
			tried++
			if key := a.try(server, e, id, candidate(n, digits)); key != nil {
				keys = append(keys, key)
				break
			}
		}
		t.Progress("PINs", int(tried), all*len(ids))
	}
	return keys, tried, nil
}

func newOPRF(x group.Scalar) (server oprf.Server, err error) {
	b, err := x.MarshalBinary()
	if err != nil {
		return server, err
	}
	key := new(oprf.PrivateKey)
	if err := key.UnmarshalBinary(oprf.SuiteRistretto255, b); err != nil {
		return server, err
	}
	return oprf.NewServer(oprf.SuiteRistretto255, key), nil
}

// try returns the key behind a PIN, or nil if it is another PIN.
func (a *account) try(server oprf.Server, e group.Scalar, id noescrow.Identity, pin []byte) *recovery.Key {
	salt := binary.BigEndian.AppendUint32(nil, uint32(len(a.version)))
	salt = binary.BigEndian.AppendUint32(append(salt, a.version...), uint32(len(id)))
	out := argon2.IDKey(pin, append(salt, id[:]...), cost.Passes, cost.Memory, 1, 64)
	output, err := server.FullEvaluate(out[:32])
	if err != nil {
		return nil
	}
	if d := sha512.Sum512(output); !bytes.Equal(d[:32], a.commitment) {
		return nil
	}
	share, err := e.MarshalBinary()
	if err != nil {
		return nil
	}
	h := hmac.New(sha256.New, out[32:])
	for _, part := range [][]byte{[]byte("User Secret Encryption Key"), share} {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		h.Write(part)
	}
	aead, err := chacha20poly1305.New(h.Sum(nil))
	if err != nil {
		return nil
	}
	padded, err := aead.Open(nil, make([]byte, 12), a.secret, nil)
	if err != nil || len(padded) == 0 || int(padded[0]) >= len(padded) {
		return nil
	}
	key, err := recovery.ParseKey(strings.Clone(string(padded[1:][:padded[0]])))
	if err != nil {
		return nil
	}
	return key
}

// interpolate returns Σ λ_i s_i, the value at 0 of the polynomial through the shares.
func interpolate(numbers []int, shares []group.Scalar) group.Scalar {
	g := group.Ristretto255
	at := func(i int) group.Scalar { return g.NewScalar().SetUint64(uint64(i)) }
	sum := g.NewScalar()
	for n, i := range numbers {
		term := shares[n].Copy()
		for _, j := range numbers {
			if j != i {
				d := at(j)
				term.Mul(term, at(j))
				d.Sub(d, at(i))
				term.Mul(term, d.Inv(d))
			}
		}
		sum.Add(sum, term)
	}
	return sum
}
