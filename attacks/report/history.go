package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"doormat/attacks"
)

// history is who wrote to whom and when, with people by number.
type history struct {
	people   []string
	at       []time.Time // by message
	ends     [][]int     // sender and recipients, by message; one slice for all messages with the same
	from, to time.Time   // the first and the last date
}

func newHistory(c *attacks.Conversation) (*history, error) {
	h := new(history)
	number := map[string]int{}
	person := func(name string) int {
		n, ok := number[name]
		if !ok {
			n = len(h.people)
			h.people, number[name] = append(h.people, name), n
		}
		return n
	}
	for _, p := range c.People {
		person(p)
	}
	ends := map[string][]int{}
	for m, err := range c.Messages {
		if err != nil {
			return nil, err
		}
		if h.from.IsZero() || m.At.Before(h.from) {
			h.from = m.At
		}
		if m.At.After(h.to) {
			h.to = m.At
		}
		h.at = append(h.at, m.At)
		who := append([]string{m.From}, m.Recipients()...)
		key := strings.Join(who, "\x00")
		if ends[key] == nil {
			for _, p := range who {
				ends[key] = append(ends[key], person(p))
			}
		}
		h.ends = append(h.ends, ends[key])
	}
	return h, nil
}

// healed returns the number of the victim's messages from the theft until nothing
// opened any more, as "after n messages"; "never" if that did not come; or "" if
// nothing opened after the theft.
func (h *history) healed(e *attacks.Exposure, victim string) string {
	if e.After.N == 0 {
		return ""
	}
	v := slices.Index(h.people, victim)
	during, later := 0, 0
	for i := e.Moment; i < len(h.ends); i++ {
		if !slices.Contains(h.ends[i], v) {
			continue
		}
		if i <= e.LastOpened {
			during++
		} else {
			later++
		}
	}
	if e.After.N == e.After.Of || later == 0 {
		return "never"
	}
	return fmt.Sprintf("after %d messages", during)
}
