package conversation

import (
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"mime/quotedprintable"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A random conversation, written in every style there is, has to read back the same.

var someWords = strings.Split("hello|¿qué?|так|日本語|🎆|From here|>From there|>>From|--b|--|.|a: b|- x|1/2/25, 10:00h|[link](x)|<b>&amp;|=3D|=|tab\tbed|  two  ", "|")

// randomText is words on lines, none of them blank at either end.
func randomText(rng *rand.Rand, words []string) string {
	var b strings.Builder
	b.WriteString("So")
	for range rng.IntN(30) {
		b.WriteString([]string{" ", " ", " ", "\n", "\n\n"}[rng.IntN(5)])
		b.WriteString(words[rng.IntN(len(words))])
	}
	b.WriteString(" end.")
	return b.String()
}

func randomTalk(rng *rand.Rand, people, words []string, unit time.Duration) (talk []letter) {
	at := time.Date(2019+rng.IntN(6), time.Month(1+rng.IntN(12)), 1+rng.IntN(28), 0, 0, 0, 0, time.UTC)
	for range 60 {
		at = at.Add(time.Duration(rng.Int64N(int64(40 * time.Hour)))).Truncate(unit)
		talk = append(talk, letter{At: at, From: people[rng.IntN(len(people))], Text: randomText(rng, words)})
	}
	return talk
}

func TestChatRoundTrip(t *testing.T) {
	people := []string{"Ana", "Ben - K.", "+34 600 11 22 33", "O'Neil 🎸", "~ Дан", "a:b", "x, 10:00"}
	replace := strings.NewReplacer
	for i, style := range []struct {
		layout string
		words  *strings.Replacer
		unit   time.Duration
	}{
		{"02/01/2006, 15:04 - ", replace(), time.Minute},
		{"2/1/06, 15:04 - ", replace(), time.Minute},
		{"02.01.06, 15:04 - ", replace(), time.Minute},
		{"2. 1. 2006 15:04 - ", replace(), time.Minute},
		{"1/2/06, 3:04\u202fPM - ", replace(), time.Minute},
		{"2006-01-02 15:04 - ", replace(), time.Minute},
		{"2006/1/2 3:04 PM - ", replace("AM", "a.\u00a0m.", "PM", "p.\u00a0m."), time.Minute},
		{"[02/01/2006, 15:04:05] ", replace(), time.Second},
		{"[1/2/06, 3:04:05\u202fPM] ", replace(), time.Second},
		{"\u200e[02-01-06 15.04.05] ", replace(), time.Second},
		{"[06/01/02 3:04:05pm] ", replace("am", " AM", "pm", " PM"), time.Second},
	} {
		for seed := range uint64(8) {
			rng := rand.New(rand.NewPCG(uint64(i), seed))
			talk := randomTalk(rng, people, someWords, style.unit)
			var file strings.Builder
			for _, m := range talk {
				fmt.Fprintf(&file, "%s%s: %s\n", style.words.Replace(m.At.Format(style.layout)), m.From, m.Text)
			}
			got, _ := readAll(t, readChat, strings.NewReader(file.String()))
			sameTalk(t, fmt.Sprintf("%q, seed %d", style.layout, seed), got, talk)
		}
	}
}

func sameTalk(t *testing.T, name string, got, want []letter) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: read %d messages of %d", name, len(got), len(want))
		return
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("%s: message %d is\n%+q, want\n%+q", name, i, got[i], want[i])
			return
		}
	}
}

// A mailbearer has a mailbox.
type mailbearer struct{ name, address string }

func (p mailbearer) String() string {
	switch {
	case p.name == "":
		return p.address
	case strings.ContainsAny(p.name, `,."`):
		return fmt.Sprintf("%q <%s>", p.name, p.address)
	}
	return fmt.Sprintf("%s <%s>", mime.QEncoding.Encode("utf-8", p.name), strings.ToUpper(p.address))
}

// encodings write a body, each with the header for it.
var encodings = []func(w io.Writer, text string){
	func(w io.Writer, text string) { fmt.Fprint(w, "\n", text) },
	func(w io.Writer, text string) { fmt.Fprint(w, "Content-Type: text/plain; charset=utf-8\n\n", text) },
	func(w io.Writer, text string) {
		fmt.Fprint(w, "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n")
		q := quotedprintable.NewWriter(w)
		io.WriteString(q, text)
		q.Close()
	},
	func(w io.Writer, text string) {
		fmt.Fprint(w, "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n")
		for s := base64.StdEncoding.EncodeToString([]byte(text)); s != ""; s = s[min(76, len(s)):] {
			fmt.Fprintln(w, s[:min(76, len(s))])
		}
	},
	func(w io.Writer, text string) {
		fmt.Fprint(w, "Content-Type: multipart/mixed; boundary=\"=-1\"\n\nMIME\n--=-1\nContent-Type: multipart/alternative; boundary=\"=-2\"\n\n--=-2\nContent-Type: text/plain; charset=\"utf-8\"\n\n",
			text, "\n--=-2\nContent-Type: text/html\n\n<p>not this</p>\n--=-2--\n\n--=-1\nContent-Type: image/gif\nContent-Transfer-Encoding: base64\n\nR0lGODlhAQ==\n--=-1--\n")
	},
}

var fromLines = regexp.MustCompile(`(?m)^>*From `)

func TestMboxRoundTrip(t *testing.T) {
	folk := []mailbearer{{"Ana López", "ana@example.org"}, {"Kim, Ben", "ben@example.org"}, {"", "carla@example.net"}, {"Дан", "dan@example.ru"}, {"E. V. Ames", "eve@example.com"}}
	var names []string
	byName := make(map[string]mailbearer)
	for _, p := range folk {
		name := p.name
		if name == "" {
			name = p.address
		}
		names = append(names, name)
		byName[name] = p
	}
	for i, separator := range []string{"From - Mon Jan 02 15:04:05 2006", "From 1@xxx Mon Jan 02 15:04:05 +0000 2006", "From a at example.org  Mon Jan  2 15:04:05 2006", "From a@example.org Mon Jan _2 15:04 UTC 2006"} {
		for seed := range uint64(8) {
			rng := rand.New(rand.NewPCG(uint64(i), seed))
			talk := randomTalk(rng, names, someWords, time.Second)
			var file strings.Builder
			for j := range talk {
				m := &talk[j]
				for m.To == nil {
					for _, k := range rng.Perm(len(names)) {
						if names[k] != m.From && rng.IntN(3) > 0 {
							m.To = append(m.To, names[k])
						}
					}
				}
				zone := time.FixedZone("", 3600*(rng.IntN(25)-12))
				fmt.Fprintf(&file, "%s\nFrom: %s\nDate: %s\nTo: %s", m.At.Format(separator), byName[m.From], m.At.In(zone).Format(time.RFC1123Z), byName[m.To[0]])
				for _, name := range m.To[1:] {
					fmt.Fprintf(&file, "%s%s", []string{", ", ",\n\t", "\nCc: "}[rng.IntN(3)], byName[name])
				}
				var body strings.Builder
				encodings[rng.IntN(len(encodings))](&body, m.Text)
				fmt.Fprintf(&file, "\n%s\n\n", fromLines.ReplaceAllString(body.String(), ">$0"))
			}
			got, _ := readAll(t, readMbox, strings.NewReader(file.String()))
			sameTalk(t, fmt.Sprintf("%q, seed %d", separator, seed), got, talk)
		}
	}
}
