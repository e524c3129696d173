package scanning_test

import (
	"crypto/sha256"
	"fmt"
	"log"

	"doormat/escrow/scanning"
)

// hash stands for PDQ here.
func hash(picture string) scanning.Hash { return sha256.Sum256([]byte(picture)) }

// An account sends a voucher beside each picture. The server, who has a list, learns how many match, and
// at the threshold sees those that do. Then the list grows by a leaflet, and the same device tells of that.
func ExampleMatcher_Recover() {
	d := scanning.Dial{Threshold: 3}
	run := func(what string, list ...scanning.Hash) {
		server, err := scanning.NewBuild(list, 5*len(list))
		if err != nil {
			log.Fatal(err)
		}
		account, err := scanning.NewAccount(server.Table, d)
		if err != nil {
			log.Fatal(err)
		}
		var vouchers [][]byte
		for _, picture := range []string{"boat", "one", "leaflet", "two", "receipt"} {
			v, err := account.Voucher(hash(picture), []byte("a copy of "+picture))
			if err != nil {
				log.Fatal(err)
			}
			vouchers = append(vouchers, v)
		}
		got, err := server.Matcher.Recover(vouchers, d)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %d bytes of table; %d of %d vouchers match\n", what, len(server.Table.Bytes()), len(got.Opened), len(vouchers))
		for _, f := range got.Found {
			fmt.Printf("  %s\n", f.Associated)
		}
	}
	run("one list", hash("one"), hash("two"), hash("three"))
	run("another", hash("one"), hash("two"), hash("leaflet"))
	// Output:
	// one list: 514 bytes of table; 2 of 5 vouchers match
	// another: 514 bytes of table; 3 of 5 vouchers match
	//   a copy of one
	//   a copy of leaflet
	//   a copy of two
}

// A keyword is an entry, and so is a leaflet. What is a match is a dial.
func ExampleTextList() {
	for _, dial := range [][2]int{{4, 3}, {2, 1}, {1, 1}} {
		list, err := scanning.NewTextList(dial[0], dial[1])
		if err != nil {
			log.Fatal(err)
		}
		if _, err := list.Add("Come to the square on Friday at six, and bring a candle."); err != nil {
			log.Fatal(err)
		}
		for _, text := range []string{"COME to the square, on Friday at six!", "We met on Friday.", "Shall I bring cake?"} {
			_, match := list.Match(text)
			fmt.Printf("%d of %d words: %-40q %v\n", dial[1], dial[0], text, match)
		}
	}
	// Output:
	// 3 of 4 words: "COME to the square, on Friday at six!"  true
	// 3 of 4 words: "We met on Friday."                      false
	// 3 of 4 words: "Shall I bring cake?"                    false
	// 1 of 2 words: "COME to the square, on Friday at six!"  true
	// 1 of 2 words: "We met on Friday."                      true
	// 1 of 2 words: "Shall I bring cake?"                    false
	// 1 of 1 words: "COME to the square, on Friday at six!"  true
	// 1 of 1 words: "We met on Friday."                      true
	// 1 of 1 words: "Shall I bring cake?"                    true
}
