package conversation

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

//go:embed words.txt
var wordsFile string

// A vocabulary holds the words of all languages in words.txt. They are looked up together, since an
// export does not say which language it is in, and one chat can hold several.
type vocabulary struct {
	media    map[string]bool // in the place of a picture or a file
	deleted  map[string]bool // in the place of a message that its sender took back
	call     map[string]bool // calls
	location map[string]bool // in the place of a map that moves
	edited   []string        // in the mark at the end of a message that was changed
	attached map[string]bool // before or after the name of a file that is in the export's folder
	once     []opening       // in the place of a picture that is shown once
	waiting  []opening       // in the place of a text that has not arrived
	notice   []opening       // about encryption, with the group as its sender
	group    []string        // in a notice without a sender
	half     map[string]half // of the day
	month    map[string]int  // 1 for January, by full name and by what words.txt gives beside it
}

// An opening is how a text begins and, if rest is not empty, what follows somewhere in its first line.
type opening struct{ head, rest string }

// half is a word such as PM. The hour must be at most 12.
type half struct {
	pm    bool
	night bool // am, but from six o'clock on pm
	noon  bool // pm, but at ten and eleven o'clock am
}

// hour returns the hour of the day.
func (h half) hour(hour int) int {
	pm := h.pm && !(h.noon && hour >= 10) || h.night && hour >= 6 && hour < 12
	if h.noon && hour == 12 {
		return 12
	}
	if pm {
		return hour%12 + 12
	}
	if h.noon {
		return hour
	}
	return hour % 12
}

var words = sync.OnceValue(func() *vocabulary {
	v := &vocabulary{
		media: map[string]bool{}, deleted: map[string]bool{}, call: map[string]bool{}, location: map[string]bool{},
		attached: map[string]bool{}, half: map[string]half{}, month: map[string]int{},
	}
	for line := range strings.Lines(wordsFile) {
		kind, list, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for i, word := range strings.Split(list, " | ") {
			v.add(kind, word, i)
		}
	}
	return v
})

// add adds a word of a kind; i is its place in the list.
func (v *vocabulary) add(kind, word string, i int) {
	sets := map[string]map[string]bool{
		"media": v.media, "deleted": v.deleted, "call": v.call, "location": v.location, "attached": v.attached,
	}
	openings := map[string]*[]opening{"once": &v.once, "waiting": &v.waiting, "notice": &v.notice}
	switch {
	case sets[kind] != nil:
		sets[kind][word] = true
	case openings[kind] != nil:
		head, rest, _ := strings.Cut(word, "…")
		*openings[kind] = append(*openings[kind], opening{strings.TrimSpace(head), strings.TrimSpace(rest)})
	case kind == "edited":
		v.edited = append(v.edited, word)
	case kind == "group":
		v.group = append(v.group, word)
	case kind == "am":
		v.half[letters(word)] = half{night: strings.HasSuffix(word, "?")}
	case kind == "pm":
		v.half[letters(word)] = half{pm: true, noon: strings.HasSuffix(word, "!")}
	case kind == "months":
		for name := range strings.SplitSeq(word, "/") {
			v.month[name] = i + 1
		}
	}
}

// letters returns the letters of s in lower case: "p. m." and "PM" are one word.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// monthOf returns the number of the month that a word is the name of, or the beginning of the name of,
// in one language at least and in none for another month. It is 0 if there is none.
func (v *vocabulary) monthOf(word string) int {
	word = letters(word)
	if n := v.month[word]; n > 0 || len([]rune(word)) < 3 {
		return n
	}
	found := 0
	for name, n := range v.month {
		if !strings.HasPrefix(name, word) {
			continue
		}
		if found != 0 && found != n {
			return 0
		}
		found = n
	}
	return found
}

// isBlank reports whether r is white space or an invisible mark.
func isBlank(r rune) bool { return isMark(r) || unicode.IsSpace(r) }

// maxWords is the length in bytes of the longest text that is looked up.
const maxWords = 300

