package conversation

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

func benchmark(b *testing.B, read reader[io.Reader], file string) {
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if tally, err := read(b.Context(), strings.NewReader(file), func(message) error { return nil }); err != nil || tally.Carried == 0 {
			b.Fatal(tally, err)
		}
	}
}

func BenchmarkReadChat(b *testing.B) {
	var file strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&file, "31/12/2025, 21:%02d - Person %d: some words of a message, as they are\n", i%60, i%7)
	}
	benchmark(b, readChat, file.String())
}

func BenchmarkReadMbox(b *testing.B) {
	words := strings.Repeat("Some words of a message to the list, as they are.\n", 30)
	page := strings.ReplaceAll(words, "\n", "<br>\n")
	encoded := strings.Repeat("U29tZSB3b3JkcyBvZiBhIG1lc3NhZ2UgdG8gdGhlIGxpc3QsIGFzIHRoZXkgYXJl\n", 20)
	for _, c := range []struct{ name, body string }{
		{"plain", "\n" + words},
		{"quoted-printable", "Content-Transfer-Encoding: quoted-printable\n\n" + words},
		{"base64", "Content-Transfer-Encoding: base64\n\n" + encoded},
		{"HTML", "Content-Type: text/html\n\n" + page},
		{"alternative", "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n" + words + "--b\nContent-Type: text/html\n\n" + page + "--b--\n"},
		{"attachment", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + words + "--b\nContent-Type: image/png\n\n" + strings.Repeat(encoded, 200) + "--b--\n"},
	} {
		var file strings.Builder
		for i := range 1000 {
			if file.Len() > 4<<20 {
				break
			}
			fmt.Fprintf(&file, "From x Tue Mar  3 10:00:00 1998\nReceived: from here by there\n\tfor somebody; some time\nFrom: Person %d <p%d@example.org>\nTo: list@example.org\nSubject: something\nDate: Tue, 3 Mar 1998 10:00:00 +0100\n%s\n", i%7, i%7, c.body)
		}
		b.Run(c.name, func(b *testing.B) { benchmark(b, readMbox, file.String()) })
	}
}
