package attacks

import (
	"fmt"
	"strings"
	"testing"

	"doormat/internal/printed"
)

func TestSecretsAreNotPrinted(t *testing.T) {
	marker := []byte("this is a secret, in 32 letters!")
	secrets := [][]byte{marker}
	tape := tapeOf(t, marker, marker)
	values := map[string]any{
		"Tape": tape, "[]Tape": []Tape{*tape}, "Transcript": &Transcript{Tape: tape},
	}
	c := NewConversation(talk(20))
	for i, s := range []System{NewEscrow(), NewNoEscrow(), NewRogue("Ana")} {
		table, err := Matrix(t.Context(), c, "Ana", []System{s}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer table.Close()
		r := table.Results[0]
		for _, loot := range r.Loot {
			for _, record := range records(t, loot) {
				if len(record) > 40 { // a state, a key, a line
					secrets = append(secrets, record[len(record)-32:])
				}
			}
		}
		for name, x := range map[string]any{
			"System": s, "[]System": []System{s}, "Table": table, "Result": r, "[]Exposure": r.Exposures, "[]Theft": s.Thefts("Ana"),
		} {
			values[fmt.Sprint(name, " of system ", i)] = x
		}
	}
	for name, x := range values {
		if leak := printed.Leak(x, secrets...); leak != "" {
			t.Fatalf("%s: %s", name, leak)
		}
	}
	const want = "attacks.Tape(2 records, 72 bytes)"
	for _, x := range []any{tape, *tape} {
		for _, text := range printed.All(x) {
			if !strings.Contains(text, want) {
				t.Errorf("%.100q, want %q", text, want)
			}
		}
	}
}
