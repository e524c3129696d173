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
	nonce := []byte("wine.example, 5f0c2a91")
	shown, err := phone.Show(nonce)
	check(err)
	p, err := credential.Admit(key, nonce, shown, at)
	check(err)
	for _, a := range []credential.Attribute{credential.Name, credential.Born, credential.Number, credential.Over18, credential.Until} {
		if value, ok := p.Value(a); ok {
			fmt.Printf("the site sees %v: %s\n", a, value)
		}
	}
	fmt.Printf("and a proof of %d bytes\n", len(p.Proof()))

	// The site cannot show it to another, and a site that asks for more sees who is there.
	_, err = credential.Admit(key, []byte("poker.example, 77e1c0d4"), shown, at)
	fmt.Println(err)
	shown, err = phone.Show(nonce, credential.Born, credential.Name)
	check(err)
	p, err = credential.Admit(key, nonce, shown, at)
	check(err)
	name, _ := p.Value(credential.Name)
	fmt.Println("when asked for more:", name)

	// Output:
	// the site sees over 18: yes
	// the site sees until: 2026-06-30
	// and a proof of 368 bytes
	// credential: the proof is not one for this key, this nonce and what is shown
	// when asked for more: Ana
}
