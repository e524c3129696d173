package escrow

import "doormat/internal/hpke"

// What the other tests know of this package's own scheme, in the shape they use it.

type parsedEnvelope struct{ head, field, body, inner []byte }

func parseEnvelope(b []byte) (p parsedEnvelope, err error) {
	e, err := ownScheme.parse(b)
	if err != nil {
		return p, err
	}
	return parsedEnvelope{e.head, e.Field, e.body, e.inner}, nil
}

func ownKey(k *hpke.PublicKey) PublicKey {
	p, err := parseKey(k.Bytes())
	if err != nil {
		panic(err)
	}
	return p
}

func makeField(k *hpke.PublicKey, s seed) ([]byte, messageKey) {
	x := s.expand()
	return x.field(ownKey(k), nil), x.key
}

func isFieldOf(field []byte, k *hpke.PublicKey, s seed) bool {
	x := s.expand()
	return x.makes(field, ownKey(k), nil)
}

func head(field, body []byte) []byte { return ownScheme.head(field, body) }
