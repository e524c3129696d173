package idcheck_test

import (
	"fmt"
	"log"
	"time"

	"doormat/escrow/idcheck"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

var (
	at  = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	ana = idcheck.Document{Name: "Ana", Born: time.Date(1990, 5, 1, 0, 0, 0, 0, time.UTC), Number: "L01X00T47", Scan: []byte("a picture")}
)

// Ana buys wine. A court, an employee and a thief read of it by one call.
func Example() {
	document, err := ana.Bytes()
	check(err)
	contractor := idcheck.NewContractor()
	_, err = contractor.Check(document, "wine.example", "/red/17", at)
	check(err)

	database, err := contractor.MarshalBinary()
	check(err)
	thief, err := idcheck.ParseContractor(contractor.RecoveryKey())
	check(err)
	check(thief.UnmarshalBinary(database))
	all, err := thief.Recover("")
	check(err)
	for _, c := range all {
		fmt.Printf("%s, born %s, at %s%s on %s\n", c.Document.Name, c.Document.Born.Format(time.DateOnly), c.Site, c.Page, c.At.Format(time.DateTime))
	}
	// Output:
	// Ana, born 1990-05-01, at wine.example/red/17 on 2026-03-02 09:30:00
}

// Sites cannot link two attestations. The provider's log has the key of each.
func ExampleVerify() {
	document, err := ana.Bytes()
	check(err)
	provider, phone := idcheck.NewProvider(), new(idcheck.Holder)
	issued, err := provider.Issue(document, phone.Keys(2), at)
	check(err)
	check(phone.Take(issued))

	log, err := idcheck.ParseLog(provider.Log())
	check(err)
	var keys [2][65]byte
	for i := range keys {
		shown, err := phone.Show([]byte("the site's nonce"))
		check(err)
		a, err := idcheck.Verify(provider.PublicKey(), []byte("the site's nonce"), shown, at)
		check(err)
		keys[i] = a.Key
	}
	fmt.Println("one key in both:", keys[0] == keys[1])
	for i, key := range keys {
		for _, line := range log {
			if line.Key == key {
				fmt.Printf("visit %d: %s\n", i+1, line.Name)
			}
		}
	}
	// Output:
	// one key in both: false
	// visit 1: Ana
	// visit 2: Ana
}
