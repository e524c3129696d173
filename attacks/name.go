package attacks

import (
	"fmt"
	"io"
	"log/slog"
)

// A systemName is what all systems have in them. Printing a system prints its name, and none of the
// keys that are in it too.
type systemName string

func (n systemName) Name() string { return string(n) }

// Format implements [fmt.Formatter] for every verb.
func (n systemName) Format(f fmt.State, _ rune) { io.WriteString(f, "attacks.System("+string(n)+")") }

// LogValue implements [slog.LogValuer] as Format does.
func (n systemName) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(n)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (n systemName) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(n)), nil }
