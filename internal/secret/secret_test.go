package secret

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"doormat/internal/testing/printed"
)

type (
	hidden[T any] = Hidden[T]
	named[T any]  = Named[T]

	key struct {
		hidden[key]
		K [16]byte
	}
	agent struct {
		named[agent]
		K []byte
	}
	device struct {
		hidden[device]
		K []byte
	}
)

// MarshalBinary is what an encoder of text would take for want of MarshalText.
func (d *device) MarshalBinary() ([]byte, error) { return d.K, nil }

var secret = []byte("this is a secret")

func TestSecretsAreNotPrinted(t *testing.T) {
	for _, x := range []any{struct{ K [16]byte }{[16]byte(secret)}, struct{ K []byte }{secret}} {
		if printed.Leak(x, secret) == "" {
			t.Fatalf("%T without the embedded type shows nothing: the test proves nothing", x)
		}
	}
	for want, x := range map[string]any{
		"secret.key(hidden)":    key{K: [16]byte(secret)},
		"secret.agent(NIST)":    agent{Name[agent]("NIST"), secret},
		"secret.agent(none)":    agent{K: secret},
		"secret.device(hidden)": &device{K: secret},
	} {
		if leak := printed.Leak(x, secret); leak != "" {
			t.Errorf("%s: %s", want, leak)
		}
		for _, text := range printed.All(x) {
			if !strings.Contains(text, want) {
				t.Errorf("prints %q, want %q", text, want)
			}
		}
	}
}

// A Hidden costs a key neither room nor the comparison with another.
func TestHiddenTakesNoRoom(t *testing.T) {
	if got := unsafe.Sizeof(key{}); got != 16 {
		t.Errorf("a key of 16 bytes takes %d", got)
	}
	if a, b := (key{K: [16]byte(secret)}), (key{K: [16]byte(secret)}); a == (key{}) || a != b {
		t.Error("keys do not compare as their bytes do")
	}
}

func TestNilPointers(t *testing.T) {
	if got := fmt.Sprint([]any{(*key)(nil), (*agent)(nil)}); got != "[<nil> <nil>]" {
		t.Errorf("nil pointers print as %s", got)
	}
}
