package conversation

import (
	_ "embed"
	"strings"
	"time"
)

//go:embed town.txt
var town string

// Town returns the embedded conversation: 416 private messages of sixteen people
// in a small town, over seven weeks of 2026. All of it is invented. It need not
// be closed.
func Town() *Conversation {
	s := newSpool()
	var shown []int
	for line := range strings.Lines(town) {
		line = strings.TrimSuffix(line, "\n")
		if line == "# shown" { // the next message is
			shown = append(shown, s.tape.Len())
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		field := strings.Split(line, "\t")
		if len(field) != 4 {
			panic("conversation: internal error: town.txt has a line " + line)
		}
		at, err := time.Parse(time.RFC3339, field[0])
		if err == nil {
			err = s.add(message{At: at, From: party{key: field[1]}, To: []party{{key: field[2]}}, Text: field[3]})
		}
		if err != nil {
			panic("conversation: internal error: town.txt: " + err.Error())
		}
	}
	c := s.conversation()
	c.Title, c.Shown = "A small town, invented", shown
	return c
}
