// Package deal makes the puzzles of lesson 01, and checks answers.
package deal

import (
	"bytes"
	"encoding/hex"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strings"

	"filippo.io/age/armor"

	"doormat/attacks"
	"doormat/attacks/conversation"
	"doormat/escrow"
	"doormat/examples/lessons/lesson"
)

// New draws a town with an escrow key, and sends 12 to 20 successive messages of the town through it. Three to
// five of the envelopes are damaged after they were sent. The answer is a list of texts.
func New(draw *mathrand.Rand) lesson.Task {
	authority := escrow.NewAuthority()
	messages := slice(draw, 12+draw.IntN(9))
	envelopes := send(authority.Recipient(), messages)
	damaged := draw.Perm(len(envelopes))[:3+draw.IntN(3)]
	for i, n := range damaged {
		envelopes[n] = damage(draw, envelopes[n], i)
	}
	var want []string
	for i, m := range messages {
		if !slices.Contains(damaged, i) {
			want = append(want, m.Text)
		}
	}
	return lesson.Task{
		Puzzle: lesson.Pack(struct {
			Key       string
			Envelopes [][]byte
		}{authority.RecoveryKey(), envelopes}),
		Check: func(answer []byte) *lesson.Miss { return check(answer, want, len(envelopes)) },
	}
}

// slice returns n successive messages of the town.
func slice(draw *mathrand.Rand, n int) []attacks.Message {
	town := conversation.Town()
	from := draw.IntN(town.Len - n)
	var all []attacks.Message
	for m := range town.Messages {
		all = append(all, m)
	}
	return all[from : from+n]
}

// send seals each message on its sender's device, and opens it on its recipient's.
func send(authority string, messages []attacks.Message) (envelopes [][]byte) {
	devices := map[string]*escrow.Device{}
	device := func(name string) *escrow.Device {
		if devices[name] == nil {
			d, err := escrow.NewDevice(authority)
			must(err)
			devices[name] = d
		}
		return devices[name]
	}
	for _, m := range messages {
		from, to := device(m.From), device(m.To)
		if !slices.Contains(from.Peers(), to.Identity()) {
			publication, err := to.Publish(1)
			must(err)
			shelf, err := escrow.NewShelf(publication)
			must(err)
			must(from.Start(to.Identity(), shelf.Bundle()))
		}
		envelope, err := from.Seal(to.Identity(), []byte(m.Text), nil)
		must(err)
		_, _, err = to.Open(envelope, nil)
		must(err)
		envelopes = append(envelopes, envelope)
	}
	return envelopes
}

// damage returns an envelope that the key does not open: cut, empty, of another version, or with one bit of the
// field or of the body changed.
func damage(draw *mathrand.Rand, envelope []byte, way int) []byte {
	const field = 1 + 1168 // where it ends
	b := slices.Clone(envelope)
	switch way {
	case 0:
		return b[:draw.IntN(field)]
	case 1:
		b[1+draw.IntN(field-1)] ^= 1 << draw.IntN(8)
	case 2:
		b[field+3+draw.IntN(16)] ^= 1 << draw.IntN(8)
	case 3:
		return []byte{}
	default:
		b[0]++
	}
	return b
}

func check(answer []byte, want []string, envelopes int) *lesson.Miss {
	miss := &lesson.Miss{Want: fmt.Sprintf("%d texts of %d envelopes", len(want), envelopes)}
	var got []string
	if err := lesson.Unpack(answer, &got); err != nil {
		miss.Got, miss.Why, miss.Hint = "no list of texts", "the answer cannot be read", "return a []string"
		return miss
	}
	miss.Got = fmt.Sprintf("%d texts", len(got))
	sorted := func(s []string) []string { return slices.Sorted(slices.Values(s)) }
	switch {
	case slices.Equal(got, want):
		return nil
	case slices.Contains(got, ""):
		miss.Why = "there is an empty text among them: a damaged envelope has no text, not an empty one"
		miss.Hint = "append a text only if Recover returned no error"
	case len(got) == 0:
		miss.Why = "nothing was read"
		miss.Hint = "an Authority, made from the key's line, has the verb Recover"
	case len(got) < len(want) && slices.Equal(got, want[:len(got)]):
		miss.Why = "the reading ended at a damaged envelope, and more follow it"
		miss.Hint = "after an error go on with the next envelope"
	case slices.Equal(sorted(got), sorted(want)):
		miss.Why = "the texts are right, and not in the order of the envelopes"
		miss.Hint = "one loop over the envelopes, from the first to the last, is enough"
	default:
		miss.Why = "some texts are not what was sent"
		miss.Hint = "what Recover returns is the text: string(plaintext)"
	}
	return miss
}

// NewSheet draws a key and a file that is encrypted to a person and to that key. The answer is the last word of the
// file.
func NewSheet(draw *mathrand.Rand) lesson.Sheet {
	authority := escrow.NewAuthority()
	person, err := escrow.NewDevice(authority.Recipient())
	must(err)
	word := make([]byte, 8)
	for i := range word {
		word[i] = byte('a' + draw.IntN(26))
	}
	var file bytes.Buffer
	text := fmt.Sprintf("%s\nThe word of the day is %s\n", slice(draw, 1)[0].Text, word)
	w := armor.NewWriter(&file)
	must(person.SealFile(w, strings.NewReader(text), person.Recipient()))
	must(w.Close())
	return lesson.Sheet{
		Text: fmt.Sprintf(sheet, authority.RecoveryKey(), file.String()),
		Check: func(line string) *lesson.Miss {
			if strings.EqualFold(line, string(word)) {
				return nil
			}
			if len(line) > 20 {
				line = line[:20]
			}
			return &lesson.Miss{
				Got:  hexIfOdd(line),
				Want: "the last word of the file",
				Why:  "this is not the last word of the file",
				Hint: "age -d -i key.txt file.age prints the file",
			}
		},
	}
}

// hexIfOdd returns a line as it is if it is plain ASCII, else in hexadecimal.
func hexIfOdd(line string) string {
	if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
		return hex.EncodeToString([]byte(line))
	}
	return line
}

const sheet = `Lesson 01: use a stolen key. Any language will do, or the command age, version 1.3 or later
(https://age-encryption.org).

Whoever has the following line can read the whole town. Somebody has stolen it:

%s

This file was written for one person. It was encrypted to that person, and to the line above:

%s
Decrypt it. The answer is the last word in it, as the only line of answers/01.txt.
`

func must(err error) {
	if err != nil {
		panic(err)
	}
}
