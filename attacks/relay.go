package attacks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// relayLog is what a relay cannot help knowing: who wrote to whom, how often, how much, and
// from when to when.
type relayLog map[[2]string]*traffic

type traffic struct {
	envelopes, bytes int
	first, last      time.Time
}

func (l relayLog) add(m Message, envelope []byte) {
	pair := [2]string{m.From, m.To}
	t := l[pair]
	if t == nil {
		t = &traffic{first: m.At}
		l[pair] = t
	}
	t.envelopes++
	t.bytes += len(envelope)
	t.last = m.At
}

// lines are the log as text, a line for each sender and recipient.
func (l relayLog) lines() (lines []string) {
	pairs := slices.SortedFunc(maps.Keys(l), func(a, b [2]string) int {
		return strings.Compare(a[0]+"\x00"+a[1], b[0]+"\x00"+b[1])
	})
	for _, p := range pairs {
		t := l[p]
		lines = append(lines, fmt.Sprintf("%s to %s: %d envelopes, %d bytes, %s to %s", p[0], p[1],
			t.envelopes, t.bytes, t.first.Format(time.DateTime), t.last.Format(time.DateTime)))
	}
	return lines
}
