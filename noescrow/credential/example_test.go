package credential_test

import (
	"fmt"
	"log"
	"time"

	"doormat/noescrow/credential"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Ana shows a document once, and to each site that she is of age. What travels is bytes.
func Example() {
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	issuer := credential.NewIssuer()
	key, err := credential.ParsePublicKey(issuer.PublicKey().Bytes()) // as it is published, for everyone
	check(err)
	signed, err := issuer.Issue(credential.Person{Name: "Ana", Born: time.Date(1990, 5, 1, 0, 0, 0, 0, time.UTC), Number: "L01X00T47"}, at)
	check(err)
	phone, err := credential.Take(key, signed, at)
	check(err)

	// At a site, which has made a nonce for this connection.
	const site = "wine.example"
	nonce := []byte("5f0c2a91b0d7714e")
	shown, err := phone.Show(site, nonce)
	check(err)
	p, err := credential.Admit(key, site, nonce, shown, at)
	check(err)
	for _, a := range []credential.Attribute{credential.Name, credential.Born, credential.Number, credential.Over18, credential.Until} {
		if value, ok := p.Value(a); ok {
			fmt.Printf("the site sees %v: %s\n", a, value)
		}
	}
	fmt.Printf("and a proof of %d bytes\n", len(p.Proof()))

	// The site cannot show it to another, whose nonce it has passed on. A site that asks for more sees who is there.
	_, err = credential.Admit(key, "poker.example", nonce, shown, at)
	fmt.Println(err)
	shown, err = phone.Show(site, nonce, credential.Born, credential.Name)
	check(err)
	p, err = credential.Admit(key, site, nonce, shown, at)
	check(err)
	name, _ := p.Value(credential.Name)
	fmt.Println("when asked for more:", name)

	// Output:
	// the site sees over 18: yes
	// the site sees until: 2026-06-30
	// and a proof of 368 bytes
	// credential: the proof is not one for this key, this site, this nonce and what is shown
	// when asked for more: Ana
}
