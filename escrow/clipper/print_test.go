package clipper

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

func TestSecretsAreNotPrinted(t *testing.T) {
	w := newWorld(t, 1)
	k, family := newKey(), w.family.Key()
	a, b := w.halves(t, 1)
	unit, err := RecoverUnitKey(a, b)
	if err != nil {
		t.Fatal(err)
	}
	var secrets []string
	for _, key := range [][]byte{k[:], unit[:], family[:], a.Key[:]} {
		decimal := strings.Trim(fmt.Sprint(key), "[]")
		secrets = append(secrets, string(key), hex.EncodeToString(key), strings.ToUpper(hex.EncodeToString(key)), fmt.Sprintf("% x", key),
			decimal, strings.ReplaceAll(decimal, " ", ","), fmt.Sprintf("%#v", key)[7:40], base64.StdEncoding.EncodeToString(key)[:12])
	}
	secrets = append(secrets, w.nist.StorageKey())
	s := w.chips[1].Load(k)
	generate(t, s)
	for _, x := range []any{k, &k, unit, &unit, family, &family, a, &a, w.nist, w.chips[1], *w.chips[1], s, *s, w.family,
		[]SessionKey{k}, map[string]Half{"x": a}, struct{ K any }{unit}, struct{ F FamilyKey }{family}} {
		var out []string
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			out = append(out, fmt.Sprintf(verb, x))
		}
		j, _ := json.Marshal(x)
		m, _ := xml.Marshal(x)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("", "x", x)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("", "x", x)
		for _, text := range append(out, string(j), string(m), log.String()) {
			for i, secret := range secrets {
				if strings.Contains(text, secret) {
					t.Errorf("%T prints secret %d: %.200s", x, i, text)
				}
			}
		}
	}
	for want, x := range map[string]any{
		"clipper.SessionKey(hidden)": k, "clipper.UnitKey(hidden)": unit, "clipper.FamilyKey(hidden)": family,
		"clipper.Half(NIST's, of unit 00000001)": a, "clipper.Agent(NIST)": w.nist, "clipper.Chip(sealed)": w.chips[1],
		"clipper.Session(sealed)": s, "clipper.Family(hidden)": w.family,
	} {
		j, err := json.Marshal(x)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("", "x", x)
		if got := fmt.Sprintf("%x", x); got != want || err != nil || string(j) != `"`+want+`"` || !strings.Contains(log.String(), want) {
			t.Errorf("prints %s, %s, %v, %s; want %s", got, j, err, &log, want)
		}
	}
}
