package agetoken

import (
	"sync"
	"testing"

	"doormat/internal/testing/vectors"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rfc9578 are the vectors of RFC 9578, Appendix A.2: the keys are PEM and DER.
func rfc9578(t testing.TB) (all []struct {
	SkS       vectors.Bytes
	PkS       vectors.Bytes
	Challenge vectors.Bytes `json:"token_challenge"`
	Nonce     vectors.Bytes
	Blind     vectors.Bytes
	Salt      vectors.Bytes
	Request   vectors.Bytes `json:"token_request"`
	Response  vectors.Bytes `json:"token_response"`
	Token     vectors.Bytes
}) {
	t.Helper()
	vectors.Read(t, "testdata/rfc9578.json", &all)
	return all
}

// testIssuer is that of the first vector: drawing a key takes a third of a second.
func testIssuer(t testing.TB) *Issuer {
	t.Helper()
	i, err := ParseIssuer(string(rfc9578(t)[0].SkS))
	check(t, err)
	return i
}

// drawn is an issuer whose key is drawn once, as it takes a third of a second.
var drawn = sync.OnceValues(NewIssuer)

// otherIssuer has a key of its own.
func otherIssuer(t testing.TB) *Issuer {
	t.Helper()
	i, err := drawn()
	check(t, err)
	return i
}

// A world is an issuer, a phone and the sites' list.
type world struct {
	issuer    *Issuer
	challenge []byte
	wallet    *Wallet
	spent     *Spent
	gate      *Gate
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{issuer: testIssuer(t), spent: new(Spent)}
	var err error
	w.challenge, err = Challenge{Issuer: "issuer.example"}.Bytes()
	check(t, err)
	w.wallet, err = NewWallet(w.issuer.PublicKey(), w.challenge)
	check(t, err)
	w.gate, err = NewGate(w.issuer.PublicKey(), w.challenge, w.spent)
	check(t, err)
	return w
}

// fetch puts n tokens into the wallet.
func (w *world) fetch(t testing.TB, n int) {
	t.Helper()
	batch, err := w.wallet.Request(n)
	check(t, err)
	responses, err := w.issuer.SignBatch(batch)
	check(t, err)
	check(t, w.wallet.Finish(responses))
}

func (w *world) take(t testing.TB) Token {
	t.Helper()
	token, err := w.wallet.Take()
	check(t, err)
	return token
}
