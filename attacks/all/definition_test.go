package all

import (
	"slices"
	"testing"

	"doormat/attacks"
)

// Every theft says which parties it takes: without, the definition cannot be asked.
func TestEveryTheftDeclaresItsParties(t *testing.T) {
	for _, s := range Schemes {
		for _, system := range s.Systems("Ana") {
			for _, th := range system.Thefts("Ana") {
				alone := slices.DeleteFunc(slices.Clone(th.Parties), func(p attacks.Party) bool { return p == attacks.Court })
				if len(alone) == 0 || slices.Contains(alone, "") {
					t.Errorf("%s, %s: expected the parties that it takes, found %q", system.Name(), th.Name, th.Parties)
				}
				if th.Name == attacks.WarrantName && !slices.Contains(th.Parties, attacks.Court) {
					t.Errorf("%s, %s: expected a court among %q", system.Name(), th.Name, th.Parties)
				}
			}
		}
	}
}
