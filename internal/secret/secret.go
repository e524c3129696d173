// Package secret keeps keys out of what a program prints. A struct that embeds [Hidden] or [Named]
// prints its type's name and no field, under every verb of package fmt, as text, JSON or XML, and
// in a log.
//
// The parameter T is the struct itself. A public package embeds through an alias of its own, so
// that neither the embedded field nor a type of this package can be named by an importer:
//
//	type hidden[T any] = secret.Hidden[T]
//
//	type SessionKey struct {
//		hidden[SessionKey]
//		k [10]byte
//	}
//
//	fmt.Print(SessionKey{}) // clipper.SessionKey(hidden)
//
// Package fmt calls no method of a value in another struct's unexported field, and none under %p.
// What must not show even there stands behind a pointer, which prints as an address.
package secret

import (
	"fmt"
	"io"
	"log/slog"
	"reflect"
)

// Hidden makes the struct T print "package.T(hidden)".
type Hidden[T any] struct{}

// Format implements [fmt.Formatter] for every verb.
func (Hidden[T]) Format(f fmt.State, _ rune) { io.WriteString(f, text[T]("hidden")) }

// LogValue implements [slog.LogValuer].
func (Hidden[T]) LogValue() slog.Value { return slog.StringValue(text[T]("hidden")) }

// MarshalText implements [encoding.TextMarshaler]. Without it, encoders of text would use
// MarshalBinary where T has one.
func (Hidden[T]) MarshalText() ([]byte, error) { return []byte(text[T]("hidden")), nil }

// Named makes the struct T print "package.T(name)", where the name says which one it is and is no
// secret. The zero Named prints "package.T(none)".
type Named[T any] struct{ name string }

// Name returns the part to embed in a T of this name. The name does not change later.
func Name[T any](name string) Named[T] { return Named[T]{name} }

func (n Named[T]) text() string {
	if n.name == "" {
		return text[T]("none")
	}
	return text[T](n.name)
}

// Format implements [fmt.Formatter] for every verb.
func (n Named[T]) Format(f fmt.State, _ rune) { io.WriteString(f, n.text()) }

// LogValue implements [slog.LogValuer].
func (n Named[T]) LogValue() slog.Value { return slog.StringValue(n.text()) }

// MarshalText implements [encoding.TextMarshaler], for the reason given at Hidden's.
func (n Named[T]) MarshalText() ([]byte, error) { return []byte(n.text()), nil }

func text[T any](which string) string { return reflect.TypeFor[T]().String() + "(" + which + ")" }
