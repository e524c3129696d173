// Gives all up for one damaged envelope. Why: the function returned an error

package readitall

import "doormat/escrow"

func ReadAll(key string, envelopes [][]byte) (texts []string, err error) {
	authority, err := escrow.ParseAuthority(key)
	if err != nil {
		return nil, err
	}
	for _, e := range envelopes {
		_, _, text, err := authority.Recover(e)
		if err != nil {
			return texts, err
		}
		texts = append(texts, string(text))
	}
	return texts, nil
}
