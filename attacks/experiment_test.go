package attacks

import (
	"fmt"
	"testing"
	"time"
)

func conversation(n int) *Conversation {
	people := []string{"Ana", "Ben", "Cas", "Dee", "Eli"}
	var messages []Message
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for i := range n {
		a, b := people[i*i%5], people[(i*i+1+i%4)%5]
		messages = append(messages, Message{at.Add(time.Duration(i) * time.Hour), a, b, fmt.Sprintf("message %d from %s to %s", i, a, b)})
	}
	return NewConversation(messages)
}

func TestMatrix(t *testing.T) {
	table, err := Matrix(t.Context(), conversation(300), "Ana", []System{NewEscrow("Ana"), NewNoEscrow("Ana"), NewRogue("Ana")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	for _, theft := range table.Thefts() {
		for _, system := range table.Systems() {
			if e := table.Cell(theft, system); e != nil {
				t.Logf("%-30s %-10s %v before %v after %v people %v last %d forged %s noticed %s wrong %d ops %d %v", theft, system, e.Readable(), e.Before, e.After, e.People, e.LastOpened, e.Forged, e.Noticed, e.Wrong, e.Operations, e.Time)
			}
		}
	}
}
