// Puts the recipient first. Why: sender and recipient are exchanged

package envelopes

import "doormat/noescrow"

func WhoWrites(envelopes [][]byte) (map[[2]noescrow.Identity]int, error) {
	counts := map[[2]noescrow.Identity]int{}
	for _, e := range envelopes {
		from, to, err := noescrow.Addresses(e)
		if err != nil {
			return nil, err
		}
		counts[[2]noescrow.Identity{to, from}]++
	}
	return counts, nil
}
