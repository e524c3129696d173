package desk

import (
	"fmt"
	"sync"
)

const (
	maxTrials  = 100_000_000
	maxDesigns = 100 // more than the page's table has
	maxCards   = 12
)

// theMost are the largest bets, by station and by what they are about. The smallest is 0. Stations that are not here say
// themselves what may be bet.
var theMost = sync.OnceValue(func() map[string]map[string]int {
	people := len(theTown().people)
	most := map[string]map[string]int{
		"doorstep":  {},
		"leaf":      {"call": learnsCall, "forge": maxTrials, "blame": 4},
		"generator": {"draw": 255, "find 8": maxTrials, "find 16": maxTrials, "juniper": juniperMessages, "statistics": 1},
		"scanning":  {"rates": 100, "push": 1},
		"tracing":   {"town": people, "guess": theTraced().Guess.Of, "report": 5},
		"recovery":  {"guess": people},
		"matrix":    {"table": maxDesigns},
		"debate":    {},
	}
	for _, how := range hows {
		most["tracing"]["chain "+how] = len(Chain) - 1
	}
	for _, theft := range BackupThefts() {
		most["recovery"]["theft "+theft] = people
	}
	for i := range maxCards {
		most["debate"][fmt.Sprint("d", i+1)] = 1
	}
	return most
})

// mayBet refuses a bet that no run could make true.
func mayBet(station string, a Args) error {
	all, ok := theMost()[station]
	if !ok {
		return nil
	}
	most, ok := all[a.Name]
	if !ok {
		return errNoBet(a.Name)
	}
	return within(a.N, most)
}

// errNoBet is the error of a bet about something that a station does not measure.
func errNoBet(name string) error { return fmt.Errorf("there is nothing to bet on called %.40q", name) }

func within(n, most int) error {
	if n < 0 || n > most {
		return fmt.Errorf("expected a bet from 0 to %d, found %d", most, n)
	}
	return nil
}

// mayBet refuses bets on messages that are not in the conversation.
func (r *ratchet) mayBet(a Args) error {
	if a.Name != "theft" {
		return errNoBet(a.Name)
	}
	if r.opened == nil {
		return errUnsent
	}
	for _, i := range a.List {
		if i < 0 || i >= len(r.messages) {
			return fmt.Errorf("expected messages from 0 to %d, found %d", len(r.messages)-1, i)
		}
	}
	return nil
}

// mayBet refuses bets on a key that cannot be dealt.
func (dial) mayBet(a Args) error {
	var n, k int
	fmt.Sscanf(a.Name, "deal %d %d", &n, &k)
	if a.Name != fmt.Sprintf("deal %d %d", n, k) {
		return errNoBet(a.Name)
	}
	if err := mayDeal(n, k); err != nil {
		return err
	}
	return within(a.N, dialMessages)
}
