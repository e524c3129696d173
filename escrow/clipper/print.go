package clipper

import (
	"fmt"
	"io"
	"log/slog"
)

// Nothing in this file prints a key. Whoever wants to see one slices it: k[:].

// Format implements [fmt.Formatter]: no verb prints the key.
func (SessionKey) Format(f fmt.State, _ rune) { io.WriteString(f, "clipper.SessionKey(hidden)") }

// LogValue implements [slog.LogValuer] as Format does.
func (k SessionKey) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k SessionKey) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }

// Format implements [fmt.Formatter]: no verb prints the key.
func (UnitKey) Format(f fmt.State, _ rune) { io.WriteString(f, "clipper.UnitKey(hidden)") }

// LogValue implements [slog.LogValuer] as Format does.
func (k UnitKey) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k UnitKey) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }

// Format implements [fmt.Formatter]: no verb prints the key.
func (FamilyKey) Format(f fmt.State, _ rune) { io.WriteString(f, "clipper.FamilyKey(hidden)") }

// LogValue implements [slog.LogValuer] as Format does.
func (k FamilyKey) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k FamilyKey) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }

// Format implements [fmt.Formatter]: every verb prints whose half it is, of what, and no key.
func (h Half) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "clipper.Half(%s's, of unit %v)", h.Agent, h.Unit)
}

// LogValue implements [slog.LogValuer] as Format does.
func (h Half) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(h)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (h Half) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(h)), nil }

// Format implements [fmt.Formatter]: every verb prints the name and no key.
func (a *Agent) Format(f fmt.State, _ rune) { io.WriteString(f, "clipper.Agent("+a.name+")") }

// LogValue implements [slog.LogValuer] as Format does.
func (a *Agent) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(a)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (a *Agent) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(a)), nil }

// Format implements [fmt.Formatter]: no verb prints what is in the chip.
func (Chip) Format(f fmt.State, _ rune) { io.WriteString(f, "clipper.Chip(sealed)") }

// LogValue implements [slog.LogValuer] as Format does.
func (c Chip) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (c Chip) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(c)), nil }

// Format implements [fmt.Formatter]: no verb prints what is in the chip.
func (Session) Format(f fmt.State, _ rune) { io.WriteString(f, "clipper.Session(sealed)") }

// LogValue implements [slog.LogValuer] as Format does.
func (s Session) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (s Session) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(s)), nil }

// Format implements [fmt.Formatter]: no verb prints the family key.
func (*Family) Format(f fmt.State, _ rune) { io.WriteString(f, "clipper.Family(hidden)") }

// LogValue implements [slog.LogValuer] as Format does.
func (x *Family) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(x)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (x *Family) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(x)), nil }
