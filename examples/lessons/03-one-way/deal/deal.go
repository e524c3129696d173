// Package deal makes the puzzles of lesson 03, and checks answers.
package deal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"doormat/examples/lessons/lesson"
)

const (
	messages = 12 // of the conversation
	others   = 4  // of other people
)

// A wire is what a thief has: a chain, copied before message number From, and all that was recorded.
type wire struct {
	Stolen []byte
	From   int
	Sealed [][]byte

	number []int // by index: the message's number, -1 if it is another conversation's
}

// draw draws a conversation and a theft from its middle. Some messages overtake others.
func draw(r *mathrand.Rand) wire {
	w := wire{From: 3 + r.IntN(messages-5)}
	w.number = slices.Repeat([]int{-1}, messages+others)
	order := r.Perm(messages + others)
	w.Sealed = make([][]byte, len(order))
	chain := key()
	for n, at := range order {
		if n == w.From {
			w.Stolen = chain
		}
		if n >= messages {
			w.Sealed[at] = seal(key(), "a message of other people")
			continue
		}
		w.number[at] = n
		var message []byte
		chain, message = step(chain)
		w.Sealed[at] = seal(message, fmt.Sprintf("message %d, about %d things", n, r.IntN(90)+10))
	}
	return w
}

func key() []byte {
	b := make([]byte, 32)
	rand.Read(b)
	return b
}

