package main

import (
	"fmt"
	"strings"

	"doormat/attacks"
)

// phases returns a function that names the phase of a run and out of how many it is, before it calls set. A
// system's phases are enrolling, sending, and a reading for each theft. The systems are new ones of the
// kinds that run, as listing the thefts of those that run is up to [attacks.Run].
func phases(systems []attacks.System, victim string, set attacks.Progress) attacks.Progress {
	var names []string
	seen := map[string]bool{}
	for _, s := range systems {
		thefts := s.Thefts(victim)
		label := s.Name()
		if seen[label] && len(thefts) > 0 {
			label += ", " + string(thefts[0].Name)
		}
		seen[s.Name()] = true
		steps := []string{"enrolling", "sending"}
		for _, t := range thefts {
			steps = append(steps, string(t.Name))
		}
		for _, step := range steps {
			names = append(names, label+": "+step)
		}
	}
	number := map[string]string{} // " (2 of 30)", made once: it is told of each envelope
	for i, name := range names {
		number[name] = fmt.Sprintf(" (%d of %d)", i+1, len(names))
	}
	return func(what string, done, total int) {
		// A theft says more behind a comma, and a name has commas of its own: the longest name that fits.
		for phase := what; ; {
			if n, ok := number[phase]; ok {
				what += n
				break
			}
			comma := strings.LastIndex(phase, ", ")
			if comma < 0 {
				break
			}
			phase = phase[:comma]
		}
		set(what, done, total)
	}
}
