package agetoken

import (
	"fmt"
	"slices"
	"time"

	"doormat/attacks"
)

// A Policy says when phones fetch tokens.
type Policy struct {
	Batch int  // tokens that are fetched at once, at least 1
	Night bool // everyone fills up at midnight; else a phone fetches when it has none left
}

// A Measured is what time alone tells an issuer and all sites together.
type Measured struct {
	Visits  int
	Alone   int     // visits for which one person alone had fetched by then: a name
	Right   int     // visits that are named rightly by the guess that the last to fetch is the first to spend
	Crowd   float64 // people who had fetched by then, in the mean over visits: they hide a visitor at best
	Fetches int     // times that the issuer learned who wants to be of age
}

// an entry is a line of the issuer's log, without what is blinded.
type entry struct {
	name string
	at   time.Time
}

// Measure sends a conversation of visits under a policy, and guesses by time: the attacker has the issuer's log
// of names and times, and the time of each visit, of all sites. No cryptography is needed for that, and none
// helps: tokens add nothing to it. At equal times, a fetch is before the visit for which it was made. All who
// visit anything have a phone that fetches. It returns an error for a batch below 1, and errors of the
// conversation.
func Measure(c *attacks.Conversation, p Policy) (m Measured, err error) {
	if p.Batch < 1 {
		return m, fmt.Errorf("attacks: expected a batch of at least 1 token, found %d", p.Batch)
	}
	log, visits, truth, err := simulate(c, p)
	if err != nil {
		return m, err
	}
	m.Visits, m.Fetches = len(visits), len(log)
	sum := 0
	for i, guess := range linkByTime(log, visits) {
		if guess.name == truth[i] {
			m.Right++
		}
		if guess.crowd == 1 {
			m.Alone++
		}
		sum += guess.crowd
	}
	if len(visits) > 0 {
		m.Crowd = float64(sum) / float64(len(visits))
	}
	return m, nil
}

// simulate returns the issuer's log, the times of the visits, and who made them, which the attacker lacks.
func simulate(c *attacks.Conversation, p Policy) (log []entry, visits []time.Time, truth []string, err error) {
	left := map[string]int{}
	var visitors []string
	for m, err := range c.Messages {
		if err != nil {
			return nil, nil, nil, err
		}
		if _, ok := left[m.From]; !ok {
			left[m.From] = 0
			visitors = append(visitors, m.From)
		}
	}
	var night time.Time
	for m, err := range c.Messages {
		if err != nil {
			return nil, nil, nil, err
		}
		if day := m.At.UTC().Truncate(24 * time.Hour); p.Night && day.After(night) {
			night = day
			for _, name := range visitors {
				if left[name] <= p.Batch/2 {
					left[name] = p.Batch
					log = append(log, entry{name, day})
				}
			}
		}
		if left[m.From] == 0 {
			left[m.From] = p.Batch
			log = append(log, entry{m.From, m.At})
		}
		left[m.From]--
		visits = append(visits, m.At)
		truth = append(truth, m.From)
	}
	slices.SortStableFunc(log, func(a, b entry) int { return a.at.Compare(b.at) })
	return log, visits, truth, nil
}

// A guess is whom the attacker names, and of how many who could have been.
type guess struct {
	name  string
	crowd int
}

// linkByTime guesses for each visit that the visitor is the last who has fetched. It has times alone.
func linkByTime(log []entry, visits []time.Time) (guesses []guess) {
	for _, at := range visits {
		var g guess
		crowd := map[string]bool{}
		for _, e := range log {
			if e.at.After(at) {
				break
			}
			g.name = e.name
			crowd[e.name] = true
		}
		g.crowd = len(crowd)
		guesses = append(guesses, g)
	}
	return guesses
}
