package sakke

import (
	"fmt"
	"io"
	"log/slog"
)

// Format implements [fmt.Formatter]: every verb prints the name and no secret.
func (k KMS) Format(f fmt.State, _ rune) { io.WriteString(f, "sakke.KMS("+k.name+")") }

// LogValue implements [slog.LogValuer] as Format does.
func (k KMS) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k KMS) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }

// Format implements [fmt.Formatter]: every verb prints the type.
func (MasterSecret) Format(f fmt.State, _ rune) { io.WriteString(f, "sakke.MasterSecret(…)") }

// LogValue implements [slog.LogValuer] as Format does.
func (s MasterSecret) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (s MasterSecret) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(s)), nil }

// Format implements [fmt.Formatter]: every verb prints the type.
func (AuthenticationSecret) Format(f fmt.State, _ rune) {
	io.WriteString(f, "sakke.AuthenticationSecret(…)")
}

// LogValue implements [slog.LogValuer] as Format does.
func (a AuthenticationSecret) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(a)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (a AuthenticationSecret) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(a)), nil }

// Format implements [fmt.Formatter]: every verb prints whose key it is.
func (k ReceiverKey) Format(f fmt.State, _ rune) { formatKey(f, "ReceiverKey", k.id) }

// LogValue implements [slog.LogValuer] as Format does.
func (k ReceiverKey) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k ReceiverKey) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }

// Format implements [fmt.Formatter]: every verb prints whose key it is.
func (k SigningKey) Format(f fmt.State, _ rune) { formatKey(f, "SigningKey", k.id) }

// LogValue implements [slog.LogValuer] as Format does.
func (k SigningKey) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k SigningKey) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }

func formatKey(f fmt.State, name string, id Identifier) {
	whose := "none"
	if id != "" {
		whose = id.String()
	}
	io.WriteString(f, "sakke."+name+"("+whose+")")
}

// Format implements [fmt.Formatter]: every verb prints the type.
func (SSV) Format(f fmt.State, _ rune) { io.WriteString(f, "sakke.SSV(…)") }

// LogValue implements [slog.LogValuer] as Format does.
func (s SSV) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (s SSV) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(s)), nil }

// Format implements [fmt.Formatter]: every verb prints the type.
func (Session) Format(f fmt.State, _ rune) { io.WriteString(f, "sakke.Session(…)") }

// LogValue implements [slog.LogValuer] as Format does.
func (s Session) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (s Session) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(s)), nil }

// Format implements [fmt.Formatter]: every verb prints the number and no secret.
func (p Phone) Format(f fmt.State, _ rune) { io.WriteString(f, "sakke.Phone("+p.telephone+")") }

// LogValue implements [slog.LogValuer] as Format does.
func (p Phone) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(p)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (p Phone) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(p)), nil }
