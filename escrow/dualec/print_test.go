package dualec

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// forms are the ways in which bytes come to be printed.
func forms(b []byte) []string {
	decimal := strings.Trim(fmt.Sprint(b), "[]")
	return []string{string(b), hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), fmt.Sprintf("% x", b),
		decimal, strings.ReplaceAll(decimal, " ", ","), base64.StdEncoding.EncodeToString(b)[:40],
		strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", b), "[]byte{"), "}")}
}

// printed is x in every form that a program might give it on the way to a log.
func printed(x any) (all []string) {
	for _, verb := range "vsdxXqcbopUeEfFgGtT" {
		for _, flag := range []string{"", "+", "#", " "} {
			all = append(all, fmt.Sprintf("%"+flag+string(verb), x))
		}
	}
	j, _ := json.Marshal(x)
	m, _ := xml.Marshal(x)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("", "x", x)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("", "x", x)
	return append(all, string(j), string(m), log.String(), fmt.Errorf("%v", x).Error())
}

func deref[T any](p *T) any { return *p }

func TestSecretsAreNotPrinted(t *testing.T) {
	td := fixedTrapdoor(t, P256(), 0)
	g := instantiate(t, Config{Points: td.Points()})
	read(t, g, 5)
	secrets := append(forms(td.RecoveryKey()), forms(g.s.s)...)
	type holder struct {
		G *Generator
		g *Generator
		T *Trapdoor
		t Trapdoor
		P *Points
	}
	for name, x := range map[string]any{
		"*Generator": g, "Generator": deref(g), "**Generator": &g, "*Trapdoor": td, "Trapdoor": *td,
		"[]*Trapdoor": []*Trapdoor{td}, "map": map[string]any{"g": g, "t": td},
		"holder": holder{g, g, td, *td, td.Points()}, "*holder": &holder{g, g, td, *td, td.Points()},
	} {
		for _, text := range printed(x) {
			for i, secret := range secrets {
				if strings.Contains(text, secret) {
					t.Fatalf("%s prints secret %d: %.300s", name, i, text)
				}
			}
		}
	}
	// The search finds what is printed.
	if text := fmt.Sprint(g.s.s); !strings.Contains(text, secrets[len(secrets)/2+4]) {
		t.Errorf("the secret is not found in %s", text)
	}
}

func TestPrinting(t *testing.T) {
	p := P256().Standard()
	g := instantiate(t, Config{Points: p})
	td := newTrapdoor(Tiny().Standard(), []byte{0, 17})
	text, err := json.Marshal(map[string]any{"g": g, "t": td})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ got, want string }{
		{fmt.Sprint(g), "dualec.Generator(P-256, 16 bits dropped, x(Q) c97445f45cdef9f0)"},
		{fmt.Sprintf("%x", td), "dualec.Trapdoor(tiny, 4 bits dropped, x(Q) 095c)"},
		{g.LogValue().String(), fmt.Sprint(g)},
		{td.LogValue().String(), fmt.Sprint(*td)},
		{fmt.Sprint(new(Generator)), "dualec.Generator(none)"},
		{fmt.Sprint(new(Trapdoor)), "dualec.Trapdoor(none)"},
		{string(text), fmt.Sprintf(`{"g":"%v","t":"%v"}`, g, td)},
	} {
		if c.got != c.want {
			t.Errorf("prints %q, want %q", c.got, c.want)
		}
	}
}
