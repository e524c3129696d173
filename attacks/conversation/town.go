package conversation

import "doormat/attacks/conversation/town"

// Town returns the embedded conversation: 416 private messages of sixteen people
// in a small town, over seven weeks of 2026. All of it is invented. It need not
// be closed.
func Town() *Conversation {
	messages, shown := town.Messages()
	s := newSpool()
	for _, m := range messages {
		if err := s.add(message{At: m.At, From: party{key: m.From}, To: []party{{key: m.To}}, Text: m.Text}); err != nil {
			panic("conversation: internal error: town.txt: " + err.Error())
		}
	}
	c := s.conversation()
	c.Title, c.Shown = "A small town, invented", shown
	return c
}
