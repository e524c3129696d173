package weakcipher

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"doormat/internal/testing/printed"
)

func TestSecretsAreNotPrinted(t *testing.T) {
	marker := []byte("a secret!!")
	for want, x := range map[string]any{
		"weakcipher.ExportSecret(hidden)": ExportSecret{b: [5]byte(marker)},
		"weakcipher.DES40Key(hidden)":     DES40Key{b: [5]byte(marker)},
		"weakcipher.TEA1Key(hidden)":      TEA1Key{b: [10]byte(marker)},
		"weakcipher.TEA1Register(hidden)": newTEA1Register(0x61207365),
		"weakcipher.GEA1Key(hidden)":      GEA1Key{b: [8]byte(marker)},
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

// A secret comes out as it went in, and has one length.
func TestParseSecrets(t *testing.T) {
	b := []byte("a secret!!")
	for want, parse := range map[string]func(b []byte) ([]byte, error){
		"an export secret of 5": func(b []byte) ([]byte, error) { k, err := ParseExportSecret(b); return k.Bytes(), err },
		"a DES key of 5":        func(b []byte) ([]byte, error) { k, err := ParseDES40Key(b); return k.Bytes(), err },
		"a TEA1 key of 10":      func(b []byte) ([]byte, error) { k, err := ParseTEA1Key(b); return k.Bytes(), err },
		"a TEA1 register of 4":  func(b []byte) ([]byte, error) { k, err := ParseTEA1Register(b); return k.Bytes(), err },
		"a GEA-1 key of 8":      func(b []byte) ([]byte, error) { k, err := ParseGEA1Key(b); return k.Bytes(), err },
	} {
		size := 0
		for n := range 11 {
			got, err := parse(b[:n])
			switch want := fmt.Sprintf("weakcipher: expected %s bytes, found %d", want, n); {
			case err == nil && bytes.Equal(got, b[:n]):
				size = n
			case err == nil || err.Error() != want:
				t.Errorf("%d bytes: %x, %v; want %s", n, got, err, want)
			}
		}
		if !strings.HasSuffix(want, fmt.Sprintf(" %d", size)) {
			t.Errorf("%s: has %d bytes", want, size)
		}
	}
}
