package conversation

import "time"

// order holds the indexes of the year, the month and the day in stamp.Numbers.
type order struct{ year, month, day int }

// orders are the orders in use, the likeliest first.
var orders = []order{{2, 1, 0}, {2, 0, 1}, {0, 1, 2}}

// An ordering collects what all stamps of a file say about the order of their numbers. Each way to write
// a date is judged by itself, as a file can be two exports one after the other.
type ordering map[string]*evidence

// evidence is what the stamps of one form say for and against each of orders.
type evidence [3]struct {
	impossible int // dates that the calendar does not have
	back       int // steps back in time
	last       time.Time
}

// maxForms bounds the memory for a file that is not what it seems.
const maxForms = 64

// see takes note of a stamp. They come in the order of the file.
func (all ordering) see(s stamp) {
	e := all[s.Form]
	if e == nil {
		if len(all) == maxForms {
			return
		}
		e = new(evidence)
		all[s.Form] = e
	}
	for i, o := range orders {
		t, ok := s.time(o)
		switch {
		case !ok:
			e[i].impossible++
			continue
		case t.Before(e[i].last):
			e[i].back++
		}
		e[i].last = t
	}
}

// order returns the order of the form: the one with the fewest impossible dates and, among those, the
// fewest steps back in time.
func (all ordering) order(form string) order {
	e := all[form]
	best := 0
	if e == nil {
		return orders[best]
	}
	for i := range e {
		if e[i].impossible < e[best].impossible || e[i].impossible == e[best].impossible && e[i].back < e[best].back {
			best = i
		}
	}
	return orders[best]
}

// time returns the date of a stamp. Where the order of its form makes it an impossible date, another
// order does; it reports false if none gives a date that the calendar has.
func (all ordering) time(s stamp) (time.Time, bool) {
	t, ok := s.time(all.order(s.Form))
	for i := 0; !ok && i < len(orders); i++ {
		t, ok = s.time(orders[i])
	}
	return t, ok
}
