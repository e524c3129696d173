package recovery

import (
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/group"
	"golang.org/x/crypto/cryptobyte"
)

// MaxAccount is the longest name of an account in bytes.
const MaxAccount = 64

// A Server keeps a share for each account, and counts guesses. It holds no key of its own: all that it has
// is in its storage. It is safe for concurrent use.
type Server struct{ storage Storage }

// NewServer returns a server with a storage.
func NewServer(s Storage) *Server { return &Server{s} }

// Handle answers a request of an account. The caller has made sure, by a login, that the request is the
// account's: a registration destroys the one before. It returns an error for a request that
// is none, and if the storage fails. Then nothing may be answered.
//
// A guess is counted and stored before it is answered. If two requests come at once one of them gets an
// error, so that no two share a guess. A crash costs a guess and never gives one.
func (s *Server) Handle(account, request []byte) (response []byte, err error) {
	if len(account) == 0 || len(account) > MaxAccount {
		return nil, fmt.Errorf("recovery: expected an account of 1 to %d bytes, found %d", MaxAccount, len(account))
	}
	old, err := s.storage.Load(account)
	if err != nil {
		return nil, err
	}
	in := cryptobyte.String(request)
	if readHeader(&in, kindRegister) {
		r := new(record)
		if !r.read(&in) || !in.Empty() {
			return nil, errRequest
		}
		if err := s.storage.Swap(account, old, r.bytes()); err != nil {
			return nil, err
		}
		return []byte{wireVersion, kindRegistered}, nil
	}
	r := &record{}
	if old != nil {
		var ok bool
		if r, ok = parseRecord(old); !ok {
			return nil, errors.New("recovery: the record of the account is damaged")
		}
	}
	store := func() error { return s.storage.Swap(account, old, r.bytes()) }
	erase := func() ([]byte, error) {
		r.erased = true
		if err := store(); err != nil {
			return nil, err
		}
		return failure(noGuesses, 0), nil
	}
	var version [versionSize]byte
	switch {
	case readHeader(&in, kindRecover1) && in.Empty():
		if code := r.state(old); code != 0 {
			return failure(code, 0), nil
		}
		return message(kindVersion, func(b *cryptobyte.Builder) { b.AddBytes(r.version[:]) }), nil
	case readHeader(&in, kindRecover2):
		var b group.Element
		if !in.CopyBytes(version[:]) || !readElement(&in, &b) || !in.Empty() {
			return nil, errRequest
		}
		if code := r.state(old); code != 0 {
			return failure(code, 0), nil
		}
		if version != r.version {
			return failure(otherVersion, 0), nil
		}
		if r.used >= r.guesses {
			return erase()
		}
		r.used++
		if err := store(); err != nil {
			return nil, err
		}
		return r.answer(b).bytes(), nil
	case readHeader(&in, kindRecover3):
		var tag [tagSize]byte
		if !in.CopyBytes(version[:]) || !in.CopyBytes(tag[:]) || !in.Empty() {
			return nil, errRequest
		}
		if code := r.state(old); code != 0 {
			return failure(code, 0), nil
		}
		if version != r.version {
			return failure(otherVersion, 0), nil
		}
		if subtle.ConstantTimeCompare(tag[:], r.tag[:]) != 1 {
			if r.used >= r.guesses {
				return erase()
			}
			return failure(wrongTag, r.guesses-r.used), nil
		}
		r.used = 0
		if err := store(); err != nil {
			return nil, err
		}
		return message(kindShare, func(b *cryptobyte.Builder) {
			b.AddBytes(encodeScalar(r.keyShare))
			b.AddBytes(r.secretCommitment[:])
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(r.secret) })
		}), nil
	}
	return nil, errRequest
}

var errRequest = errors.New("recovery: expected a request, found something else")

// state returns the code of a record that does not answer, or 0.
func (r *record) state(stored []byte) uint8 {
	switch {
	case stored == nil:
		return notRegistered
	case r.erased:
		return noGuesses
	}
	return 0
}

func (r *record) answer(b group.Element) *serverAnswer {
	e, proof := answer(r.oprfShare, b)
	return &serverAnswer{
		element: e, proof: [proofSize]byte(proof), public: g.NewElement().MulGen(r.oprfShare),
		signature: r.signature, signer: r.signer, commitment: r.commitment, used: r.used, guesses: r.guesses,
	}
}
