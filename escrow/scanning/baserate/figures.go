package baserate

import "math/big"

// A Figure is a number that was published.
type Figure struct {
	What   string
	Value  *big.Rat
	Source string // who says it, where
	Read   bool   // the source was read for this library; else the figure is what is commonly quoted of it
}

func rat(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic("baserate: internal error: " + s + " is no number")
	}
	return r
}

// The figures that stand for the two sides. Each is the best number that side has published, and no one has
// measured any of them where it would be used.
var (
	// MessagesADay is what one company carries.
	MessagesADay = Figure{"messages a day, by one company", rat("1e11"), "Meta, 2026: over 100 billion", true}
	// HashClaim is the false-positive rate of known pictures.
	HashClaim = Figure{"PhotoDNA, false positives", rat("1/50000000000"), "industry, quoted in the European Commission's proposal", false}
	// ClassifierClaim is a precision.
	ClassifierClaim = Figure{"classifier of unknown pictures, precision", rat("0.999"), "Thorn", false}
	// ClassifierCritics is the same number, read as 1 - f.
	ClassifierCritics = Figure{"the same, read as false positives", rat("1/1000"), "jmason.ie, 2024", true}
	// GroomingClaim is what share of what a detector of grooming flags is right.
	GroomingClaim = Figure{"detector of grooming, accuracy", rat("0.88"), "Microsoft's Artemis, in the Commission's impact assessment", false}
	// GroomingNote is a share of conversations.
	GroomingNote = Figure{"conversations wrongly flagged as grooming", rat("1/10"), "a leaked note, pirati.io", true}
	// AccountClaim is the chance a year that an account is flagged wrongly.
	AccountClaim = Figure{"Apple, an account flagged wrongly, a year", rat("1/1000000000000"), "Apple, 2021", true}
	// AccountThreshold is the number of matches for that.
	AccountThreshold = Figure{"Apple, matches before an account opens", rat("30"), "Apple, in an interview, 2021", true}
)

// Published returns all figures, in the order above.
func Published() []Figure {
	return []Figure{MessagesADay, HashClaim, ClassifierClaim, ClassifierCritics, GroomingClaim, GroomingNote, AccountClaim, AccountThreshold}
}

// An Observation is what an authority has counted of the reports that it received: in Europe under the interim
// regulation and before it, in the United States from the whole world.
type Observation struct {
	Who      string
	When     string
	Reports  int64
	Relevant int64  // of these, -1 if it was not said
	Is       string // what relevant means there
	Source   string
	Read     bool
}

// Share returns the share of the reports that were relevant, and nil if it was not said.
func (o Observation) Share() *big.Rat {
	if o.Relevant < 0 || o.Reports <= 0 {
		return nil
	}
	return big.NewRat(o.Relevant, o.Reports)
}

// Observations returns what authorities have counted. The European Commission's own evaluations have no such
// table: that of December 2023 calls the data insufficient and not comparable (Euractiv), that of 2025 counts
// over 700,000 reports in 2024 and shows no link to convictions (commonwealthunion.com).
func Observations() []Observation {
	return []Observation{
		{"Garda, Ireland", "2020", 4192, 852, "confirmed as such material", "Garda, by way of ICCL, 19 October 2022", false},
		{"Garda, Ireland", "2020", 4192, 4192 - 471, "all but those verified to be none: beaches, nudists, adults", "ICCL, 19 October 2022", true},
		{"BKA, Germany", "2023", 180300, 89350, "criminal under German law", "BKA, by way of the press, November 2024", true},
		{"BKA, Germany", "2024", 205728, 106353, "criminal under German law", "BKA", false},
		{"fedpol, Switzerland", "2024", 15736, -1, "", "fedpol, annual report 2024", true},
		{"BKA, Germany", "2022", 136437, -1, "", "netzpolitik.org", true},
		{"NCMEC, United States", "2023", 36_200_000, 63_892, "escalated as urgent", "NCMEC, 2023", true},
		{"European Union", "2024", 700_000, -1, "", "European Commission's evaluation, 2025: over 700,000, by way of commonwealthunion.com", true},
	}
}
