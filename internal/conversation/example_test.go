package conversation_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"doormat/internal/conversation"
)

func ExampleReadChat() {
	const export = `31/12/2025, 21:05 - Messages and calls are end-to-end encrypted.
31/12/2025, 21:06 - Ana: Who brings the grapes?
31/12/2025, 21:07 - Ben: I do,
all twelve of them
31/12/2025, 21:09 - Ana: <Media omitted>
`
	tally, err := conversation.ReadChat(context.Background(), strings.NewReader(export), func(m conversation.Message) error {
		fmt.Printf("%s %s: %q\n", m.At.Format("Jan 2 15:04"), m.From, m.Text)
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%d of %d, left %v\n", tally.Carried, tally.Found, tally.Left)

	_, err = conversation.ReadMbox(context.Background(), strings.NewReader(export), nil)
	fmt.Println(err)
	// Output:
	// Dec 31 21:06 Ana: "Who brings the grapes?"
	// Dec 31 21:07 Ben: "I do,\nall twelve of them"
	// 2 of 4, left map[media left out:1 system line:1]
	// conversation: not an mbox: line 1 is "31/12/2025, 21:05 - Messages and calls are end-to-end encryp…", expected a line starting "From "
}

func ExampleReadMbox() {
	archive, err := os.Open("testdata/pipermail.mbox")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer archive.Close()
	tally, err := conversation.ReadMbox(context.Background(), archive, func(m conversation.Message) error {
		text, _, _ := strings.Cut(m.Text, "\n")
		fmt.Printf("%s %s to %s: %s\n", m.At.Format("2006-01-02"), m.From, strings.Join(m.To, ", "), text)
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%d of %d\n", tally.Carried, tally.Found)
	// Output:
	// 1998-03-03 Guido van der Berg to Development: The release is out.
	// 1998-03-03 Barry to dev@lists.example.org: > The release is out.
	// 1998-03-04 Guido van der Berg to comp.lang.dev, comp.announce: No date of its own.
	// 1998-03-04 Ken to the list: This is all the header that Pipermail keeps.
	// 1998-03-04 uucp to root: Bang paths still work.
	// 1998-03-04 kim@example.com to dev@lists.example.org: An absurd date.
	// 6 of 6
}
