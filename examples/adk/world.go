package main

import (
	"fmt"
	"time"

	"doormat/escrow/adk"
)

// A world is a company and three people, whose keys were made in 1997 and who write in 2000.
type world struct {
	company, ana, ben, mallory *adk.SecretKey
	server                     []byte // Ben's certificate, as the key server has it
}

var (
	keysMade = time.Date(1997, 10, 1, 9, 0, 0, 0, time.UTC)
	letter   = time.Date(2000, 8, 24, 18, 0, 0, 0, time.UTC)
)

const text = "The bridge, at six."

func newWorld() (*world, error) {
	w := new(world)
	var err error
	generate := func(k **adk.SecretKey, userID string, adks ...adk.ADK) {
		if err == nil {
			*k, err = adk.GenerateKey(userID, keysMade, adks...)
		}
	}
	generate(&w.company, "Company ADK <adk@example.com>")
	generate(&w.ana, "Ana <ana@example.org>")
	generate(&w.mallory, "Mallory <mallory@example.net>")
	if err == nil {
		generate(&w.ben, "Ben <ben@example.com>", w.company.Certificate().ADK(adk.Mandatory))
	}
	if err == nil {
		w.server = w.ben.Certificate().Bytes()
	}
	return w, err
}

// send returns Ana's message to the owner of a certificate, which is meant to be Ben.
func (w *world) send(v adk.Version, certificate []byte) ([]byte, error) {
	c, err := adk.ParseCertificate(certificate)
	if err != nil {
		return nil, err
	}
	keyring := []*adk.Certificate{w.company.Certificate(), w.mallory.Certificate()}
	ana := &adk.Sender{Key: w.ana, Version: v, Keyring: keyring}
	return ana.Encrypt([]byte(text), letter, c)
}

// reads returns what the holder of k reads in a message.
func reads(k *adk.SecretKey, message []byte) string {
	plaintext, err := k.Recover(message)
	if err != nil {
		return "nothing"
	}
	return fmt.Sprintf("%q", plaintext)
}

// readers returns who but Ben can read what program v encrypts to a certificate.
func (w *world) readers(v adk.Version, certificate []byte) string {
	message, err := w.send(v, certificate)
	if err != nil {
		return "refused"
	}
	_, err1 := w.company.Recover(message)
	_, err2 := w.mallory.Recover(message)
	switch {
	case err1 == nil && err2 == nil:
		return "company, Mallory"
	case err1 == nil:
		return "company"
	case err2 == nil:
		return "Mallory"
	}
	return "nobody"
}

// name returns the owner of a key.
func (w *world) name(id adk.KeyID) string {
	for name, k := range map[string]*adk.SecretKey{"Ben": w.ben, "the company's ADK": w.company, "Mallory": w.mallory} {
		if k.Certificate().Subkey() == id {
			return name
		}
	}
	return "nobody known"
}
