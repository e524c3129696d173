package recovery

import (
	"bytes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/cloudflare/circl/group"
	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/cryptobyte"
)

// Limits of a vault.
const (
	MaxServers = 255
	MaxSecret  = 128 // bytes
)

// Cost is what a guess takes: the memory of Argon2id in KiB, and its passes.
type Cost struct{ Memory, Passes uint32 }

// FullCost is Juicebox's: 16 MiB and 32 passes. Smaller ones are for tests and demonstrations.
var FullCost = Cost{16 << 10, 32}

// A Vault is a client's view of the servers. All fields must be the same when the secret is stored and when
// it comes back.
type Vault struct {
	// Servers send a request to server 1, 2, … under the user's login, and return its response.
	Servers []func(request []byte) (response []byte, err error)
	// Threshold is k: how many servers give the secret back. It must be a strict majority.
	Threshold int
	// Guesses is how many wrong PINs in a row a server allows: 10.
	Guesses int
	// Account is the user's name. It keeps a server from handing out a salt for which it has computed PINs.
	Account []byte
	Cost    Cost
}

var (
	// ErrNotStored reports that the servers keep no secret of this account.
	ErrNotStored = errors.New("recovery: no secret is stored under this account")
	// ErrNoGuesses reports that too many PINs were wrong. The secret is erased.
	ErrNoGuesses = errors.New("recovery: too many wrong PINs: the secret is erased")
	// ErrServers reports that too few servers answer rightly. Try again later: the PIN may be right.
	ErrServers = errors.New("recovery: too few servers have answered rightly")
)

// A WrongPIN is the error for a PIN that is not the one.
type WrongPIN struct{ Left int } // how many guesses are left

// Error implements error.
func (e *WrongPIN) Error() string {
	if e.Left == 1 {
		return "recovery: the PIN is wrong, 1 guess is left"
	}
	return fmt.Sprintf("recovery: the PIN is wrong, %d guesses are left", e.Left)
}

func (v *Vault) check() error {
	n := len(v.Servers)
	if n > MaxServers || v.Threshold > n || 2*v.Threshold <= n {
		return fmt.Errorf("recovery: expected a threshold that is a strict majority of at most %d servers, found %d of %d", MaxServers, v.Threshold, n)
	}
	if v.Guesses < 1 || v.Guesses > 1000 {
		return fmt.Errorf("recovery: expected 1 to 1000 guesses, found %d", v.Guesses)
	}
	if len(v.Account) == 0 || len(v.Account) > MaxAccount {
		return fmt.Errorf("recovery: expected an account of 1 to %d bytes, found %d", MaxAccount, len(v.Account))
	}
	if v.Cost.Passes == 0 || v.Cost.Memory < 8 || v.Cost.Memory > 1<<20 || v.Cost.Passes > 1<<10 {
		return fmt.Errorf("recovery: expected a cost of 8 to %d KiB and 1 to %d passes, found %v", 1<<20, 1<<10, v.Cost)
	}
	return nil
}

// stretch returns the access key and the seed of the encryption key:
//
//	access ‖ seed = Argon2id(PIN, salt = version ‖ account, each behind its length; 64 bytes)
func (v *Vault) stretch(pin []byte, version [versionSize]byte) (access, seed []byte) {
	var salt []byte
	for _, part := range [][]byte{version[:], v.Account} {
		salt = append(binary.BigEndian.AppendUint32(salt, uint32(len(part))), part...)
	}
	out := argon2.IDKey(pin, salt, v.Cost.Passes, v.Cost.Memory, 1, 64)
	return out[:32], out[32:]
}

// unlock splits the OPRF's output into a commitment, which servers hand out, and the key of the tags.
func unlock(output []byte) (commitment [commitmentSize]byte, key []byte) {
	d := sha512.Sum512(output)
	return [commitmentSize]byte(d[:32]), d[32:]
}

func secretKey(seed []byte, e group.Scalar) []byte {
	return mac(seed, "User Secret Encryption Key", encodeScalar(e))
}

// Store keeps a secret of at most [MaxSecret] bytes behind a PIN, in the place of what was stored before.
// The client deals the shares, and knows all of them for a moment. It returns an error if a server fails:
// then store again.
func (v *Vault) Store(pin, secret []byte) error {
	if err := v.check(); err != nil {
		return err
	}
	if len(secret) > MaxSecret {
		return fmt.Errorf("recovery: expected a secret of at most %d bytes, found %d", MaxSecret, len(secret))
	}
	var version [versionSize]byte
	rand.Read(version[:])
	access, seed := v.stretch(pin, version)
	x, e := g.RandomNonZeroScalar(rand.Reader), g.RandomNonZeroScalar(rand.Reader)
	output, err := evaluate(x, access)
	if err != nil {
		return errors.New("recovery: " + err.Error())
	}
	commitment, unlockKey := unlock(output)
	padded := make([]byte, paddedSize)
	padded[0] = byte(len(secret))
	copy(padded[1:], secret)
	sealed := newAEAD(secretKey(seed, e)).Seal(nil, make([]byte, chacha20poly1305.NonceSize), padded, nil)

	var signerSeed [ed25519.SeedSize]byte
	rand.Read(signerSeed[:])
	signer := ed25519.NewKeyFromSeed(signerSeed[:])
	n := len(v.Servers)
	xs, es := deal(x, v.Threshold, n), deal(e, v.Threshold, n)
	for i, server := range v.Servers {
		r := &registration{
			version: version, oprfShare: xs[i], commitment: commitment, tag: unlockTag(unlockKey, i+1),
			signature: [64]byte(ed25519.Sign(signer, signed(version, i+1, g.NewElement().MulGen(xs[i])))),
			signer:    [32]byte(signer.Public().(ed25519.PublicKey)),
			keyShare:  es[i], secret: sealed, secretCommitment: secretTag(unlockKey, i+1, es[i], sealed),
			guesses: uint16(v.Guesses),
		}
		response, err := server(message(kindRegister, r.add))
		if err != nil || !bytes.Equal(response, []byte{wireVersion, kindRegistered}) {
			return fmt.Errorf("recovery: server %d has not stored its share: store again", i+1)
		}
	}
	return nil
}

