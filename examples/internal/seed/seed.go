// Package seed makes a demonstration repeat: every key and nonce of the process then depends on a label.
package seed

import (
	"crypto/rand"
	"crypto/sha256"
	mathrand "math/rand/v2"
	"sync"
)

// Use makes every key and nonce of this process depend on the label alone. The function that it returns ends
// that. Only a demonstration may do so. No two callers may do so at once.
func Use(label string) (restore func()) {
	before := rand.Reader
	rand.Reader = &reader{r: mathrand.NewChaCha8(sha256.Sum256([]byte(label)))}
	return func() { rand.Reader = before }
}

// A reader is safe for concurrent use, like crypto/rand's own reader. It does not determine which of several
// concurrent calls returns which bytes; bytes drawn after those calls are determined.
type reader struct {
	mu sync.Mutex
	r  *mathrand.ChaCha8
}

func (s *reader) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(b)
}
