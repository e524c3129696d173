package idcheck

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Guesses is how many wrong PINs an App takes.
const Guesses = 3

var (
	// ErrPIN reports a wrong PIN. The counter in the preferences has been raised.
	ErrPIN = errors.New("idcheck: the PIN is wrong")
	// ErrLocked reports an app whose guesses are used up, by what its preferences say.
	ErrLocked = errors.New("idcheck: too many wrong PINs: the app is locked")
)

// An App holds attestations behind a PIN, in the way of the EU's reference app of April 2026. It is broken: the
// PIN's hash and the counter of guesses lie in a file of preferences that can be edited, and the attestations
// need neither to open. Two days after it was presented, people had shown that deleting or editing lines of
// that file makes another person's proof one's own (press reports, 15 to 17 April 2026; the Commission called
// the app a proof of concept). A counter belongs where the guesser cannot write it: package
// noescrow/recovery has one.
//
// The preferences are lines of text, NAME=VALUE, in this order; the first two are missing until a PIN is set:
//
//	PinEnc             HMAC-SHA256 of the PIN, under a key of the phone that an app can use and not read
//	PinIV              16 bytes of salt
//	Attempts           wrong PINs since the last right one
//	UseBiometricAuth   false
type App struct {
	hidden[App]
	// Preferences are the lines. Anyone with the phone can edit them.
	Preferences string
	Holder      *Holder
	keystore    [32]byte // stays in the phone
	open        bool
}

// NewApp returns an app without a PIN and without attestations.
func NewApp() *App {
	a := &App{Preferences: "Attempts=0\nUseBiometricAuth=false\n", Holder: new(Holder)}
	rand.Read(a.keystore[:])
	return a
}

// preference returns the value of a line.
func (a *App) preference(name string) (value string, ok bool) {
	for line := range strings.Lines(a.Preferences) {
		if v, found := strings.CutPrefix(line, name+"="); found {
			return strings.TrimSuffix(v, "\n"), true
		}
	}
	return "", false
}

func (a *App) write(enc, iv string, attempts int) {
	a.Preferences = fmt.Sprintf("PinEnc=%s\nPinIV=%s\nAttempts=%d\nUseBiometricAuth=false\n", enc, iv, attempts)
}

func (a *App) hash(pin, iv string) string {
	h := hmac.New(sha256.New, a.keystore[:])
	h.Write([]byte(iv + "\n" + pin))
	return hex.EncodeToString(h.Sum(nil))
}

// Unlock opens the app with its PIN, or sets the PIN if there is none. It returns [ErrPIN] or [ErrLocked]. It
// believes what the preferences say.
func (a *App) Unlock(pin string) error {
	a.open = false
	enc, hasEnc := a.preference("PinEnc")
	iv, hasIV := a.preference("PinIV")
	if !hasEnc || !hasIV { // as on the first start
		salt := make([]byte, 16)
		rand.Read(salt)
		iv = hex.EncodeToString(salt)
		a.write(a.hash(pin, iv), iv, 0)
		a.open = true
		return nil
	}
	text, _ := a.preference("Attempts")
	attempts, err := strconv.Atoi(text)
	if err != nil || attempts >= Guesses {
		return ErrLocked
	}
	if !hmac.Equal([]byte(a.hash(pin, iv)), []byte(enc)) {
		a.write(enc, iv, attempts+1)
		return ErrPIN
	}
	a.write(enc, iv, 0)
	a.open = true
	return nil
}

// Show shows the oldest attestation for a site's nonce, if the app is open.
func (a *App) Show(nonce []byte) ([]byte, error) {
	if !a.open {
		return nil, errors.New("idcheck: the app is locked")
	}
	return a.Holder.Show(nonce)
}
