// Package town holds the conversation of a small town: 416 private messages of sixteen people, over seven weeks of
// 2026. All of it is invented. Most programs want conversation.Town, which says the same in the form that a report
// takes; this package is for programs that must be small, as it reads no other conversation.
package town

import (
	_ "embed"
	"strings"
	"time"

	"doormat/attacks"
)

//go:embed town.txt
var text string

// Messages returns all messages, and the indexes of three that are worth reading, ascending.
func Messages() (messages []attacks.Message, shown []int) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "# shown" { // the next message is
			shown = append(shown, len(messages))
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		field := strings.Split(line, "\t")
		if len(field) != 4 {
			panic("town: internal error: town.txt has a line " + line)
		}
		at, err := time.Parse(time.RFC3339, field[0])
		if err != nil {
			panic("town: internal error: town.txt: " + err.Error())
		}
		messages = append(messages, attacks.Message{At: at, From: field[1], To: field[2], Text: field[3]})
	}
	return messages, shown
}
