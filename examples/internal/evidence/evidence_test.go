package evidence

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/escrow"
	"doormat/examples/internal/cli"
)

// What is written is read, and all else is an ErrInput of one line.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	authority := escrow.NewAuthority()
	key, err := ReadKey(file("key", []byte(authority.RecoveryKey()+"\n")))
	if err != nil || key.RecoveryKey() != authority.RecoveryKey() {
		t.Errorf("%v", err)
	}
	tape, err := attacks.TapeOf(append(attacks.Date(time.Now()), envelope(t, authority)...))
	if err != nil {
		t.Fatal(err)
	}
	var good bytes.Buffer
	if _, err := tape.WriteTo(&good); err != nil {
		t.Fatal(err)
	}
	transcript, err := ReadTranscript(file("transcript", good.Bytes()))
	if err != nil || transcript.Tape.Len() != 1 {
		t.Fatal(err)
	}
	transcript.Tape.Close()
	for name, data := range map[string][]byte{"no key": []byte("AGE-SECRET-KEY-1ABC"), "long": bytes.Repeat([]byte(" "), maxKeyFile+1)} {
		if _, err := ReadKey(file(name, data)); !errors.Is(err, cli.ErrInput) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, data := range map[string][]byte{"empty": nil, "cut": good.Bytes()[:good.Len()-1], "loot": append([]byte{0, 0, 0, 20}, make([]byte, 20)...)} {
		if _, err := ReadTranscript(file(name, data)); !errors.Is(err, cli.ErrInput) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func envelope(t *testing.T, authority *escrow.Authority) []byte {
	t.Helper()
	var devices [2]*escrow.Device
	for i := range devices {
		var err error
		if devices[i], err = escrow.NewDevice(authority.Recipient()); err != nil {
			t.Fatal(err)
		}
	}
	publication, err := devices[1].Publish(1)
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := escrow.NewShelf(publication)
	if err != nil {
		t.Fatal(err)
	}
	to := devices[1].Identity()
	if err := devices[0].Start(to, shelf.Bundle()); err != nil {
		t.Fatal(err)
	}
	out, err := devices[0].Seal(to, []byte("Is the boiler on?"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
