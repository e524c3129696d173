// Package town is the conversation that the example programs have with them: sixteen invented
// people in a small town, over seven weeks.
package town

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"doormat/attacks"
)

// Title names it.
const Title = "A small town, invented"

//go:embed town.txt
var town string

// Read parses the conversation. Shown are the indexes of the messages that are worth reading.
func Read() (messages []attacks.Message, shown []int, err error) {
	for line := range strings.Lines(town) {
		line = strings.TrimSuffix(line, "\n")
		if line == "# shown" {
			shown = append(shown, len(messages))
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		field := strings.Split(line, "\t")
		if len(field) != 4 {
			return nil, nil, fmt.Errorf("town.txt: expected 4 fields, found %q", line)
		}
		at, err := time.Parse(time.RFC3339, field[0])
		if err != nil {
			return nil, nil, fmt.Errorf("town.txt: %w", err)
		}
		messages = append(messages, attacks.Message{At: at, From: field[1], To: field[2], Text: field[3]})
	}
	return messages, shown, nil
}

// Busiest returns who has the most part in messages, the first in order of appearance.
func Busiest(messages []attacks.Message) (best string) {
	count := map[string]int{}
	for _, m := range messages {
		count[m.From]++
		count[m.To]++
	}
	for _, m := range messages {
		for _, p := range []string{m.From, m.To} {
			if count[p] > count[best] {
				best = p
			}
		}
	}
	return best
}
