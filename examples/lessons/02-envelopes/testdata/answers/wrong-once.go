// Notes that somebody writes, and not how often. Why: each pair is counted once

package envelopes

import "doormat/noescrow"

func WhoWrites(envelopes [][]byte) (map[[2]noescrow.Identity]int, error) {
	counts := map[[2]noescrow.Identity]int{}
	for _, e := range envelopes {
		from, to, err := noescrow.Addresses(e)
		if err != nil {
			return nil, err
		}
		counts[[2]noescrow.Identity{from, to}] = 1
	}
	return counts, nil
}
