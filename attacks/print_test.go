package attacks_test

import (
	"strings"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/internal/testing/printed"
)

type vault struct {
	attacks.SystemName
	Key []byte
}

func TestSecretsAreNotPrinted(t *testing.T) {
	marker := []byte("this is a secret, in 32 letters!")
	tape := attackstest.Tape(t, marker, marker)
	name := vault{"vault", marker}
	for what, x := range map[string]any{
		"Tape": tape, "[]Tape": []attacks.Tape{*tape}, "Transcript": &attacks.Transcript{Tape: tape},
		"Result": &attacks.Result{Loot: map[attacks.TheftName]*attacks.Tape{"a": tape}}, "system": name,
	} {
		if leak := printed.Leak(x, marker); leak != "" {
			t.Errorf("%s: %s", what, leak)
		}
	}
	for x, want := range map[any]string{tape: "attacks.Tape(2 records, 72 bytes)", &name: "attacks.System(vault)"} {
		for _, text := range printed.All(x) {
			if !strings.Contains(text, want) {
				t.Errorf("%.100q, expected %q", text, want)
			}
		}
	}
}
