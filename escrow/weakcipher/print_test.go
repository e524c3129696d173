package weakcipher

import (
	"strings"
	"testing"

	"doormat/internal/printed"
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
		if leak := printed.Leak(x, marker[:4]); leak != "" {
			t.Errorf("%s: %s", want, leak)
		}
		for _, text := range printed.All(x) {
			if !strings.Contains(text, want) {
				t.Errorf("%q, want %q", text, want)
			}
		}
	}
}
