// Package report draws what an experiment has found, as text for a terminal and as a page for a
// browser. It knows nothing of cryptography: its input is names and numbers.
package report

import "time"

// Report is what there is to draw.
type Report struct {
	Title    string // of the conversation
	Messages int
	People   int
	From, To time.Time // dates of the first and the last message
	Victim   string    // whose device was taken

	Systems []string // columns
	Rows    []Row

	Schemes     []Scheme // other systems that carried the same messages
	SchemesSays string   // a sentence on them

	Pictures []Picture // for the page: one a system for each theft that is drawn, side by side
	Samples  []Sample
	Note     string // a sentence on what is the same in all rows
	Closing  string // one line with the figures
}

// Scheme is a system with thefts of its own: each row has one cell.
type Scheme struct {
	Name string
	Rows []Row
}

// Row is one theft: a cell for each system, nil where the theft does not exist.
type Row struct {
	Theft, Takes string
	Cells        []*Cell
}

// Cell is what one theft exposes in one system.
type Cell struct {
	Before, After Count
	People        Count
	Forged        string // "accepted", "refused" or "-"
	Noticed       string
	Operations    int64
	Time          time.Duration // 0 if it is not to be shown
	Healed        string        // "never", "at once", or after how many messages; "" if nothing opened after the theft
}

// Count is so many of so many.
type Count struct{ N, Of int }

// Picture is what opened in one system, per person and over time. The first of several side by
// side says which theft they are about; where that does not exist, another can stand for it. Many
// bins are drawn as few, and of people the first 40.
type Picture struct {
	System string
	Theft  string      // "" if it does not exist there, and nothing stands for it
	Bins   []time.Time // the beginning of each bin
	Moment int         // the bin the theft falls into; len(Bins) if it is after all of them
	At     time.Time   // of the theft, for its place within the bin; may be zero
	People []Strip
}

// Strip is one person's line in a picture: the messages he wrote or received, by bin.
type Strip struct {
	Name string
	Bins []Count
}

// Sample is one message: as it was written, as each system carried it, and what the thief read
// there ("" if nothing).
type Sample struct {
	At       time.Time
	From, To string
	Text     string
	Sealed   []Sealed
}

// Sealed is the same message in one system.
type Sealed struct {
	System     string
	Ciphertext []byte // an excerpt, the encrypted text itself
	Size       int    // of the whole envelope, in bytes
	Read       string // what the thief read of it
}
