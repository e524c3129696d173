// Ends at the first envelope that does not open. Why: the reading ended at a damaged envelope

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
			break
		}
		texts = append(texts, string(text))
	}
	return texts, nil
}