func newAEAD(key []byte) cipher.AEAD {
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		panic("recovery: internal error: " + err.Error())
	}
	return aead
}

// Recover returns the secret, for the right PIN. It returns a *[WrongPIN] for a wrong one, [ErrNoGuesses]
// when the guesses are used up, and [ErrNotStored] or [ErrServers].
func (v *Vault) Recover(pin []byte) (secret []byte, err error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	version, err := v.version()
	if err != nil {
		return nil, err
	}
	access, seed := v.stretch(pin, version)
	b, err := blind(access)
	if err != nil {
		return nil, errors.New("recovery: " + err.Error())
	}
	numbers, answers, err := v.ask(version, b.element)
	if err != nil {
		return nil, err
	}
	k := v.Threshold
	var elements []group.Element
	left := int(^uint16(0))
	for _, a := range answers {
		elements = append(elements, a.element)
		left = min(left, int(a.guesses)-int(a.used))
	}
	output, err := b.finalize(sumElements(numbers[:k], elements[:k]))
	if err != nil {
		return nil, ErrServers
	}
	commitment, unlockKey := unlock(output)
	if commitment != answers[0].commitment {
		return nil, &WrongPIN{max(0, left)}
	}
	return v.open(version, numbers, unlockKey, seed)
}

// version returns the registration that at least k servers have.
func (v *Vault) version() (version [versionSize]byte, err error) {
	count, codes := map[[versionSize]byte]int{}, map[uint8]int{}
	for _, server := range v.Servers {
		response, err := server([]byte{wireVersion, kindRecover1})
		if err != nil {
			continue
		}
		codes[parseFailure(response)]++
		in := cryptobyte.String(response)
		if readHeader(&in, kindVersion) && in.CopyBytes(version[:]) && in.Empty() {
			count[version]++
		}
	}
	for version, n := range count {
		if n >= v.Threshold {
			return version, nil
		}
	}
	return version, v.failed(codes)
}

// failed says why fewer than k servers answer, from the codes of those that did.
func (v *Vault) failed(codes map[uint8]int) error {
	most := len(v.Servers) - v.Threshold // of them may lie
	switch {
	case codes[noGuesses] > most:
		return ErrNoGuesses
	case codes[notRegistered] > most:
		return ErrNotStored
	}
	return ErrServers
}

// ask spends a guess on each server, and returns the right answers of one registration, at least k.
func (v *Vault) ask(version [versionSize]byte, b group.Element) (numbers []int, answers []*serverAnswer, err error) {
	type registered struct {
		signer     [ed25519.PublicKeySize]byte
		commitment [commitmentSize]byte
	}
	request := message(kindRecover2, func(m *cryptobyte.Builder) {
		m.AddBytes(version[:])
		m.AddBytes(encode(b))
	})
	by, codes := map[registered][]int{}, map[uint8]int{}
	all := map[int]*serverAnswer{}
	for i, server := range v.Servers {
		response, err := server(request)
		if err != nil {
			continue
		}
		codes[parseFailure(response)]++
		if a, ok := parseAnswer(response); ok && a.isOf(version, i+1, b) {
			who := registered{a.signer, a.commitment}
			by[who] = append(by[who], i+1)
			all[i+1] = a
		}
	}
	for _, numbers := range by {
		if len(numbers) < v.Threshold {
			continue
		}
		for _, i := range numbers {
			answers = append(answers, all[i])
		}
		return numbers, answers, nil
	}
	return nil, nil, v.failed(codes)
}

// open fetches the shares of the encryption key and opens the secret.
func (v *Vault) open(version [versionSize]byte, numbers []int, unlockKey, seed []byte) ([]byte, error) {
	bySecret := map[string][]int{}
	shares := map[int]group.Scalar{}
	for _, i := range numbers {
		tag := unlockTag(unlockKey, i)
		response, err := v.Servers[i-1](message(kindRecover3, func(m *cryptobyte.Builder) {
			m.AddBytes(version[:])
			m.AddBytes(tag[:])
		}))
		if err != nil {
			continue
		}
		var share group.Scalar
		var committed [tagSize]byte
		var sealed cryptobyte.String
		in := cryptobyte.String(response)
		if readHeader(&in, kindShare) && readScalar(&in, &share) && in.CopyBytes(committed[:]) && in.ReadUint16LengthPrefixed(&sealed) &&
			in.Empty() && committed == secretTag(unlockKey, i, share, sealed) {
			bySecret[string(sealed)] = append(bySecret[string(sealed)], i)
			shares[i] = share
		}
	}
	for sealed, numbers := range bySecret {
		if len(numbers) < v.Threshold {
			continue
		}
		numbers = slices.Clone(numbers[:v.Threshold])
		var es []group.Scalar
		for _, i := range numbers {
			es = append(es, shares[i])
		}
		padded, err := newAEAD(secretKey(seed, sumScalars(numbers, es))).Open(nil, make([]byte, chacha20poly1305.NonceSize), []byte(sealed), nil)
		if err != nil || len(padded) != paddedSize || int(padded[0]) > MaxSecret {
			continue
		}
		return padded[1:][:padded[0]], nil
	}
	return nil, ErrServers
}
