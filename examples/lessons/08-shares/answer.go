package shares

import (
	"math/big"

	"doormat/examples/lessons/lesson"
)

// Combine returns the secret of which these are the shares: f(0) modulo Order, for the polynomial f of
// the smallest degree with f(share.Agent) = share.Value for each of them. There are as many shares as it
// takes. The secret is from 0 to Order-1.
func Combine(s []Share) (*big.Int, error) {
	return nil, lesson.ErrTODO
}

// Explain gets one share fewer than it takes, and any secret. It returns one more share, of an agent of
// whom there is none among them, numbered 1 or more, so that all together combine to that secret.
func Explain(s []Share, secret *big.Int) (Share, error) {
	return Share{}, lesson.ErrTODO
}
