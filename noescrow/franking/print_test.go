package franking

import (
	"testing"

	"doormat/internal/testing/printed"
)

func TestSecretsAreNotPrinted(t *testing.T) {
	p := NewProvider()
	a, _ := SealAttachment(nil)
	for _, x := range []any{p, *p, []*Provider{p}} {
		if leak := printed.Leak(x, p.key[:]); leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
	for _, x := range []any{a, Message{Attachments: []Attachment{a}}} {
		if leak := printed.Leak(x, a.key[:]); leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
}
