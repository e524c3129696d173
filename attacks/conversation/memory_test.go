package conversation

import (
	"flag"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// heapBound is what the heap may hold while a file of any size is read.
const heapBound = 12 << 20

var long = flag.Bool("long", false, "read every kind of large file, and damage more")

func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// generator is a file made while it is read, so that it takes no memory itself.
type generator struct {
	next func(i int) string // the piece i, "" at the end
	i    int
	rest string
	each func(i int)
}

func (g *generator) Read(p []byte) (int, error) {
	for g.rest == "" {
		g.each(g.i)
		if g.rest = g.next(g.i); g.rest == "" {
			return 0, io.EOF
		}
		g.i++
	}
	n := copy(p, g.rest)
	g.rest = g.rest[n:]
	return n, nil
}

// TestMemory reads large files and looks at the heap while it does.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 80 MB")
	}
	body := strings.Repeat("Some words of a message to the list.\n", 11)
	words := strings.Repeat("Some words of a long line. ", 40)
	page := strings.Repeat("<p>Some words of a page.</p>\n", 2000)
	head := "From x Tue Mar  3 10:00:00 1998\nFrom: a@b\nTo: c@d\n"
	great := func(start, piece, end string) func(int) string {
		return func(i int) string {
			switch {
			case i == 0:
				return start
			case i <= 14<<20/len(piece):
				return piece
			case i == 14<<20/len(piece)+1:
				return end
			}
			return ""
		}
	}
	for i, c := range []struct {
		name    string
		read    reader[io.Reader]
		every   int // pieces from one look at the heap to the next
		next    func(i int) string
		carried int
		left    string
	}{
		{"30,000 messages", readMbox, 5000, func(i int) string {
			if i == 30_000 {
				return ""
			}
			return fmt.Sprintf("From x Tue Mar  3 10:00:00 1998\nFrom: Person %d <p%d@example.org>\nTo: list@example.org\n\n%s\n", i%1000, i%1000, body)
		}, 30_000, ""},
		{"many people of long names", readMbox, 500, func(i int) string {
			if i == 1000 {
				return ""
			}
			return fmt.Sprintf("From x Tue Mar  3 10:00:00 1998\nFrom: p%d@example.org [%s]\nTo: list@example.org\n\nhi\n\n", i, strings.Repeat("x", 20_000))
		}, 1000, ""},
		{"a great chat message", readChat, 5000, great("1/2/25, 10:00 - Ana: ", body, "\n1/2/25, 10:01 - Ana: hi\n"), 1, tooLong},
		{"a great chat line", readChat, 5000, great("1/2/25, 10:00 - Ana: ", words, "\n1/2/25, 10:01 - Ana: hi\n"), 1, tooLong},
		{"a great plain message", readMbox, 5000, great(head+"\n", body, "\n"+head+"\nhi"), 1, tooLong},
		{"a great HTML message", readMbox, 100, great(head+"Content-Type: text/html\n\n", page, "\n\n"+head+"\nhi"), 1, tooLong},
		{"a great header", readMbox, 5000, great(head+"X: y", " "+body, "\n\n"+head+"\nhi"), 1, headerTooLarge},
		{"a great attachment", readMbox, 5000, great(head+"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n", body, "\n\n"+head+"\nhi"), 1, noText},
		{"a great line of HTML", readMbox, 5000, great(head+"Content-Type: text/html\n\n<img src='", words, "'>\n\n"+head+"\nhi"), 1, tooLong},
	} {
		if (i > 4 || i%2 > 0) && !*long {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			talk, err := open(t.Context(), io.Reader(&generator{next: c.next, each: func(i int) {
				if i%c.every == 0 && heapInUse() > heapBound {
					t.Fatalf("%d bytes in use after %d pieces", heapInUse(), i)
				}
			}}), c.read)
			if err != nil {
				t.Fatal(err)
			}
			defer talk.Close()
			if c.left != "" && talk.Tally.Left[c.left] != 1 {
				t.Errorf("tally %+v", talk.Tally)
			}
			checkTally(t, talk.Tally, c.carried)
		})
	}
}
