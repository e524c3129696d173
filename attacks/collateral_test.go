package attacks_test

import (
	"context"
	"testing"
	"time"

	"doormat/attacks"
)

// chosen is a system whose one theft claims some messages.
type chosen struct {
	postcards
	claims []int
	texts  []string
}

func (c *chosen) Thefts(string) []attacks.Theft {
	return []attacks.Theft{{
		Name: "some", Steal: attacks.Nothing,
		Read: func(_ context.Context, _ *attacks.Tape, _ *attacks.Transcript, found attacks.Found) (int64, error) {
			for _, i := range c.claims {
				found(i, []byte(c.texts[i]))
			}
			return 1, nil
		},
	}}
}

// What opens is counted by whether the victim has a part in it: a correspondent of the victim is touched, and a
// stranger only by a message that is not the victim's.
func TestCollateral(t *testing.T) {
	var talk []attacks.Message
	var texts []string
	for i, ends := range [][2]string{{"Ana", "Ben"}, {"Ben", "Ana"}, {"Ben", "Cas"}, {"Cas", "Dee"}, {"Dee", "Ana"}} {
		texts = append(texts, "text "+ends[0]+ends[1])
		talk = append(talk, attacks.Message{At: time.Date(2026, 3, 2, 0, i, 0, 0, time.UTC), From: ends[0], To: ends[1], Text: texts[i]})
	}
	count := func(n, of int) attacks.Count { return attacks.Count{N: n, Of: of} }
	for name, c := range map[string]struct {
		claims []int
		want   attacks.Collateral
	}{
		"nothing":             {nil, attacks.Collateral{Messages: count(0, 2), People: count(0, 3), Strangers: count(0, 3)}},
		"one friendship":      {[]int{0, 1}, attacks.Collateral{Messages: count(0, 2), People: count(1, 3), Strangers: count(0, 3)}},
		"all of the victim's": {[]int{0, 1, 4}, attacks.Collateral{Messages: count(0, 2), People: count(2, 3), Strangers: count(0, 3)}},
		"one of others":       {[]int{2}, attacks.Collateral{Messages: count(1, 2), People: count(2, 3), Strangers: count(2, 3)}},
		"everything":          {[]int{0, 1, 2, 3, 4}, attacks.Collateral{Messages: count(2, 2), People: count(3, 3), Strangers: count(3, 3)}},
	} {
		r, err := attacks.Run(t.Context(), &chosen{claims: c.claims, texts: texts}, attacks.NewConversation(talk), "Ana", nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Exposures[0].Collateral; got != c.want || r.Exposures[0].Wrong != 0 {
			t.Errorf("%s: %+v, expected %+v", name, got, c.want)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}
