// Package report shows what an experiment has found: as text for a terminal, or
// as a page for a browser that needs no network, scripts or fonts.
//
// It takes the [attacks.Table] that [attacks.Matrix] returns. A program that
// prints a few figures in sentences of its own wants the fields of
// [attacks.Exposure], and [Fraction] and [Percent].
//
// Names and texts come from conversations that other people wrote. In text,
// control characters and those that change the direction of writing are
// replaced; on a page, markup is escaped as well.
package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"doormat/attacks"
)

// A Report is a table, and what to show of it. New makes one; the fields may be
// set before it is written, and are shown in this order.
type Report struct {
	Title    string    // of the page
	Lead     string    // what is compared, in a sentence or two
	Finding  string    // what came of it
	Subject  string    // of the conversation, in a few words
	Terms    []Term    // the words of the table
	BySystem bool      // list the thefts of each system below its name, not systems side by side
	Times    bool      // show the tries and the time of each theft, which differ from run to run; not with BySystem
	Note     string    // sentences on the table
	Pictures []Picture // on the page only
	Samples  []Sample
	Reaches  []Reach // on the page only
	Made     string  // the program, its version and the command, on the page only

	table   *attacks.Table
	history *history
	systems []string
	rows    []row
}

// A Term is a word that the table uses, and what it means.
type Term struct{ Word, Means string }

// A Picture shows the messages that a theft opens, by person and over time, a
// panel for each system. The first 40 people are drawn, those with the most
// messages first.
type Picture struct {
	Theft   attacks.TheftName
	Instead attacks.TheftName // drawn for a system that does not know Theft; "" for nothing
}

// A Sample is one message, and what became of it in some systems.
type Sample struct {
	attacks.Message
	Sealed []Sealed
}

// Sealed is a message as one system carried it.
type Sealed struct {
	System     string
	Ciphertext []byte // an excerpt of the encrypted text, of which at most 64 bytes are shown
	Size       int    // bytes of the whole envelope
	Read       string // what a thief read of it, "" for nothing
}

// New returns the report of a table. It ranges once over the conversation, and
// returns an error only if that does. The table may be closed when New returns.
func New(t *attacks.Table) (*Report, error) {
	h, err := newHistory(t.Conversation)
	if err != nil {
		return nil, err
	}
	r := &Report{table: t, history: h, systems: t.Systems()}
	for _, theft := range t.Thefts() {
		r.rows = append(r.rows, newRow(t, theft, h))
	}
	return r, nil
}

// Text writes a report for a terminal. Lines end with "\n". Each has at most
// o.Width characters, colours not counted. The same report and options give the
// same bytes. It returns the errors of w.
func Text(w io.Writer, r *Report, o Options) error {
	_, err := io.WriteString(w, text(r, o))
	return err
}

// HTML writes a report as one page, in UTF-8. The same report gives the same
// bytes. It returns the errors of w, and an error if a picture is of a theft
// that no system of the table knows.
func HTML(w io.Writer, r *Report) error {
	thefts := r.table.Thefts()
	for _, p := range r.Pictures {
		for _, theft := range []attacks.TheftName{p.Theft, p.Instead} {
			if theft == "" && p.Theft != "" || slices.Contains(thefts, theft) {
				continue
			}
			return fmt.Errorf("report: a picture is of the theft %q, expected one of %q", theft, thefts)
		}
	}
	var b bytes.Buffer
	if err := pageTemplate.ExecuteTemplate(&b, "page.html.tmpl", newPage(r)); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
