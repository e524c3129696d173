package web

import (
	"doormat/attacks/traceback"
	"doormat/examples/classroom/desk"
)

// Leaflet returns the text that is traced.
func (section) Leaflet() string { return traceback.Secret }

// Chain returns the people who may be named as its writer.
func (section) Chain() []string { return desk.Chain }

// A hop is a person of the chain, and the part that the person has in it.
type hop struct{ Name, Part string }

// Hops returns those through whose hands the leaflet goes.
func (section) Hops() (list []hop) {
	for i, part := range []string{"writes", "forwards", "third", "forwards", "reports"} {
		list = append(list, hop{desk.Chain[i], part})
	}
	return list
}

// Rumours returns how many messages the rumours of the town are.
func (s section) Rumours() int { return len(traceback.TownRumours(s.Town()).Steps) }
