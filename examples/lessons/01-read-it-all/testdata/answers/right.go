// Recovers each envelope, and leaves out those that do not open.

package readitall

import "doormat/escrow"

func ReadAll(key string, envelopes [][]byte) (texts []string, err error) {
	authority, err := escrow.ParseAuthority(key)
	if err != nil {
		return nil, err
	}
	for _, e := range envelopes {
		if _, _, text, err := authority.Recover(e); err == nil {
			texts = append(texts, string(text))
		}
	}
	return texts, nil
}
