package scanning

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// A TextList is the third design: keywords and hashed n-grams of words, on the device.
//
// A text matches an entry if it has at least Least of the entry's n-grams, or all if the entry has fewer.
// Words is the n. Both are dials. An entry of at most Words words is one n-gram of its own length, so that a
// keyword is an entry as well. Case, punctuation and the form of characters (NFKC) do not count.
//
// Hashing hides an entry from no one who can guess it: [TextList.Match] is the guess.
type TextList struct {
	Words, Least int // from 1 to MaxWords, and from 1 to 255
	entries      []textEntry
}

// MaxWords is the largest number of words of an n-gram. A list may have n-grams of each number up to that, and a
// device cuts each text into all of these.
const MaxWords = 8

// valid reports whether the dials are in their bounds.
func (l *TextList) valid() bool {
	return min(l.Words, l.Least) >= 1 && l.Words <= MaxWords && l.Least <= 255
}

// A textEntry is a phrase.
type textEntry struct {
	words uint8  // in each n-gram
	grams []gram // strictly ascending
}

// gram is the hash of some words, cut to 16 bytes.
type gram [16]byte

// id names an entry: it is the hash of its n-grams.
func (e *textEntry) id() Hash {
	h := sha256.New()
	h.Write([]byte{e.words})
	for _, g := range e.grams {
		h.Write(g[:])
	}
	return Hash(h.Sum(nil))
}

// NewTextList returns a list without entries. It returns an error unless words is from 1 to MaxWords, and least from
// 1 to 255.
func NewTextList(words, least int) (*TextList, error) {
	l := &TextList{Words: words, Least: least}
	if !l.valid() {
		return nil, fmt.Errorf("scanning: expected n-grams of 1 to %d words, and 1 to 255 of them at least, found %d and %d", MaxWords, words, least)
	}
	return l, nil
}

// Add adds a keyword or a phrase, and returns the name of its entry. It returns an error if there is no
// word in it, if it has more than 65,535, and if the list is none that NewTextList returns.
func (l *TextList) Add(phrase string) (Hash, error) {
	if !l.valid() {
		return Hash{}, errTextList
	}
	words := wordsOf(phrase)
	if len(words) == 0 || len(words) > 1<<16-1 {
		return Hash{}, fmt.Errorf("scanning: expected a phrase of 1 to 65535 words, found %d", len(words))
	}
	e := textEntry{words: uint8(min(l.Words, len(words)))}
	e.grams = gramsOf(words, int(e.words))
	l.entries = append(l.entries, e)
	return e.id(), nil
}

// Len returns the number of entries.
func (l *TextList) Len() int { return len(l.entries) }

// Match returns the first entry that a text matches, and false if it matches none.
func (l *TextList) Match(text string) (entry Hash, ok bool) {
	words := wordsOf(text)
	byLength := map[uint8][]gram{}
	for i := range l.entries {
		e := &l.entries[i]
		grams, made := byLength[e.words]
		if !made {
			grams = gramsOf(words, int(e.words))
			byLength[e.words] = grams
		}
		n := 0
		for _, g := range e.grams {
			if _, found := slices.BinarySearchFunc(grams, g, compareGrams); found {
				n++
			}
		}
		if n >= min(l.Least, len(e.grams)) {
			return e.id(), true
		}
	}
	return Hash{}, false
}

// wordsOf cuts a text into words as they are compared.
func wordsOf(text string) []string {
	return strings.FieldsFunc(cases.Fold().String(norm.NFKC.String(text)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

// gramsOf returns the hashes of all runs of n words, each once, in ascending order.
func gramsOf(words []string, n int) (grams []gram) {
	for i := 0; i+n <= len(words); i++ {
		sum := sha256.Sum256([]byte("doormat scanning n-gram v1\x00" + strings.Join(words[i:i+n], " ")))
		grams = append(grams, gram(sum[:]))
	}
	slices.SortFunc(grams, compareGrams)
	return slices.Compact(grams)
}

func compareGrams(a, b gram) int { return bytes.Compare(a[:], b[:]) }

var errTextList = errors.New("scanning: expected a list of hashed phrases, found something else")

// Bytes returns the list as it is shipped to devices. It returns an error for more than [MaxEntries]
// entries.
//
//	struct {
//	    uint8  words;              /* in each n-gram, at most those of the list */
//	    opaque grams<16..2^24-1>;  /* 16 bytes each, strictly ascending */
//	} Entry;
//
//	struct {
//	    uint8  version = 0xe3;
//	    uint8  kind = 4;
//	    uint8  words, least;       /* not 0; words at most 8 */
//	    Entry  entries[];          /* to the end */
//	} TextList;
func (l *TextList) Bytes() ([]byte, error) {
	if len(l.entries) > MaxEntries || !l.valid() {
		return nil, errTextList
	}
	b := header(kindTextList)
	b.AddUint8(uint8(l.Words))
	b.AddUint8(uint8(l.Least))
	for _, e := range l.entries {
		b.AddUint8(e.words)
		b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
			for _, g := range e.grams {
				b.AddBytes(g[:])
			}
		})
	}
	return b.Bytes()
}

// ParseTextList reads what [TextList.Bytes] returns.
func ParseTextList(b []byte) (*TextList, error) {
	in := cryptobyte.String(b)
	var words, least uint8
	if !readHeader(&in, kindTextList) || !in.ReadUint8(&words) || !in.ReadUint8(&least) {
		return nil, errTextList
	}
	l := &TextList{Words: int(words), Least: int(least)}
	if !l.valid() {
		return nil, errTextList
	}
	for !in.Empty() {
		var e textEntry
		var grams cryptobyte.String
		if !in.ReadUint8(&e.words) || e.words == 0 || e.words > words || !in.ReadUint24LengthPrefixed(&grams) ||
			grams.Empty() || len(grams)%len(gram{}) != 0 || len(l.entries) == MaxEntries {
			return nil, errTextList
		}
		for !grams.Empty() {
			var g gram
			grams.CopyBytes(g[:])
			if n := len(e.grams); n > 0 && compareGrams(e.grams[n-1], g) >= 0 {
				return nil, errTextList
			}
			e.grams = append(e.grams, g)
		}
		l.entries = append(l.entries, e)
	}
	return l, nil
}