// plainWords returns a text as words.txt writes it, or "" if it is too long: without marks and the full
// stop at its end, in lower case, with single spaces.
func plainWords(s string) string {
	if len(s) > maxWords {
		return ""
	}
	s = strings.Map(func(r rune) rune {
		if isMark(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if inner, ok := strings.CutPrefix(s, "<"); ok {
		if inner, ok := strings.CutSuffix(inner, ">"); ok {
			return "<" + strings.TrimRight(strings.TrimSpace(inner), ".。। ") + ">"
		}
	}
	return strings.TrimRight(s, ".。। ")
}

// begins reports whether a text of one line begins as one of openings.
func begins(s string, openings []opening) bool {
	return slices.ContainsFunc(openings, func(o opening) bool {
		rest, ok := strings.CutPrefix(s, o.head)
		return ok && strings.Contains(rest, o.rest)
	})
}

var (
	// A file of the export's folder: on iOS "<attached: 00000001-PHOTO.jpg>".
	attachedFile = regexp.MustCompile(`^<([^<>:]{1,30}) ?: ?(\d{4,}-)?[^<>]+>$`)
	// On Android "IMG-20251231-WA0001.jpg (file attached)".
	fileAttached = regexp.MustCompile(`^(\S.*\.\w{1,5}) \(([^()]{1,40})\)$`)
	// The names that WhatsApp gives to files itself.
	itsOwnName = regexp.MustCompile(`^(?:img|vid|ptt|aud|stk|doc|gif)-\d{8}-wa\d{4}\.\w{1,5}$`)
	fileName   = regexp.MustCompile(`^\S[^\n]*\.\w{1,5}\s*$`)
)

// isMedia reports whether s is a placeholder for a picture or a file.
func isMedia(s string) bool {
	s = plainWords(s)
	v := words()
	if s == "" {
		return false
	}
	if s == "null" || v.media[s] || v.location[s] || begins(s, v.once) {
		return true
	}
	if inner, ok := strings.CutPrefix(s, "<"); ok && v.media[strings.TrimSuffix(inner, ">")] {
		return true
	}
	if m := attachedFile.FindStringSubmatch(s); m != nil && (v.attached[m[1]] || m[2] != "") {
		return true
	}
	m := fileAttached.FindStringSubmatch(s)
	return m != nil && (v.attached[m[2]] || itsOwnName.MatchString(m[1]))
}

// isDeleted reports whether s is the notice of a deleted message.
func isDeleted(s string) bool {
	s = plainWords(s)
	return words().deleted[s] || strings.HasPrefix(s, "this message was deleted by admin ")
}

// isNotice reports whether s is what WhatsApp writes of its own accord in the place of a text: a call, a
// message that has not arrived, or that all is encrypted.
func isNotice(s string) bool {
	if strings.Contains(s, "\n") {
		return false
	}
	if s = strings.TrimFunc(s, isBlank); len(s) > maxWords {
		s = cut(s, maxWords) // the notice about encryption is long in some languages
	}
	s = plainWords(s)
	v := words()
	if v.call[s] || begins(s, v.waiting) || begins(s, v.notice) {
		return true
	}
	call, more, ok := strings.Cut(s, ", ")
	return ok && v.call[call] && len(more) < 40
}

// isAct reports whether what stands before the first colon of a line is no name, but the beginning of
// a notice: Ana changed the subject to "Rome: in May".
func isAct(name string) bool {
	name = plainWords(name)
	for _, pair := range [][2]string{{`"`, `"`}, {"“", "”"}, {"„", "“"}, {"«", "»"}, {"「", "」"}} {
		open, close := pair[0], pair[1]
		if at := strings.LastIndex(name, open); at > 0 && !strings.Contains(name[at+len(open):], close) &&
			(open != close || strings.Count(name, open)%2 == 1) {
			return true
		}
	}
	if slices.ContainsFunc(words().group, func(word string) bool { return hasWords(name, word) }) {
		return true
	}
	return afterNumber.MatchString(name)
}

// afterNumber matches a telephone number and what it did.
var afterNumber = regexp.MustCompile(`^\+[\d ()-]{6,}\p{L}+ `)

// hasWords reports whether words stand in s as whole words, and not at its beginning.
func hasWords(s, words string) bool {
	for from := 1; from < len(s); {
		at := strings.Index(s[from:], words)
		if at < 0 {
			return false
		}
		at += from
		end := at + len(words)
		if isEdge(s[:at], true) && isEdge(s[end:], false) {
			return true
		}
		from = at + 1
	}
	return false
}

// isEdge reports whether a word may end before s, or after s.
func isEdge(s string, after bool) bool {
	var r rune
	for _, c := range s {
		r = c
		if !after {
			break
		}
	}
	return !(unicode.IsLetter(r) && r < 0x2E80) // ideographs are written without spaces
}

// cutEdited returns s without the mark of an edited message at its end.
func cutEdited(s string) string {
	trimmed := strings.TrimRightFunc(s, isBlank)
	at := strings.LastIndexByte(trimmed, '<')
	if at < 0 || !strings.HasSuffix(trimmed, ">") {
		return s
	}
	mark := plainWords(trimmed[at:])
	if strings.ContainsAny(mark, "\n:") || len([]rune(mark)) < 6 ||
		!slices.ContainsFunc(words().edited, func(word string) bool { return strings.Contains(mark, word) }) {
		return s
	}
	return trimmed[:at]
}

// cutMedia returns a text without its placeholder for a picture or a file, and reports whether it had
// one. The placeholder is the first line or, on iOS, the end of the last line after a mark of direction;
// the name of a document may precede it.
func cutMedia(s string) (text string, found bool) {
	first, caption, _ := strings.Cut(s, "\n")
	if isMedia(first) {
		return caption, true
	}
	if at := strings.LastIndexAny(s, "\u200E\u200F"); at > 0 && isMedia(s[at:]) {
		line := strings.LastIndex(s[:at], "\n") + 1
		before := strings.TrimRightFunc(s[line:at], isBlank)
		if strings.Contains(before, " • ") || fileName.MatchString(before) {
			at = line
		}
		return s[:at], true
	}
	return s, false
}
