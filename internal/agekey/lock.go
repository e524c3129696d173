package agekey

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"filippo.io/age"
)

// workFactor is the base-2 logarithm of scrypt's N: 256 MiB, and about a second. It is what age
// chooses, and the most that Unlock takes, as a file could ask for gigabytes.
const workFactor = 18

// Lock encrypts data with a passphrase, as an age file with a scrypt recipient.
func Lock(data []byte, passphrase string) ([]byte, error) {
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

// Unlock decrypts what [Lock] encrypted.
func Unlock(locked []byte, passphrase string) ([]byte, error) {
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, err
	}
	identity.SetMaxWorkFactor(workFactor)
	r, err := Decrypt(bytes.NewReader(locked), identity)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

var errNotAge = errors.New("expected an age file, found something else")

// Decrypt is [age.Decrypt], but it does not quote in an error what it finds in place of an age
// file, which may be a secret in clear.
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
