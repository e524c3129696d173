// Takes what comes back after an error for a text. Why: there is an empty text among them

package readitall

import "doormat/escrow"

func ReadAll(key string, envelopes [][]byte) (texts []string, err error) {
	authority, err := escrow.ParseAuthority(key)
	if err != nil {
		return nil, err
	}
	for _, e := range envelopes {
		_, _, text, _ := authority.Recover(e)
		texts = append(texts, string(text))
	}
	return texts, nil
}
