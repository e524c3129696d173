package threshold

import (
	"fmt"
	"io"
	"log/slog"
)

// Whatever holds a secret prints what it is, and no secret, in every verb and encoding.

func (s Share) name() string { return fmt.Sprintf("threshold.Share(of agent %d)", s.agent) }

// Format implements [fmt.Formatter].
func (s Share) Format(f fmt.State, _ rune) { io.WriteString(f, s.name()) }

// LogValue implements [slog.LogValuer].
func (s Share) LogValue() slog.Value { return slog.StringValue(s.name()) }

// MarshalText implements [encoding.TextMarshaler].
func (s Share) MarshalText() ([]byte, error) { return []byte(s.name()), nil }

func (k Key) name() string {
	if k.x == nil {
		return "threshold.Key(none)"
	}
	return fmt.Sprintf("threshold.Key(%s)", k.JointKey())
}

// Format implements [fmt.Formatter].
func (k Key) Format(f fmt.State, _ rune) { io.WriteString(f, k.name()) }

// LogValue implements [slog.LogValuer].
func (k Key) LogValue() slog.Value { return slog.StringValue(k.name()) }

// MarshalText implements [encoding.TextMarshaler].
func (k Key) MarshalText() ([]byte, error) { return []byte(k.name()), nil }

func (a Agent) name() string { return fmt.Sprintf("threshold.Agent(%d)", a.share.agent) }

// Format implements [fmt.Formatter].
func (a Agent) Format(f fmt.State, _ rune) { io.WriteString(f, a.name()) }

// LogValue implements [slog.LogValuer].
func (a Agent) LogValue() slog.Value { return slog.StringValue(a.name()) }

// MarshalText implements [encoding.TextMarshaler].
func (a Agent) MarshalText() ([]byte, error) { return []byte(a.name()), nil }

func (i Issuer) name() string {
	if i.private == nil {
		return "threshold.Issuer(none)"
	}
	return fmt.Sprintf("threshold.Issuer(%x…)", []byte(i.PublicKey()[:4]))
}

// Format implements [fmt.Formatter].
func (i Issuer) Format(f fmt.State, _ rune) { io.WriteString(f, i.name()) }

// LogValue implements [slog.LogValuer].
func (i Issuer) LogValue() slog.Value { return slog.StringValue(i.name()) }

// MarshalText implements [encoding.TextMarshaler].
func (i Issuer) MarshalText() ([]byte, error) { return []byte(i.name()), nil }

// String returns the beginning of the key in hexadecimal.
func (k JointKey) String() string {
	if k.y == nil {
		return "none"
	}
	return fmt.Sprintf("%x…", k.Bytes()[:4])
}
