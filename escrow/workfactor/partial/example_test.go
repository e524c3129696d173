package partial_test

import (
	"context"
	"fmt"
	"log"

	"doormat/escrow/workfactor/partial"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Two of three agents open their part; the last 16 bits have to be searched for. Where the
// commitments give g^a away, anybody has searched before.
func Example() {
	const bits = 16 // of 48
	table, err := partial.NewTable(1 << (bits / 2))
	check(err)
	for _, scheme := range []struct {
		name string
		deal func(x partial.PrivateKey, k, n, bits int) (*partial.Escrow, []partial.Share, error)
	}{{"g^a is public", partial.DealExposed}, {"g^a is hidden", partial.Deal}} {
		x := partial.NewPrivateKey()
		published, shares, err := scheme.deal(x, 2, 3, bits)
		check(err)
		check(published.Check())

		fmt.Println(scheme.name)
		a, _, err := table.Search(context.Background(), published.EarlyTarget())
		fmt.Println("  before the order:", err)
		opened, err := published.Open(shares[1:])
		check(err)
		if _, err := opened.Key(a); err == nil {
			fmt.Println("  after the order: the key is known at once")
			continue
		}
		a, _, err = table.Search(context.Background(), opened.Target())
		check(err)
		_, err = opened.Key(a)
		fmt.Println("  after the order and a search:", err)
	}

	// Output:
	// g^a is public
	//   before the order: <nil>
	//   after the order: the key is known at once
	// g^a is hidden
	//   before the order: partial: expected g^a for an a of the target's bits, found another element
	//   after the order and a search: <nil>
}
