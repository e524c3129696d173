package conversation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Tally counts what a file held: Found is Carried plus the sum of Left.
type Tally struct {
	Found       int            // items in the file: messages and system lines
	Carried     int            // messages that are in the conversation
	Recipients  int            // of those messages, one counted as often as it receives
	Left        map[string]int // items that are not in it, by reason: see ReadChat and ReadMbox
	Attachments int            // pictures, files and other parts that are not text, of all items
	Redated     int            // mails carried with the date of their delivery, as their own cannot be read
}

// String returns the counts as text: a line with the sum, a line for each reason
// with the most frequent first, and one for attachments of messages that were
// carried, if there were any. Each ends with "\n".
func (t Tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d found, %d carried", t.Found, t.Carried)
	if t.Recipients != 0 && t.Recipients != t.Carried {
		fmt.Fprintf(&b, " (to %d recipients, one envelope each)", t.Recipients)
	}
	fmt.Fprintf(&b, ", %d left out\n", t.Found-t.Carried)
	reasons := slices.Sorted(maps.Keys(t.Left))
	slices.SortStableFunc(reasons, func(a, b string) int { return t.Left[b] - t.Left[a] })
	for _, reason := range reasons {
		fmt.Fprintf(&b, "%8d  %s\n", t.Left[reason], reason)
	}
	if n := t.Attachments - t.Left[mediaOnly]; n > 0 {
		fmt.Fprintf(&b, "Left out of messages that were carried: %d attachments.\n", n)
	}
	if t.Redated > 0 {
		fmt.Fprintf(&b, "Carried with the date of delivery, as their own cannot be read: %d.\n", t.Redated)
	}
	return b.String()
}

// The reasons why an item is left out.
const (
	beforeFirst = "before the first message"
	systemLine  = "system line"
	mediaOnly   = "media left out"
	deleted     = "deleted by its sender"
	empty       = "empty"

	headerTooLarge = "header too large"
	noSender       = "no sender"
	noRecipient    = "no recipient"
	toOneself      = "to oneself"
	unknownCharset = "unknown character set"
	unreadable     = "unreadable MIME"
	noText         = "no text"

	notMail = "not a mail"

	noDate  = "no date"
	tooLong = "text too long"
)

// An outlet calls emit for each message of a file, and keeps the tally.
type outlet struct {
	Tally
	emit    func(message) error
	stopped error // the error of emit
}

func newOutlet(emit func(message) error) outlet {
	return outlet{Tally: Tally{Left: make(map[string]int)}, emit: emit}
}

func (o *outlet) leave(reason string) {
	o.Found++
	o.Left[reason]++
}

func (o *outlet) carry(m message) error {
	if o.stopped = o.emit(m); o.stopped != nil {
		return o.stopped
	}
	o.Found++
	o.Carried++
	return nil
}
