package attacks

import (
	"fmt"
	"io"
	"log/slog"
)

// A SystemName is embedded in every system: it is its name. Printing the system prints that name, and
// none of the keys that are in the system too.
type SystemName string

// Name returns the name.
func (n SystemName) Name() string { return string(n) }

// Format implements [fmt.Formatter] for every verb.
func (n SystemName) Format(f fmt.State, _ rune) { io.WriteString(f, "attacks.System("+string(n)+")") }

// LogValue implements [slog.LogValuer] as Format does.
func (n SystemName) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(n)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (n SystemName) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(n)), nil }
