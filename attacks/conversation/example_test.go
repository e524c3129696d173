package conversation_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"doormat/attacks/conversation"
)

func ExampleTown() {
	town := conversation.Town()
	fmt.Printf("%s: %d messages, %d people\n", town.Title, town.Len, len(town.People))
	for m := range town.Messages {
		fmt.Printf("%s to %s: %s\n", m.From, m.To, m.Text)
		break
	}
	// Output:
	// A small town, invented: 416 messages, 16 people
	// Neil Pask to Marta Lind: morning, is the Roux money in
}

func ExampleReadChat() {
	const export = `31/12/2025, 21:05 - Messages and calls are end-to-end encrypted.
31/12/2025, 21:06 - Ana: Who brings the grapes?
31/12/2025, 21:07 - Ben: I do,
all twelve of them
31/12/2025, 21:08 - Cas: <Media omitted>
31/12/2025, 21:09 - Cas: Here is the bowl.
`
	_, err := conversation.ReadMbox(context.Background(), strings.NewReader(export))
	fmt.Println(err)

	chat, err := conversation.ReadChat(context.Background(), strings.NewReader(export))
	if err != nil {
		log.Fatal(err)
	}
	defer chat.Close()
	for m, err := range chat.Messages {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %s to %s: %q\n", m.At.Format("Jan 2 15:04"), m.From, strings.Join(m.Recipients(), ", "), m.Text)
	}
	fmt.Print(chat.Tally)
	// Output:
	// conversation: not an mbox: this is a WhatsApp export; read it as a chat: -chat
	// Dec 31 21:06 Ana to Ben, Cas: "Who brings the grapes?"
	// Dec 31 21:07 Ben to Ana, Cas: "I do,\nall twelve of them"
	// Dec 31 21:09 Cas to Ana, Ben: "Here is the bowl."
	// 5 found, 3 carried (to 6 recipients, one envelope each), 2 left out
	//        1  media left out
	//        1  system line
}

func ExampleReadMbox() {
	file, err := os.Open("testdata/pipermail.mbox")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	archive, err := conversation.ReadMbox(context.Background(), file)
	if err != nil {
		log.Fatal(err)
	}
	defer archive.Close()
	for m, err := range archive.Messages {
		if err != nil {
			log.Fatal(err)
		}
		text, _, _ := strings.Cut(m.Text, "\n")
		fmt.Printf("%s %s to %s: %s\n", m.At.Format("2006-01-02"), m.From, strings.Join(m.Recipients(), ", "), text)
	}
	fmt.Print(archive.Tally)
	// Output:
	// 1998-03-03 Guido van der Berg to Development: The release is out.
	// 1998-03-03 Barry to dev@lists.example.org: > The release is out.
	// 1998-03-04 Guido van der Berg to comp.lang.dev, comp.announce: No date of its own.
	// 1998-03-04 Ken to the list: This is all the header that Pipermail keeps.
	// 1998-03-04 kim@example.com to dev@lists.example.org: An absurd date.
	// 1998-03-04 uucp to root: Bang paths still work.
	// 6 found, 6 carried (to 7 recipients, one envelope each), 0 left out
	// Carried with the date of delivery, as their own cannot be read: 2.
}
