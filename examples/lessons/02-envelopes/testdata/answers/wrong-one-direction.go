// Takes a pair for a pair, whoever writes. Why: the two directions of a pair are counted as one

package envelopes

import "doormat/noescrow"

func WhoWrites(envelopes [][]byte) (map[[2]noescrow.Identity]int, error) {
	counts := map[[2]noescrow.Identity]int{}
	for _, e := range envelopes {
		from, to, err := noescrow.Addresses(e)
		if err != nil {
			return nil, err
		}
		if from.String() > to.String() {
			from, to = to, from
		}
		counts[[2]noescrow.Identity{from, to}]++
	}
	return counts, nil
}
