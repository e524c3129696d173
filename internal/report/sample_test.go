package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata")

// readSample returns what a run over the conversation of example breach has found, once: 16
// people, 416 messages, seven weeks.
func readSample(t testing.TB) *Report {
	t.Helper()
	b, err := os.ReadFile("testdata/sample.json")
	if err != nil {
		t.Fatal(err)
	}
	r := new(Report)
	if err := json.Unmarshal(b, r); err != nil {
		t.Fatal(err)
	}
	return r
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	file = filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s has changed; if it should, run go test ./internal/report -update, and look at it", file)
	}
}

func text(t testing.TB, r *Report, o Options) string {
	t.Helper()
	var b strings.Builder
	if err := Text(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func html(t testing.TB, r *Report) string {
	t.Helper()
	var b strings.Builder
	if err := HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// evil is a text that a page or a terminal must not take at its word.
const evil = "</svg></title></style><script>alert(1)</script>\"'`<!--\x1b[31m\u202e\x00\xff{{.}}"

// evilReport has it everywhere.
func evilReport() *Report {
	at := time.Date(2026, 3, 2, 7, 41, 21, 0, time.UTC)
	cell := &Cell{
		Before: Count{1, 2}, After: Count{1, 2}, People: Count{1, 2},
		Forged: evil, Noticed: evil, Healed: evil, Operations: 7, Time: time.Second,
	}
	return &Report{
		Title: evil, Messages: 4, People: 2, From: at, To: at, Victim: evil,
		Systems: []string{evil, evil + evil},
		Rows:    []Row{{Theft: evil, Takes: evil, Cells: []*Cell{cell, nil}}},
		Note:    evil,
		Schemes: []Scheme{{evil, []Row{{evil, evil, []*Cell{cell}}, {Theft: evil}}}}, SchemesSays: evil,
		Pictures: []Picture{
			{System: evil, Theft: evil, Bins: []time.Time{at}, People: []Strip{{evil, []Count{{1, 2}}}}},
			{System: "b", Theft: "c" + evil, Bins: []time.Time{at}, Moment: 1},
		},
		Samples: []Sample{{At: at, From: evil, To: evil, Text: evil, Sealed: []Sealed{
			{System: evil, Ciphertext: []byte(evil), Size: 9, Read: evil + "!"},
			{System: evil, Ciphertext: []byte(evil)},
		}}},
		Closing: evil,
	}
}

// longReport has names, texts and numbers that are too long.
func longReport() *Report {
	at := time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC)
	long := strings.Repeat("Wolfeschlegelsteinhausenbergerdorff", 20)
	words := strings.Repeat("one two three ", 300)
	n := Count{1234567, 12345678}
	c := &Cell{Before: n, After: n, People: n, Forged: words, Noticed: words, Healed: words, Operations: 1 << 60, Time: 99 * time.Hour}
	return &Report{
		Title: words, Messages: 1 << 60, People: 1 << 60, From: at, To: at.AddDate(1, 0, 0), Victim: long,
		Systems: []string{long, words, "x", "世界" + long},
		Rows:    []Row{{long, words, []*Cell{c, c, c, c}}, {words, long, []*Cell{nil, c}}},
		Schemes: []Scheme{{long, []Row{{words, long, []*Cell{c}}, {long, words, nil}}}, {words, nil}}, SchemesSays: words,
		Samples: []Sample{
			{at, long, words, long, []Sealed{{long, []byte(words), 1 << 60, long}, {words, []byte(words), 1, ""}, {"x", nil, 0, words}}},
			{at, words, long, words, nil},
		},
		Closing: long + words,
	}
}
