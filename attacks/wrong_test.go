package attacks_test

import (
	"context"
	"strings"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// theft is a system with these thefts, which carries nothing: it fails if it is used.
type theft struct {
	attacks.SystemName
	attacks.System
	t      *testing.T
	thefts []attacks.Theft
}

func (s theft) Name() string                  { return s.SystemName.Name() }
func (s theft) Thefts(string) []attacks.Theft { return s.thefts }

func (s theft) Enrol(string) error {
	s.t.Errorf("%s is used", s.Name())
	return errOnPurpose
}

func reads(context.Context, *attacks.Tape, *attacks.Transcript, attacks.Found) (int64, error) {
	return 0, nil
}

func named(name attacks.TheftName) attacks.Theft {
	return attacks.Theft{Name: name, Takes: "nothing", Steal: attacks.Nothing, Read: reads}
}

// What is wrong with a system or a theft is said by name, before anything is enrolled or sent.
func TestWrongSystems(t *testing.T) {
	system := func(name attacks.SystemName, thefts ...attacks.Theft) attacks.System {
		return theft{SystemName: name, t: t, thefts: thefts}
	}
	for want, systems := range map[string][]attacks.System{
		`attacks: two systems are called "pigeons" and know the theft "hawk": give one another name`: {
			system("pigeons", named("hawk")), system("doves", named("hawk")), system("pigeons", named("net"), named("hawk"))},
		`attacks: pigeons: two thefts are called "hawk"`: {system("pigeons", named("hawk"), named("net"), named("hawk"))},
		`attacks: pigeons: theft 2 of 2 has no name`:     {system("pigeons", named("hawk"), named(""))},
		`attacks: pigeons: the theft "hawk" has no Steal: where nothing is stolen, it is Nothing`: {
			system("pigeons", attacks.Theft{Name: "hawk", Read: reads})},
		`attacks: pigeons: the theft "net" has no Read`: {system("doves", named("hawk")), system("pigeons", attacks.Theft{Name: "net", Steal: attacks.Nothing})},
		`attacks: system 2 of 2 is nil`:                 {system("pigeons", named("hawk")), nil},
	} {
		table, err := attacks.Matrix(t.Context(), attackstest.Conversation(2), "Ana", systems, nil)
		if err == nil || err.Error() != want || table != nil {
			t.Errorf("%v, expected %s", err, want)
		}
		if len(systems) == 1 {
			if r, err := attacks.Run(t.Context(), systems[0], attackstest.Conversation(2), "Ana", nil); err == nil || err.Error() != want || r != nil {
				t.Errorf("Run: %v, expected %s", err, want)
			}
			s := attacks.NewStage(systems[0], "Ana", nil)
			short := strings.TrimPrefix(want, "attacks: pigeons: ")
			if err := s.Enrol("Ana"); err == nil || err.Error() != short {
				t.Errorf("Enrol: %v, expected %s", err, short)
			}
			if _, err := s.Steal("hawk"); err == nil || err.Error() != short {
				t.Errorf("Steal: %v, expected %s", err, short)
			}
		}
	}
}

// Two systems of one name are one column, if they have no theft in common: an honest one, and one in
// which a person cheats.
func TestOneColumnOfTwo(t *testing.T) {
	late := &envelopes{}
	table, err := attacks.Matrix(t.Context(), attackstest.Conversation(10), "Ana", []attacks.System{
		onlyThefts{late, late.Thefts("Ana")[2:]}, onlyThefts{&envelopes{}, late.Thefts("Ana")[:2]}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	if len(table.Systems()) != 1 || table.Cell("late", "envelopes") == nil || table.Cell("relay", "envelopes") == nil {
		t.Errorf("the systems are %q, the thefts %q", table.Systems(), table.Thefts())
	}
}

type onlyThefts struct {
	attacks.System
	thefts []attacks.Theft
}

func (s onlyThefts) Thefts(string) []attacks.Theft { return s.thefts }

func TestMisspeltTheft(t *testing.T) {
	s := attacks.NewStage(&postcards{}, "Ana", nil)
	defer s.Close()
	_, err := s.Steal("burglery")
	if want := `postcards has no theft "burglery", expected one of "wiretap", "burglary", "device seizure"`; err == nil || err.Error() != want {
		t.Errorf("%v, expected %s", err, want)
	}
}
