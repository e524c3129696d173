package attacks

import (
	"iter"
	"slices"
	"time"
)

// Message is one line of a conversation, from one person to another, or to several.
type Message struct {
	At       time.Time // is kept to the millisecond
	From, To string    // names, of people of the conversation
	Text     string
	Also     []string // recipients beside To, each once, without From; nil if there are none
}

// Recipients returns To and those in Also, in this order.
func (m Message) Recipients() []string { return append([]string{m.To}, m.Also...) }

// For returns the same message to one person alone.
func (m Message) For(to string) Message { return Message{At: m.At, From: m.From, To: to, Text: m.Text} }

// Conversation is what people write to each other, in the order of time. Messages can be ranged
// over any number of times, by several goroutines at once, and need not be in memory.
type Conversation struct {
	People   []string
	Len      int // number of messages
	Moment   int // a theft that is not at the end comes before the message with this index
	Messages iter.Seq2[Message, error]
}

// NewConversation makes a conversation of messages in memory. People are in order of appearance, and
// the moment of thefts is the middle.
func NewConversation(messages []Message) *Conversation {
	c := &Conversation{Len: len(messages), Moment: len(messages) / 2}
	seen := map[string]bool{}
	for _, m := range messages {
		for _, p := range append([]string{m.From}, m.Recipients()...) {
			if !seen[p] {
				seen[p] = true
				c.People = append(c.People, p)
			}
		}
	}
	c.Messages = func(yield func(Message, error) bool) {
		for m := range slices.Values(messages) {
			if !yield(m, nil) {
				return
			}
		}
	}
	return c
}