// step is KDF_CK of the Double Ratchet, with the inputs that its Section 5.2 recommends.
func step(chain []byte) (next, message []byte) {
	return mac(chain, "\x02"), mac(chain, "\x01")
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// seal makes what the lesson's Open opens.
func seal(message []byte, text string) []byte {
	block, err := aes.NewCipher(mac(message, "encrypt"))
	if err != nil {
		panic(err)
	}
	ciphertext := make([]byte, len(text))
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(ciphertext, []byte(text))
	return append(ciphertext, mac(mac(message, "authenticate"), string(ciphertext))...)
}

// New draws a chain to step, and a wire.
func New(r *mathrand.Rand) lesson.Task {
	w := draw(r)
	chain := key()
	return lesson.Task{
		Puzzle: lesson.Pack(map[string]any{"Chain": chain, "Stolen": w.Stolen, "From": w.From, "Sealed": w.Sealed}),
		Check: func(answer []byte) *lesson.Miss {
			var a struct {
				Next, Message []byte
				Opens         []int
			}
			if err := lesson.Unpack(answer, &a); err != nil {
				return &lesson.Miss{
					Got:  fmt.Sprintf("%d bytes of something else", len(answer)),
					Want: "two keys and a list of indexes",
					Why:  "the answer cannot be read",
					Hint: "play.go packs the answer: leave it as it is",
				}
			}
			if miss := checkStep(chain, a.Next, a.Message); miss != nil {
				return miss
			}
			return w.check(a.Opens)
		},
	}
}

// checkStep checks one step of a chain.
func checkStep(chain, next, message []byte) *lesson.Miss {
	wantNext, wantMessage := step(chain)
	miss := &lesson.Miss{
		Got:  fmt.Sprintf("next %x…, message %x…", next[:min(8, len(next))], message[:min(8, len(message))]),
		Want: fmt.Sprintf("next %x…, message %x…", wantNext[:8], wantMessage[:8]),
		Hint: `h := hmac.New(sha256.New, chain[:]); h.Write([]byte{1}); h.Sum(nil) is the message's key`,
	}
	hash := func(b byte) []byte { sum := sha256.Sum256(append(slices.Clone(chain), b)); return sum[:] }
	switch {
	case bytes.Equal(next, wantNext) && bytes.Equal(message, wantMessage):
		return nil
	case bytes.Equal(next, wantMessage) && bytes.Equal(message, wantNext):
		miss.Why = "the two are swapped: the message's key has the input 1, and the chain goes on with 2"
	case bytes.Equal(message, mac(chain, "1")) || bytes.Equal(next, mac(chain, "2")):
		miss.Why = `the input is the digit "1", which is a byte of the value 49, and not a byte of the value 1`
	case bytes.Equal(message, hash(1)) || bytes.Equal(next, hash(2)):
		miss.Why = "this is SHA-256 of the chain and a byte, and HMAC is another function"
	case bytes.Equal(next, chain):
		miss.Why = "the chain has not moved, so a thief who copies it later has the key of this message too"
	case bytes.Equal(message, mac(wantNext, "\x01")):
		miss.Why = "the message's key is computed from the chain after its step: the key of this message is left out"
	default:
		miss.Why = "this is not HMAC-SHA-256 with the chain as its key and one byte as its input"
	}
	return miss
}

// opens returns the indexes that the stolen chain opens.
func (w *wire) opens() (indexes []int) {
	for at, n := range w.number {
		if n >= w.From {
			indexes = append(indexes, at)
		}
	}
	return indexes
}

// check checks a list of indexes.
func (w *wire) check(found []int) *lesson.Miss {
	want := w.opens()
	miss := &lesson.Miss{Got: list(found), Want: list(want)}
	for _, at := range found {
		switch {
		case at < 0 || at >= len(w.Sealed):
			miss.Why = fmt.Sprintf("there is no message with the index %d", at)
			miss.Hint = "the indexes are those of the list of recorded messages, from 0"
		case w.number[at] < 0:
			miss.Why = fmt.Sprintf("the message with the index %d is other people's, and no key of this chain opens it", at)
			miss.Hint = "try each key on each message: Open reports which fits"
		case w.number[at] < w.From:
			miss.Why = fmt.Sprintf("the message with the index %d was sent before the theft, and no step leads back to its key", at)
			miss.Hint = "messages are recorded in the order in which they arrived, which is not that of their numbers"
		default:
			continue
		}
		return miss
	}
	sorted := slices.Clone(found)
	slices.Sort(sorted)
	switch {
	case slices.Equal(found, want):
		return nil
	case slices.Equal(sorted, want):
		miss.Why = "the indexes are the right ones, and not in ascending order"
		miss.Hint = "slices.Sort sorts them"
	case len(slices.Compact(sorted)) < len(found):
		miss.Why = "an index is in the list twice"
		miss.Hint = "each key opens one message: go on with the next key when it is found"
	default:
		missing := slices.IndexFunc(want, func(at int) bool { return !slices.Contains(found, at) })
		at := want[missing]
		miss.Why = fmt.Sprintf("the message with the index %d opens as well: its key is %s", at, steps(w.number[at]-w.From+1))
		miss.Hint = "after the theft the chain is moved for one message after another, until number 11"
	}
	return miss
}

// steps says where a key is.
func steps(n int) string {
	if n == 1 {
		return "what the first step of the stolen chain gives"
	}
	return fmt.Sprintf("what %d steps of the stolen chain give", n)
}

// list writes indexes as a sheet wants them.
func list(indexes []int) string {
	var words []string
	for _, at := range indexes[:min(len(indexes), messages+others)] {
		words = append(words, strconv.Itoa(at))
	}
	if len(words) == 0 {
		return "no index"
	}
	return strings.Join(words, " ")
}

// NewSheet draws a wire.
func NewSheet(r *mathrand.Rand) lesson.Sheet {
	w := draw(r)
	var text strings.Builder
	fmt.Fprintf(&text, `03 One way

A chain of keys, HMAC-SHA-256, all values in hexadecimal:

    message key = HMAC(chain, 01)
    next chain  = HMAC(chain, 02)
    a           = HMAC(message key, 61757468656e746963617465)

The first argument is the key. A message is ciphertext and a tag of 32 bytes, and a message key opens it if

    tag = HMAC(a, ciphertext)

A conversation had 12 messages, numbered from 0. The chain was stolen before number %d:

    %x

All 12 were recorded, in the order in which they arrived, between messages of other people:

`, w.From, w.Stolen)
	for at, sealed := range w.Sealed {
		fmt.Fprintf(&text, "    %2d  %s\n        %x\n", at, hex.EncodeToString(sealed[:len(sealed)-sha256.Size]), sealed[len(sealed)-sha256.Size:])
	}
	text.WriteString("\n(the ciphertext, and its tag below it)\n\n" +
		"Your answer is one line: the indexes of all messages that the stolen chain opens, in ascending order,\nwith blanks between them. For example: 2 7 11\n")
	return lesson.Sheet{
		Text: text.String(),
		Check: func(line string) *lesson.Miss {
			words := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' })
			var found []int
			for _, word := range words[:min(len(words), 2*(messages+others))] {
				n, err := strconv.Atoi(word)
				if err != nil {
					return &lesson.Miss{
						Got:  fmt.Sprintf("%.40q", line),
						Want: "numbers with blanks between them",
						Why:  "the line has something that is no number",
						Hint: "the sheet has an example in its last line",
					}
				}
				found = append(found, n)
			}
			return w.check(found)
		},
	}
}
