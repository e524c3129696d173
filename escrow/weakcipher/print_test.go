package weakcipher

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretsAreNotPrinted(t *testing.T) {
	marker := []byte("a secret!!")
	for want, x := range map[string]any{
		"weakcipher.ExportSecret(secret)": ExportSecret(marker[:5]),
		"weakcipher.DES40Key(secret)":     DES40Key(marker[:5]),
		"weakcipher.TEA1Key(secret)":      TEA1Key(marker),
		"weakcipher.TEA1Register(secret)": TEA1Register(0x61207365),
		"weakcipher.GEA1Key(secret)":      GEA1Key(marker[:8]),
	} {
		var all []string
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			all = append(all, fmt.Sprintf(verb, x), fmt.Sprintf(verb, []any{x}), fmt.Sprintf(verb, struct{ K any }{x}))
		}
		j, err := json.Marshal(map[string]any{"key": x})
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("", "x", x)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("", "x", x)
		for _, text := range append(all, string(j), log.String()) {
			if !strings.Contains(text, want) {
				t.Errorf("%q, want %q", text, want)
			}
			for _, secret := range []string{"a se", "61207365", "97 32 115", "97, 32", "1629516645"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s prints %q", want, text)
				}
			}
		}
	}
}
