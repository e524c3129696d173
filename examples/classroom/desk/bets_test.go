package desk

import (
	"strings"
	"testing"
)

// A bet is about something that the station measures, and could come true.
func TestBetsThatCannotBe(t *testing.T) {
	l := begin(t, "K7-RIVER")
	if err := l.try("ratchet", "bet", Args{Name: "theft"}); err != "desk: send the conversation first" {
		t.Error(err)
	}
	l.do("ratchet", "run", Args{})
	for _, b := range []struct {
		station string
		args    Args
	}{
		{"doorstep", Args{Name: "secret"}},
		{"ratchet", Args{Name: "theft", List: []int{1, -1}}}, {"ratchet", Args{Name: "theft", List: []int{1 << 20}}}, {"ratchet", Args{Name: "Theft"}},
		{"leaf", Args{Name: "call", N: 3}}, {"leaf", Args{Name: "forge", N: maxTrials + 1}}, {"leaf", Args{Name: "blame", N: 5}},
		{"generator", Args{Name: "draw", N: 256}}, {"generator", Args{Name: "find 9"}}, {"generator", Args{Name: "juniper", N: -1}},
		{"scanning", Args{Name: "rates", N: 101}}, {"scanning", Args{Name: "push", N: 2}},
		{"dial", Args{Name: "deal 5 3", N: 101}}, {"dial", Args{Name: "deal 3 5"}}, {"dial", Args{Name: "deal 05 3"}}, {"dial", Args{Name: "deal 5 3 x"}},
		{"tracing", Args{Name: "chain sing"}}, {"tracing", Args{Name: "chain alter", N: 6}}, {"tracing", Args{Name: "town", N: 17}},
		{"tracing", Args{Name: "report", N: 6}}, {"recovery", Args{Name: "theft of time"}}, {"recovery", Args{Name: "guess", N: 17}},
		{"matrix", Args{Name: ""}}, {"matrix", Args{Name: "table", N: 1 << 30}}, {"debate", Args{Name: "d13"}}, {"debate", Args{Name: "d1", N: 2}},
	} {
		if err := l.try(b.station, "bet", b.args); !strings.HasPrefix(err, "desk: expected ") && !strings.HasPrefix(err, "desk: there is nothing to bet on ") {
			t.Errorf("%s, %+v: %q", b.station, b.args, err)
		}
	}
	for _, b := range []struct {
		station string
		args    Args
	}{
		{"ratchet", Args{Name: "theft", List: []int{0}}}, {"leaf", Args{Name: "forge", N: maxTrials}}, {"generator", Args{Name: "draw", N: 255}},
		{"scanning", Args{Name: "rates", N: 100}}, {"dial", Args{Name: "deal 27 27", N: 100}}, {"tracing", Args{Name: "chain alter", N: 5}},
		{"tracing", Args{Name: "guess", N: theTraced().Guess.Of}}, {"recovery", Args{Name: "guess", N: 16}}, {"matrix", Args{Name: "table", N: 40}},
		{"debate", Args{Name: "d12", N: 1}},
	} {
		l.do(b.station, "bet", b.args)
	}
}
