package agetoken_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"doormat/noescrow/agetoken"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// issuer is that of the first vector of RFC 9578: a program calls NewIssuer.
func issuer() *agetoken.Issuer {
	b, err := os.ReadFile("testdata/rfc9578.json")
	check(err)
	var all []struct{ SkS string }
	check(json.Unmarshal(b, &all))
	key, err := hex.DecodeString(all[0].SkS)
	check(err)
	i, err := agetoken.ParseIssuer(string(key))
	check(err)
	return i
}

// Ana fetches two tokens, and spends one at a site. What travels is bytes.
func Example() {
	state := issuer()
	key, err := agetoken.ParsePublicKey(state.PublicKey().Bytes()) // as it is published, for everyone
	check(err)
	challenge, err := agetoken.Challenge{Issuer: "age.example"}.Bytes()
	check(err)

	// Ana's phone asks, when Ana has shown a document.
	phone, err := agetoken.NewWallet(key, challenge)
	check(err)
	batch, err := phone.Request(2)
	check(err)
	n, err := agetoken.BatchSize(batch)
	check(err)
	fmt.Printf("the issuer notes: Ana, %d tokens\n", n)
	responses, err := state.SignBatch(batch)
	check(err)
	check(phone.Finish(responses))

	// Days later, at a site.
	gate, err := agetoken.NewGate(key, challenge, new(agetoken.Spent))
	check(err)
	token, err := phone.Take()
	check(err)
	fmt.Printf("the site notes: a token of %d bytes, under the key %v\n", len(token.Bytes()), token.KeyID())
	fmt.Println("admitted:", gate.Admit(token.Bytes()) == nil)
	fmt.Println("again:", gate.Admit(token.Bytes()))

	// Output:
	// the issuer notes: Ana, 2 tokens
	// the site notes: a token of 354 bytes, under the key ca572f8982a9ca24…
	// admitted: true
	// again: agetoken: the token has been spent
}
