// Reads the two names on each envelope.

package envelopes

import "doormat/noescrow"

func WhoWrites(envelopes [][]byte) (map[[2]noescrow.Identity]int, error) {
	counts := map[[2]noescrow.Identity]int{}
	for _, e := range envelopes {
		from, to, err := noescrow.Addresses(e)
		if err != nil {
			return nil, err
		}
		counts[[2]noescrow.Identity{from, to}]++
	}
	return counts, nil
}
