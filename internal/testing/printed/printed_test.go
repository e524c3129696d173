package printed

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"slices"
	"strings"
	"testing"
)

var secret = []byte("\x00a\xff \"[\xc3\xa9 secret of 32 bytes \x80\xfe\xfd'<>")

func find(t *testing.T, what, text string) {
	t.Helper()
	if !slices.ContainsFunc(forms(secret), func(form string) bool { return strings.Contains(text, form) }) {
		t.Errorf("%s: the secret is not found in %q", what, text)
	}
}

// Whatever a secret is held as, its beginning is found in each form.
func TestEachFormIsFound(t *testing.T) {
	begin := secret[:8]
	type text string
	for _, x := range []any{begin, [8]byte(begin), string(begin), text(begin)} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%+q", "%x", "%X", "% x", "% X", "%#x", "%#X", "%# x", "%# X"} {
			find(t, format, fmt.Sprintf(format, x))
		}
	}
	for _, x := range []any{begin, [8]byte(begin)} {
		for _, format := range []string{"%d", "%c", "%b", "%o", "%#o", "%O", "%U"} {
			find(t, format, fmt.Sprintf(format, x))
		}
	}
	array, _ := json.Marshal([8]byte(begin))
	find(t, "JSON of an array", string(array))
	for before := range 4 {
		find(t, "base64", base64.StdEncoding.EncodeToString(append(make([]byte, before), begin...)))
	}
}

func TestNumbersAreFound(t *testing.T) {
	reversed := slices.Clone(secret)
	slices.Reverse(reversed)
	for _, bytes := range [][]byte{secret, reversed} {
		n := new(big.Int).SetBytes(bytes)
		for _, format := range []string{"%v", "%x", "%X"} {
			find(t, format, fmt.Sprintf(format, n))
		}
	}
}

// The types below show the secret in one way only.
type (
	hidden   struct{}
	inFormat struct{ format string }
	inText   struct{ hidden }
	inXML    struct{ hidden }
	inLog    struct {
		hidden
		value any
	}
	inJSON    struct{}
	inPointer struct{}
	byPointer struct{ K []byte }
)

func show(f fmt.State, when bool) {
	if when {
		fmt.Fprintf(f, "%x", secret)
	} else {
		io.WriteString(f, "hidden")
	}
}

func (hidden) Format(f fmt.State, _ rune)        { show(f, false) }
func (hidden) LogValue() slog.Value              { return slog.StringValue("hidden") }
func (hidden) MarshalText() ([]byte, error)      { return []byte("hidden"), nil }
func (x inFormat) Format(f fmt.State, verb rune) { show(f, fmt.FormatString(f, verb) == x.format) }
func (inText) MarshalText() ([]byte, error)      { return fmt.Appendf(nil, "%x", secret), nil }
func (x inLog) LogValue() slog.Value             { return slog.AnyValue(x.value) }
func (inJSON) MarshalJSON() ([]byte, error)      { return json.Marshal(secret) }
func (inPointer) Format(f fmt.State, _ rune)     { show(f, false) }
func (*inPointer) MarshalText() ([]byte, error)  { return fmt.Appendf(nil, "%x", secret), nil }
func (*byPointer) MarshalText() ([]byte, error)  { return []byte("hidden"), nil }
func (*byPointer) Format(f fmt.State, _ rune)    { show(f, false) }
func (inXML) MarshalXML(*xml.Encoder, xml.StartElement) error {
	return fmt.Errorf("this error shows %x", secret)
}

func TestEachWayIsTried(t *testing.T) {
	for _, verb := range "vsdxXqcboOUeEfFgGt" {
		for _, flags := range []string{"", "+", "#", " ", "0", "-", "+#", " #"} {
			if format := "%" + flags + string(verb); Leak(inFormat{format}, secret) == "" {
				t.Errorf("%s is not tried", format)
			}
		}
	}
	for what, x := range map[string]any{
		"MarshalText": inText{}, "JSON": inJSON{}, "XML": inXML{}, "a pointer": inPointer{}, "a copy": &byPointer{secret},
		"slog's text": inLog{value: inFormat{"%+v"}}, "slog's JSON": inLog{value: inJSON{}},
	} {
		if leak := Leak(x, []byte("another secret"), secret); !strings.Contains(leak, "⟦secret 1⟧") {
			t.Errorf("%s is not tried: %q", what, leak)
		}
	}
}

func TestNothingIsFound(t *testing.T) {
	for _, x := range []any{hidden{}, &hidden{}, "hidden", struct{ K *[]byte }{}, map[string]any{"x": hidden{}}} {
		if leak := Leak(x, secret, []byte("another secret")); leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
	for _, text := range All(hidden{}) {
		if !strings.Contains(text, "hidden") {
			t.Errorf("prints %q", text)
		}
	}
	if Leak(hidden{}) == "" {
		t.Error("a search for no secrets finds none")
	}
}
