// Package deal makes the puzzles of lesson 14, and checks answers.
package deal

import (
	"encoding/binary"
	"fmt"
	mathrand "math/rand/v2"

	"doormat/escrow/traceback"
	"doormat/examples/lessons/lesson"
)

var (
	people  = []string{"Ana", "Ben", "Cem", "Dee", "Eli", "Fay", "Gus", "Ida"}
	phrases = []string{
		"yes", "no", "ok", "Good morning", "Good night", "On my way.", "Thank you", "Happy birthday!", "I love you.", "Call me.",
		"I am pregnant.", "I have quit.", "The test was positive.", "I voted for the other one.", "The mill will close in May.",
		"School is closed tomorrow.", "The mayor has resigned.", "The bridge is shut.", "Strike on Monday.", "I never wrote this.",
	}
	places = []string{
		"The old mill", "The bridge", "The station", "The library", "Behind the school", "The harbour", "The chapel", "Platform 2",
	}
)

// A kind is a kind of text.
type kind int

const (
	phrase  kind = iota
	meeting      // a place of the list, and a time of day
	number       // a telephone extension of five digits
	secret       // what cannot be guessed: 64 bits of it are random
)

// A row is one of the table's, with what stands behind it.
type row struct {
	kind kind
	text string
}

// New draws a salt that all clients know, and 24 texts: eight phrases, six meetings, six telephone
// extensions, and four that cannot be guessed. One meeting is before ten, and one extension below 1,000, so
// that zeros in front count.
func New(draw *mathrand.Rand) lesson.Task {
	var rows []row
	add := func(k kind, text string) { rows = append(rows, row{k, text}) }
	for _, i := range draw.Perm(len(phrases))[:8] {
		add(phrase, phrases[i])
	}
	for i, place := range draw.Perm(len(places))[:6] {
		minute := draw.IntN(24 * 60)
		if i == 0 {
			minute = draw.IntN(10 * 60)
		}
		add(meeting, fmt.Sprintf("%s, %02d:%02d", places[place], minute/60, minute%60))
	}
	for i := range 6 {
		extension := i*10_000 + draw.IntN(10_000)
		if i == 0 {
			extension = draw.IntN(1000)
		}
		add(number, fmt.Sprintf("My extension is %05d.", extension))
	}
	for range 4 {
		add(secret, fmt.Sprintf("They have known since January. The letter has the number %016x.", draw.Uint64()))
	}
	draw.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })

	salt := binary.BigEndian.AppendUint64(nil, draw.Uint64())
	type line struct {
		Digest traceback.Digest
		From   string
	}
	var table []line
	for _, r := range rows {
		table = append(table, line{traceback.Hash(salt, []byte(r.text)), people[draw.IntN(len(people))]})
	}
	return lesson.Task{
		Puzzle: lesson.Pack(map[string]any{"Salt": salt, "Rows": table, "Phrases": phrases, "Places": places}),
		Check:  func(answer []byte) *lesson.Miss { return check(answer, rows) },
	}
}

func check(answer []byte, rows []row) *lesson.Miss {
	var texts []string
	if err := lesson.Unpack(answer, &texts); err != nil || len(texts) != len(rows) {
		return &lesson.Miss{
			Got:  fmt.Sprintf("%d texts", len(texts)),
			Want: fmt.Sprintf("%d texts, one for each row, and \"\" where none is found", len(rows)),
			Why:  "a row has no text",
			Hint: "make([]string, len(rows)) has a place for each row, with \"\" in it",
		}
	}
	open := 0
	for _, text := range texts {
		if text != "" {
			open++
		}
	}
	for i, r := range rows {
		miss := &lesson.Miss{Got: fmt.Sprintf("%.80q for row %d, and %d of %d rows open", texts[i], i, open, len(rows)), Want: fmt.Sprintf("%q", r.text)}
		switch {
		case texts[i] == r.text || r.kind == secret && texts[i] == "":
			continue
		case texts[i] != "":
			miss.Want = "a text whose digest is that of the row, or \"\""
			miss.Why = "this text has another digest"
			miss.Hint = "compare the digest of each text that you try with those of the rows"
		case open == 0:
			miss.Why = "no row opens: what is hashed is the salt, and the text behind it"
			miss.Hint = "the salt is known to every client, and so to you: sha256.Sum256(append(salt, text...)) on a copy of the salt"
		case r.kind == phrase:
			miss.Why = "this text is one of the phrases"
			miss.Hint = "hash each phrase, and look the digest up in a map from digests to rows"
		case r.kind == meeting:
			miss.Why = "this text is a place and a time: 1,440 texts for each place"
			miss.Hint = "all minutes of a day, with two digits each for hour and minute: fmt.Sprintf(\"%02d:%02d\", h, m)"
		default:
			miss.Why = "this text has a number of five digits in it, and there are 100,000 of these"
			miss.Hint = "from 00000 to 99999, with zeros in front: fmt.Sprintf(\"%05d\", n)"
		}
		return miss
	}
	return nil
}
