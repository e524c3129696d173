package scanning

import (
	"slices"
	"time"
)

// A Review is what people at the authority do with the reports of a row. One of them looks at each report, in
// the order in which they came. What the honest list is for is passed on to the police, and what is not is
// dismissed: by then a person has seen it.
type Review struct {
	PassedOn, Dismissed int
	Days                int // from the first report until the last one is seen
	Waiting             int // the most reports that waited at the end of a day
}

// Review has the reports looked at, this many a day. It returns the zero Review if there are none, or if
// aDay is less than 1.
func (r *Row) Review(aDay int) (v Review) {
	if len(r.dates) == 0 || aDay < 1 {
		return v
	}
	v.PassedOn, v.Dismissed = r.Wanted.N, r.Others
	const day = 24 * time.Hour
	dates := slices.SortedFunc(slices.Values(r.dates), time.Time.Compare)
	waiting, next := 0, 0
	for midnight := dates[0].Truncate(day).Add(day); next < len(dates) || waiting > 0; midnight = midnight.Add(day) {
		for next < len(dates) && dates[next].Before(midnight) {
			next++
			waiting++
		}
		waiting = max(waiting-aDay, 0)
		v.Waiting = max(v.Waiting, waiting)
		v.Days++
	}
	return v
}
