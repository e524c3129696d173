package clipper_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	mathrand "math/rand/v2"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/clipper"
	"doormat/escrow/clipper"
)

// Ana's chip is as it was built, and so is Ben's. She tries LEAFs on hers until it takes one, and
// Ben's takes it as well. What is in it is noise.
func ExampleForgeLEAF() {
	before := rand.Reader
	rand.Reader = mathrand.NewChaCha8([32]byte{}) // so that it prints the same every time
	defer func() { rand.Reader = before }()
	nist, err := clipper.NewAgent("NIST")
	check(err)
	treasury, err := clipper.NewAgent("Treasury")
	check(err)
	family := clipper.NewFamily()
	ana, err := family.Program(1, nist, treasury)
	check(err)
	ben, err := family.Program(2, nist, treasury)
	check(err)

	ks, err := clipper.ParseSessionKey([]byte("their key."))
	check(err)
	iv := clipper.IV([]byte("her iv.."))
	fmt.Println("zeros: ", ben.Load(ks).LoadIV(clipper.Header{IV: iv}))
	leaf, trials, err := attack.ForgeLEAF(context.Background(), ana, ks, iv, nil)
	check(err)
	fmt.Println("forged:", ben.Load(ks).LoadIV(clipper.Header{LEAF: leaf, IV: iv}))
	fmt.Printf("it took %d trials; the LEAF names unit %v\n", trials, family.Key().RecoverFields(leaf).Unit)
	// Output:
	// zeros:  clipper: the LEAF's checksum does not fit this session key and IV
	// forged: <nil>
	// it took 2413 trials; the LEAF names unit a1af6450
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Ben writes under a LEAF of Ana's, from a message that she has sent him. Nobody notices: with all
// halves the tap reads what he writes, and it is in her name.
func ExampleNewBorrower() {
	at := time.Date(1993, 4, 16, 9, 0, 0, 0, time.UTC)
	letters := attacks.NewConversation([]attacks.Message{
		{At: at, From: "Ana", To: "Ben", Text: "Have you read it?"},
		{At: at.Add(time.Minute), From: "Ben", To: "Ana", Text: "I have."},
		{At: at.Add(time.Hour), From: "Ana", To: "Ben", Text: "Not here, then."},
		{At: at.Add(2 * time.Hour), From: "Ben", To: "Ana", Text: "At the old place."},
	})
	for _, s := range []attacks.System{attack.New(), attack.NewBorrower("Ben")} {
		r, err := attacks.Run(context.Background(), s, letters, "Ben", nil)
		check(err)
		for _, e := range r.Exposures {
			if n := e.Readable(); n.N > 0 {
				fmt.Printf("%s: %d of %d messages open; who notices: %v\n", e.Theft, n.N, n.Of, e.Noticed)
			}
		}
		check(r.Close())
	}
	// Output:
	// warrant: 2 of 4 messages open; who notices: nobody
	// both agents: 4 of 4 messages open; who notices: nobody
	// device keys: 2 of 4 messages open; who notices: nobody
	// borrowed LEAF: 4 of 4 messages open; who notices: nobody; Ana is blamed
}
