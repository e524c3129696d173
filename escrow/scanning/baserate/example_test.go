package baserate_test

import (
	"fmt"
	"log"
	"math/big"

	"doormat/escrow/scanning/baserate"
)

// One number, 99.9 %, on 10 billion messages of which one in a million is wanted: as the precision that is
// claimed, and as its critics read it.
func Example() {
	s := baserate.Scanner{Items: big.NewInt(10_000_000_000), Prevalence: big.NewRat(1, 1_000_000), Recall: big.NewRat(8, 10)}
	claimed, err := baserate.FalseRateOf(baserate.ClassifierClaim.Value, s.Prevalence, s.Recall)
	if err != nil {
		log.Fatal(err)
	}
	for _, s.FalseRate = range []*big.Rat{claimed, baserate.ClassifierCritics.Value} {
		d, err := s.Day()
		if err != nil {
			log.Fatal(err)
		}
		people, err := d.Reviewers(500)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s right, %s innocent: %s people at 500 a day\n", d.Right.FloatString(0), d.Innocent.FloatString(0), people)
	}
	// Output:
	// 8000 right, 8 innocent: 17 people at 500 a day
	// 8000 right, 9999990 innocent: 20016 people at 500 a day
}
