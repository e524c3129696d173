package attacks

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const marker = "this is a secret, in 32 letters!"

// forms are the ways in which bytes come to be printed.
func forms(b []byte) []string {
	decimal := strings.Trim(fmt.Sprint(b), "[]")
	return []string{string(b), hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), fmt.Sprintf("% x", b),
		fmt.Sprintf("%#v", b)[7:40], decimal, strings.ReplaceAll(decimal, " ", ","), base64.StdEncoding.EncodeToString(b)[:40]}
}

// printed is x in every form that a program might give it on the way to a log.
func printed(x any) (all []string) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		all = append(all, fmt.Sprintf(verb, x))
	}
	j, _ := json.Marshal(x)
	m, _ := xml.Marshal(x)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("", "x", x)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("", "x", x)
	return append(all, string(j), string(m), log.String(), errors.Join(fmt.Errorf("%v", x)).Error())
}

func TestSecretsAreNotPrinted(t *testing.T) {
	secrets := forms([]byte(marker))
	tape := tapeOf(t, []byte(marker), []byte(marker))
	values := map[string]any{
		"*Tape": tape, "Tape": *tape, "[]Tape": []Tape{*tape}, "map": map[string]*Tape{"loot": tape},
		"*Transcript": &Transcript{Tape: tape}, "Transcript": Transcript{Tape: tape},
		"struct": struct{ Loot any }{tape},
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
					secrets = append(secrets, forms(record[len(record)-32:])...)
				}
			}
		}
		for name, x := range map[string]any{
			"System": s, "[]System": []System{s}, "*Table": table, "Table": *table, "*Result": r, "Result": *r,
			"Exposure": r.Exposures[0], "[]Exposure": r.Exposures, "Theft": s.Thefts("Ana")[0], "[]Theft": s.Thefts("Ana"),
			"holder": struct{ R, S any }{r, s},
		} {
			values[fmt.Sprint(name, " of system ", i)] = x
		}
	}
	for name, x := range values {
		for _, text := range printed(x) {
			for i, secret := range secrets {
				if strings.Contains(text, secret) {
					t.Fatalf("%s prints secret %d: %.300s", name, i, text)
				}
			}
		}
	}
	const want = "attacks.Tape(2 records, 72 bytes)"
	for _, x := range []any{tape, *tape} {
		for _, text := range printed(x) {
			if text != "" && !strings.Contains(text, want) {
				t.Errorf("%.100q, want %q", text, want)
			}
		}
	}
	// The search finds what is printed.
	for _, text := range []string{marker, fmt.Sprintf("%x", marker), fmt.Sprint([]byte(marker)), fmt.Sprintf("%#v", []byte(marker))} {
		found := false
		for _, secret := range forms([]byte(marker)) {
			found = found || strings.Contains(text, secret)
		}
		if !found {
			t.Errorf("the secret is not found in %q", text)
		}
	}
}
