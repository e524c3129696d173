// Package fortybits is lesson 09: search a key that was made weak (export RC4).
package fortybits

import (
	"fmt"
	"os"
	"time"

	"doormat/examples/lessons/lesson"
)

// FirstLine is what a server's text begins with.
const FirstLine = "HTTP/1.0 200 OK\r\n"

// Play calls [Search], and prints how long a search of the full 40 bits takes at its speed. A puzzle is
// {"Client": 27 bytes, "Server": 16 bytes, "Stream": bytes, "Bits": 18}, all bytes in base64, an answer the
// number.
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var p struct {
		Client, Server, Stream []byte
		Bits                   int
	}
	if err := lesson.Unpack(puzzle, &p); err != nil {
		return nil, err
	}
	start := time.Now()
	secret, err := Search(p.Client, p.Server, p.Stream, p.Bits)
	if err != nil {
		return nil, err
	}
	took := time.Since(start)
	fmt.Fprintf(os.Stdout, "key %d found after %s; at this speed, 2^40 keys take %s\n",
		secret, took.Round(time.Millisecond), words(took.Seconds()/(float64(secret)+1)*(1<<40)))
	return lesson.Pack(secret), nil
}

// words says how long so many seconds are.
func words(seconds float64) string {
	for _, unit := range []struct {
		name    string
		seconds float64
	}{{"years", 365.25 * 86400}, {"days", 86400}, {"hours", 3600}, {"minutes", 60}} {
		if n := seconds / unit.seconds; n >= 2 {
			return fmt.Sprintf("%.0f %s", n, unit.name)
		}
	}
	return fmt.Sprintf("%.0f seconds", seconds)
}
