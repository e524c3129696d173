package conversation

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
)

// Where a mail begins.

var fromSpace = []byte("From ")

// isSeparator reports whether a line that begins "From " begins a message, given the line after it.
//
// RFC 4155 wants a sender and a date in the line and a blank line before it, and few programs write all
// that. Mozilla's rule is that a field of a header follows, whatever stands in the line; so two mails are
// not joined into one. It is kept here, with two exceptions: a line of prose ("From here on") needs a field
// that mail has, not just a word and a colon; and the first line of a patch of git, which people attach, is
// text. A line that is as RFC 4155 wants it begins a message even if no field follows.
func (b *mailbox) isSeparator(line, after []byte, more bool) bool {
	switch {
	case isPatch(line):
		return b.patches
	case b.blank && envelopeLine.Match(line):
		return true
	case !more:
		return false
	case bytes.HasPrefix(after, []byte(">From ")): // as UUCP has added
		return looksLikeEnvelope(line)
	case looksLikeEnvelope(line):
		return isField(after)
	}
	return isHeaderField(after)
}

const (
	weekdays = `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)`
	months   = `(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)`
	clock    = `\d{1,2}:\d\d(?::\d\d)?`
)

// envelopeLine matches a "From " line: a sender or "-", then a date in the form of asctime, with or without
// a zone, or of a mail header; or a number.
var envelopeLine = regexp.MustCompile(`^From +(?:-?\d{9,}|(\S+(?: at \S+)?|) *\b(` +
	weekdays + `,? +` + months + ` +\d{1,2} +` + clock + `(?: +[-+A-Z][-+A-Z0-9]*){0,2} +\d{4}(?: +[-+A-Z][-+A-Z0-9]*)?|` +
	weekdays + `,? +\d{1,2} +` + months + ` +\d{4} +` + clock + `(?: +[-+A-Z][-+A-Z0-9]*)?` +
	`)(?: +remote from \S+)?)\s*$`)

// isPatch reports whether a "From " line is the first of a patch of git: the name of a commit, and a date
// that is always the same.
func isPatch(line []byte) bool { return patchLine.Match(line) }

var patchLine = regexp.MustCompile(`^From (?:[0-9a-f]{40}|[0-9a-f]{64}) Mon Sep 17 00:00:00 2001\s*$`)

// looksLikeEnvelope reports whether a "From " line has what prose seldom has: nothing at all behind it, an
// address, a lone dash, a long number, or a time of day beside a year.
func looksLikeEnvelope(line []byte) bool { return likeEnvelope.Match(line) }

var likeEnvelope = regexp.MustCompile(`^From +(?:$|-(?: |$)|-?\d{9,}|[^ ]*[@!]|.*<[^<> ]+@[^<> ]+>|[^ ]+(?: at [^ ]+)? +` + weekdays + ` )` +
	`|^From .*\b\d{1,2}: ?\d\d.*\b(?:19|20)\d\d\b|^From .*\b(?:19|20)\d\d\b.*\d{1,2}: ?\d\d`)

// isField reports whether a line is a field of a header: RFC 5322, Section 2.2.
func isField(line []byte) bool {
	_, value, ok := field(line)
	return ok && !bytes.HasPrefix(value, []byte("//")) // an address of the web
}

// isHeaderField reports whether a line is a field that mail has.
func isHeaderField(line []byte) bool {
	key, _, ok := field(line)
	return ok && (strings.HasPrefix(key, "x-") && len(key) > 2 || mailFields[key])
}

// isMail reports whether a file that does not begin with a "From " line is a mail: a field that mail has is
// in its first line, and one of From, Date, Received, or Message-ID in its header.
func isMail(ctx context.Context, head []byte) bool {
	in := newLines(ctx, bytes.NewReader(head))
	begun, found := false, false
	for line, ok := in.next(); ok; line, ok = in.next() {
		line := bytes.TrimLeft(line, "\uFEFF")
		switch {
		case !begun && len(bytes.TrimSpace(line)) == 0:
			continue
		case !begun && !isHeaderField(line):
			return false
		case len(line) == 0:
			return found
		}
		begun = true
		key, _, _ := field(line)
		found = found || slices.Contains([]string{"from", "date", "received", "message-id"}, key)
	}
	return found
}

// mailFields are the fields of RFC 5322, RFC 2045, RFC 2369 and RFC 2919, and those that servers and
// mail programs begin a header with.
var mailFields = wordSet(`return-path received received-spf date from sender reply-to to cc bcc message-id in-reply-to
	references subject comments keywords resent-date resent-from resent-sender resent-to resent-cc resent-bcc
	resent-message-id mime-version content-type content-transfer-encoding content-id content-description
	content-disposition content-language content-length list-id list-post list-help list-archive list-subscribe
	list-unsubscribe list-owner delivered-to delivery-date envelope-to dkim-signature domainkey-signature
	authentication-results arc-seal arc-message-signature arc-authentication-results status lines path newsgroups
	organization organisation precedence priority importance errors-to apparently-to mailing-list user-agent
	followup-to distribution xref article-i.d relay-version posting-version thread-topic thread-index
	auto-submitted autocrypt disposition-notification-to sensitivity via original-recipient article expires
	approved supersedes control summary nntp-posting-host posted-date feedback-id savedfromemail message-context`)

// envelope returns the sender's address and the date in a "From " line, or "". Mail programs that know no
// sender write a placeholder, which it ignores.
func envelope(from string) (address, date string) {
	if m := envelopeLine.FindStringSubmatch(from); m != nil {
		address, date = m[1], m[2]
	} else {
		rest := strings.TrimPrefix(from, "From ")
		address = anAddress.FindString(rest)
		if at := dateStart.FindStringIndex(rest); at != nil {
			date = rest[at[0]:]
		}
	}
	if address == "-" || address == "???@???" || strings.HasSuffix(address, "@xxx") {
		address = ""
	}
	return address, date
}

var dateStart = regexp.MustCompile(`\b(?:` + weekdays + `\b|\d{4}-\d\d-\d\d)`)
