// Package all is the table of the lessons: what deals their puzzles, for the grader and for the tests.
package all

import (
	readitall "doormat/examples/lessons/01-read-it-all/deal"
	envelopes "doormat/examples/lessons/02-envelopes/deal"
	oneway "doormat/examples/lessons/03-one-way/deal"
	leaf "doormat/examples/lessons/04-leaf/deal"
	tworogues "doormat/examples/lessons/05-two-rogues/deal"
	pencil "doormat/examples/lessons/06-pencil/deal"
	nonce "doormat/examples/lessons/07-nonce/deal"
	shares "doormat/examples/lessons/08-shares/deal"
	fortybits "doormat/examples/lessons/09-forty-bits/deal"
	unhashed "doormat/examples/lessons/10-unhashed/deal"
	healing "doormat/examples/lessons/11-healing/deal"
	samenumber "doormat/examples/lessons/12-same-number/deal"
	baserates "doormat/examples/lessons/13-base-rates/deal"
	dictionary "doormat/examples/lessons/14-dictionary/deal"
	ghost "doormat/examples/lessons/15-ghost/deal"
	answers "doormat/examples/lessons/16-answers/deal"
	"doormat/examples/lessons/lesson"
)

// A Lesson is one row.
type Lesson struct {
	Folder string
	Deal   lesson.Deal
	Sheet  lesson.DealSheet // nil: the lesson has no puzzle for other languages
	Forbid []string         // paths that an answer may not import, nor anything below them, besides those that none may
	Heavy  bool             // the answer computes for long: the grader compiles it and does not interpret it
}

// Lessons lists all, in order.
var Lessons = []Lesson{
	{Folder: "01-read-it-all", Deal: readitall.New, Sheet: readitall.NewSheet},
	{Folder: "02-envelopes", Deal: envelopes.New},
	{Folder: "03-one-way", Deal: oneway.New, Sheet: oneway.NewSheet},
	{Folder: "04-leaf", Deal: leaf.New, Heavy: true},
	{Folder: "05-two-rogues", Deal: tworogues.New},
	{Folder: "06-pencil", Deal: pencil.New, Forbid: []string{"doormat/escrow/dualec"}, Heavy: true},
	{Folder: "07-nonce", Deal: nonce.New, Forbid: []string{"doormat/escrow/dualec"}, Heavy: true},
	{Folder: "08-shares", Deal: shares.New, Sheet: shares.NewSheet, Forbid: []string{"doormat/escrow/threshold", "github.com/cloudflare/circl"}},
	{Folder: "09-forty-bits", Deal: fortybits.New, Sheet: fortybits.NewSheet, Forbid: []string{"doormat/escrow/weakcipher"}, Heavy: true},
	{Folder: "10-unhashed", Deal: unhashed.New, Forbid: []string{"doormat/escrow/adk"}},
	{Folder: "11-healing", Deal: healing.New},
	{Folder: "12-same-number", Deal: samenumber.New, Forbid: []string{"doormat/noescrow"}, Heavy: true},
	{Folder: "13-base-rates", Deal: baserates.New, Forbid: []string{"doormat/escrow/scanning"}, Heavy: true},
	{Folder: "14-dictionary", Deal: dictionary.New, Forbid: []string{"doormat/escrow/traceback"}, Heavy: true},
	{Folder: "15-ghost", Deal: ghost.New, Forbid: []string{"doormat/escrow/ghost"}, Heavy: true},
	{Folder: "16-answers", Deal: answers.New, Forbid: []string{"doormat/noescrow/recovery"}, Heavy: true},
}
