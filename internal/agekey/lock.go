package agekey

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"

	"filippo.io/age"
)

// workFactor is the base-2 logarithm of scrypt's N, which takes 256 MiB and about a second. It is
// age's choice, and the maximum for Unlock, since a file could ask for gigabytes.
const workFactor = 18

// ErrPassphrase reports a file that was locked with another passphrase.
var ErrPassphrase = errors.New("the passphrase is wrong")

// Lock encrypts data with a passphrase, as an age file with a scrypt recipient.
func Lock(data []byte, passphrase string) ([]byte, error) {
	return lock(data, passphrase, workFactor)
}

func lock(data []byte, passphrase string, workFactor int) ([]byte, error) {
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	recipient.SetWorkFactor(workFactor)
	var file bytes.Buffer
	w, err := age.Encrypt(&file, recipient)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err = w.Close()
	return file.Bytes(), err
}

// Unlock decrypts the output of [Lock]. The error is ErrPassphrase if the passphrase is not that of the
// file, or if it is empty, which no file has.
func Unlock(locked []byte, passphrase string) ([]byte, error) {
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, ErrPassphrase // it is empty
	}
	identity.SetMaxWorkFactor(workFactor)
	r, err := Decrypt(bytes.NewReader(locked), identity)
	var unmatched *age.NoIdentityMatchError
	if errors.As(err, &unmatched) && slices.Equal(unmatched.StanzaTypes, []string{"scrypt"}) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

var errNotAge = errors.New("expected an age file, found something else")

// Decrypt calls [age.Decrypt] if src begins like an age file. Otherwise it returns an error that
// does not quote src, which may be a secret in clear.
func Decrypt(src io.Reader, identity age.Identity) (io.Reader, error) {
	const intro = "age-encryption.org/"
	in := bufio.NewReader(src)
	if begin, err := in.Peek(len(intro)); string(begin) != intro {
		if err != nil && err != io.EOF {
			return nil, err
		}
		return nil, errNotAge
	}
	return age.Decrypt(in, identity)
}
