// Package conversation reads the conversations that package attacks sends
// through its systems: the embedded one of a small town, a chat that WhatsApp or
// Telegram has exported, or mail as a mail program or a list archive keeps it.
//
// Programs that measure a system want [Town], which is the same for everyone.
// Those that show what a theft would open of a person's own messages want
// [ReadChat] and [ReadMbox]. This is no library for mail: subjects, threads,
// pictures and attachments are left out.
//
// Files may be damaged. Every item that does not become a message is counted
// under a reason, and the counts add up: see [Tally]. Memory depends on the
// longest text, at most [MaxText] bytes, and on the number of people, not on the
// size of the file: messages are kept on an [attacks.Tape].
package conversation

import (
	"context"
	"io"
	"io/fs"

	"doormat/attacks"
)

// MaxText is the length in bytes of the longest text that is read. A message
// with a longer one is counted and skipped, and is never held in memory whole.
const MaxText = 1 << 20

// A Conversation is one that [attacks.Run] and [attacks.Matrix] take, and what a
// report says of it. Its messages are in the order of their dates and, of one date,
// of the file. They can be ranged over any number of times until Close.
type Conversation struct {
	*attacks.Conversation

	// Envelopes is the number of recipients of all messages: what a system sends that seals each
	// message for each recipient.
	Envelopes int

	// Title is what a report calls the conversation. It is empty for a file,
	// whose name the reader is not told.
	Title string

	// Busiest is the person whose device is worth taking: of those who have written,
	// and are no mailing list, the one with a part in the most messages, and of
	// several the first to appear. What a person received counts up to as often as
	// the person wrote, or whole where a mail server delivered it to the person's
	// own mailbox. It is empty if there are no messages.
	Busiest string

	// Shown are the indexes, ascending, of at most three messages that a report
	// can show: in the town those worth reading, in a file those at a quarter,
	// half, and three quarters.
	Shown []int

	// Tally is what the file held; it is zero for the town.
	Tally Tally

	spool *spool
}

// ReadChat reads a chat that WhatsApp has exported ("Export chat") on Android or iOS, in the language and
// the date format of any locale, or Telegram Desktop's result.json with one chat or all. It may be packed:
// a zip with one chat in it, as phones hand it out, gzip, or UTF-16. A message goes to everyone else who
// has written in the chat. WhatsApp's dates are in UTC, but name the writer's clock, as the file gives no
// zone.
//
// Whether 05/06 is a day in June or in May is decided by all dated lines of the file that write their dates
// alike: a number over 12 settles it, then the order in which time runs forwards; where both fit, the day
// comes first. A date that is impossible in that order is read in another one.
//
// A line without a date continues the message before it. So a text that contains a dated line of the same
// layout is read as two messages; the file does not tell them apart. What WhatsApp writes of its own accord
// is known by its words, in the languages of words.txt, and on iOS by a mark before it.
//
// The reasons in the Tally are "before the first message" (for each line that is not blank), "system line",
// "media left out", "deleted by its sender", "empty", "text too long", "no date" for a date that the
// calendar does not have, and in Telegram's export "no sender" and "to oneself".
//
// It returns an error that names the file's kind if it is no such file, or if reading or spooling fails, or
// if ctx is done. Close the conversation.
func ReadChat(ctx context.Context, r io.Reader) (*Conversation, error) {
	return open(ctx, r, readChat)
}

// ReadChatFolder does what ReadChat does with the one chat in a folder: an export that was unpacked.
func ReadChatFolder(ctx context.Context, folder fs.FS) (*Conversation, error) {
	return open(ctx, folder, readChatFolder)
}

// ReadMbox reads an mbox of a mail program, of Google Takeout, or of a list archive of any age, or a single
// mail. It may be packed: gzip, UTF-16, or a zip of such files.
//
// A message begins at a line "From …" that a field of a header follows: Mozilla's rule, whatever stands in
// the line, if the field is one that mail has; or that follows a blank line and is as RFC 4155 wants it. The
// first line of a patch of git is text. Quoted lines, ">From …", lose one ">". Content-Length is ignored.
//
// A person is an address. The name is the one that most often stands beside it in From, or else in other
// fields; no two people have the same, and where there is none left it is the address. Where a list has put
// its own address into From, the sender is looked for in X-Original-From, Reply-To and Cc. Messages go to
// To, Cc and Bcc without the sender; where those are empty, to the mailing list, the address of delivery, or
// the newsgroups. Pipermail's archives name no recipient at all: there it is "the list". Dates are converted
// to UTC.
//
// The text is the readable part of the message: plain text if there is any, or else HTML reduced to text,
// or else the text of a mail within it; the subject is not part of it. Bytes outside any declared character
// set are read as UTF-8 or, where they are not valid, as Windows-1252.
//
// The reasons in the Tally are "header too large" (over 256 KiB), "no sender", "no recipient", "to oneself",
// "no date" (neither its own nor one of delivery, or none between 1970 and 2100), "text too long", "unknown
// character set", "unreadable MIME", "no text" and, for a file in a folder, "not a mail".
//
// It returns an error that names the file's kind if it is no such file, or if reading or spooling fails, or
// if ctx is done. Close the conversation.
func ReadMbox(ctx context.Context, r io.Reader) (*Conversation, error) {
	return open(ctx, r, readMbox)
}

// ReadMailFolder does what ReadMbox does with all mail in a folder and those below it: a Maildir, a folder of
// .eml or .emlx files or of mailboxes, Apple's x.mbox.
func ReadMailFolder(ctx context.Context, folder fs.FS) (*Conversation, error) {
	return open(ctx, folder, readMailFolder)
}

// First returns a conversation of the first messages of c: as many as make at most n Envelopes, with the
// people who have a part in those. It may be c itself; otherwise c is closed.
func (c *Conversation) First(n int) (*Conversation, error) {
	if c.Envelopes <= n {
		return c, nil
	}
	s, err := c.spool.first(n)
	if err != nil {
		return nil, err
	}
	part := s.conversation()
	part.Title, part.Tally = c.Title, c.Tally
	return part, c.Close()
}

// Close removes the temporary file that a long conversation is kept in. The
// messages cannot be read after it.
func (c *Conversation) Close() error { return c.spool.tape.Close() }

// A reader reads a file or a folder and calls emit for each message. The tally is right for the part that
// was read if it returns an error, too.
type reader[F any] func(ctx context.Context, file F, emit func(message) error) (Tally, error)

func open[F any](ctx context.Context, file F, read reader[F]) (*Conversation, error) {
	s := newSpool()
	tally, err := read(ctx, file, s.add)
	if err == nil {
		err = s.sort()
	}
	if err != nil {
		s.tape.Close()
		return nil, err
	}
	c := s.conversation()
	c.Tally = tally
	c.Tally.Recipients = c.Envelopes
	return c, nil
}
