package weakcipher

import (
	"fmt"
	"io"
	"log/slog"
)

// Printing a secret prints what it is, by every verb and on every way to a log.

type (
	// ExportSecret is the secret part of an export RC4 key: 40 bits of its 128.
	ExportSecret [5]byte
	// DES40Key is the secret part of an export DES key: 40 bits of its 56.
	DES40Key [5]byte
	// TEA1Key is the key that a radio is given: 80 bits.
	TEA1Key [10]byte
	// TEA1Register is what TEA1 makes of its key, and all that it uses of it: 32 bits.
	TEA1Register uint32
	// GEA1Key is the key that a SIM and its network agree on: 64 bits.
	GEA1Key [8]byte
)

func redact(f fmt.State, what string) { io.WriteString(f, "weakcipher."+what+"(secret)") }

// Format implements [fmt.Formatter]: every verb prints no secret.
func (ExportSecret) Format(f fmt.State, _ rune) { redact(f, "ExportSecret") }

// Format implements [fmt.Formatter]: every verb prints no secret.
func (DES40Key) Format(f fmt.State, _ rune) { redact(f, "DES40Key") }

// Format implements [fmt.Formatter]: every verb prints no secret.
func (TEA1Key) Format(f fmt.State, _ rune) { redact(f, "TEA1Key") }

// Format implements [fmt.Formatter]: every verb prints no secret.
func (TEA1Register) Format(f fmt.State, _ rune) { redact(f, "TEA1Register") }

// Format implements [fmt.Formatter]: every verb prints no secret.
func (GEA1Key) Format(f fmt.State, _ rune) { redact(f, "GEA1Key") }

// LogValue implements [slog.LogValuer] as Format does.
func (k ExportSecret) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// LogValue implements [slog.LogValuer] as Format does.
func (k DES40Key) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// LogValue implements [slog.LogValuer] as Format does.
func (k TEA1Key) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// LogValue implements [slog.LogValuer] as Format does.
func (k TEA1Register) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// LogValue implements [slog.LogValuer] as Format does.
func (k GEA1Key) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k ExportSecret) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k DES40Key) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k TEA1Key) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k TEA1Register) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k GEA1Key) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }
