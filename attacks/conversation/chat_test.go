package conversation

import (
	"strings"
	"testing"
	"time"
)

func TestStamp(t *testing.T) {
	const want = "2025-12-31 21:05:00"
	for _, c := range []struct{ line, want string }{
		{"31/12/2025, 21:05 - Ana: hello", want},
		{"12/31/25, 9:05 PM - Ana: hello", want},
		{"12/31/25, 9:05\u202fPM - Ana: hello", want},
		{"12/31/25, 9:05\u00a0pm - Ana: hello", want},
		{"12/31/25, 9:05pm - Ana: hello", want},
		{"31/12/2025, 9:05 p.m. - Ana: hello", want},
		{"31/12/2025, 9:05\u202fp.\u00a0m. - Ana: hello", want},
		{"31/12/2025 21:05 - Ana: hello", want},
		{"31.12.25, 21:05 - Ana: hello", want},
		{"31.12.25 21.05 - Ana: hello", want},
		{"31. 12. 2025 21:05 - Ana: hello", want},
		{"2025. 12. 31. 21:05 - Ana: hello", want},
		{"2025-12-31 21:05 - Ana: hello", want},
		{"2025/12/31, 21:05 – Ana: hello", want},
		{"\uFEFF31-12-2025 21:05 - Ana: hello", want},
		{"31\u200f/12\u200f/2025، 21:05 - Ana: hello", want},
		{"31.12.2025 klo 21.05 - Ana: hello", want},
		{"[31/12/2025, 21:05:00] Ana: hello", want},
		{"[31/12/2025, 21:05:00]Ana: hello", want},
		{"\u200e[12/31/25, 9:05:00\u202fPM] Ana: hello", want},
		{"[2025-12-31, 9:05:00 p. m.] Ana: hello", want},
		{"1/1/70, 12:00 am - Ana: hello", "2070-01-01 00:00:00"},
		{"1/1/1970, 12:59 pm - Ana: hello", "1970-01-01 12:59:00"},

		{"31/12/2025, 21:05 Ana: hello", want},
		{"31-12-25 21:05:00 Ana: hello", want},
		{"12/31/25 9:05 PM Ana: hello", want},
		{"12/31/25, 9:05:00 PM: Ana: hello", want},
		{"31/12/2025 21:05: Ana: hello", want},
		{"31/12/2025 à 21:05 - Ana: hello", want},
		{"31/12/2025 à 21 h 05 - Ana: hello", want},
		{"31.12.2025 um 21:05 - Ana: hello", want},
		{"31.12.2025 г., 21:05 ч. - Ana: hello", want},
		{"31.12.25, 9:05 nachm. - Ana: hello", want},
		{"31.12.25, 9:05 abends - Ana: hello", want},
		{"31/12/2025, 9:05 in the evening - Ana: hello", want},
		{"31/12/2025, 9:05 at night - Ana: hello", want},
		{"31/12/2025, 9:05 de la noche - Ana: hello", want},
		{"31/12/2025 9:05 μ.μ. - Ana: hello", want},
		{"31/12/2025 9:05 ΜΜ - Ana: hello", want},
		{"2025. 12. 31. 오후 9:05 - Ana: hello", want},
		{"2025年12月31日 21:05 - Ana: hello", want},
		{"2025/12/31 午後9:05 - Ana: hello", want},
		{"[2025/12/31 下午9:05:00] Ana: hello", want},
		{"[2025/12/31 晚上9:05:00] Ana: hello", want},
		{"[2025/12/31\u200921:05:00] Ana: hello", want},
		{"[21:05:00, 12/31/25] Ana: hello", want},
		{"[9:05:00 CH, 31/12/2025] Ana: hello", want},
		{"21:05, 31/12/2025 - Ana: hello", want},
		{"[12/31/2568 BE, 21:05:00] Ana: hello", want},
		{"[31/12/2568 21:05:00] Ana: hello", want},
		{"[31/12/68 BE 21:05:00] Ana: hello", want},
		{"[๓๑/๑๒/๒๕๖๘ ๒๑:๐๕:๐๐] Ana: hello", want},
		{"[12/31/R7, 21:05:00] Ana: hello", want},
		{"[R7/12/31 21:05:00] Ana: hello", want},
		{"[令和7年12月31日 21:05:00] Ana: hello", want},
		{"[平成37/12/31 21:05:00] Ana: hello", want},
		{"٣١\u200f/١٢\u200f/٢٠٢٥، ٩:٠٥ م - Ana: hello", want},
		{"\u200f[٣١\u200f/١٢\u200f/٢٠٢٥، ٩:٠٥:٠٠ م] Ana: hello", want},
		{"३१/१२/२०२५, ९:०५ अपराह्न - Ana: hello", want},
		{"۳۱/۱۲/۲۰۲۵, ۹:۰۵ ب.ظ. - Ana: hello", want},
		{"Dec 31, 2025, 9:05 PM - Ana: hello", want},
		{"31 Dec 2025, 21:05 - Ana: hello", want},
		{"31. Dezember 2025, 21:05 - Ana: hello", want},
		{"31-dic-2025 21:05 - Ana: hello", want},
		{"31 de dez. de 2025 21:05 - Ana: hello", want},
		{"31 déc. 2025 à 21:05 - Ana: hello", want},
		{"Wed, 31 Dec 2025, 21:05 - Ana: hello", want},
		{"31 дек. 2025 г., 21:05 - Ana: hello", want},
		{"31/12/2025, 12:05 in the afternoon - Ana: hello", "2025-12-31 12:05:00"},
		{"31/12/2025, 12:05 at night - Ana: hello", "2025-12-31 00:05:00"},
		{"2025/12/31 凌晨12:05 - Ana: hello", "2025-12-31 00:05:00"},
		{"2025/12/31 中午12:05 - Ana: hello", "2025-12-31 12:05:00"},
		{"2025/12/31 中午11:05 - Ana: hello", "2025-12-31 11:05:00"},
		{"2025/12/31 中午1:05 - Ana: hello", "2025-12-31 13:05:00"},

		{"31/12/2025, 21:05h - Ana: hello", ""},
		{"31/12/2025 or 21:05 - Ana: hello", ""},
		{"31 Foo 2025, 21:05 - Ana: hello", ""},
		{"31/12/2025, 21:05- Ana: hello", ""},
		{"31/12/2025 - Ana: hello", ""},
		{"31/12/2025, 24:05 - Ana: hello", ""},
		{"31/12/2025, 21:60 - Ana: hello", ""},
		{"31/12/2025, 21:05:60 - Ana: hello", ""},
		{"31/12/2025, 13:05 pm - Ana: hello", ""},
		{"31/12, 21:05 - Ana: hello", ""},
		{"[31/12/2025, 21:05 - Ana: hello", ""},
		{"31/12/2025, 21:05] Ana: hello", ""},
		{"31/12/25, 9:05 alasiri - Ana: hello", "2025-12-31 21:05:00"},
		{"31/12/25, 9:05 ከሰዓት - Ana: hello", "2025-12-31 21:05:00"},
		{"31/12/25, 9:05 ល្ងាច - Ana: hello", "2025-12-31 21:05:00"},
		{"2025-12-31, ප.ව. 9.05 - Ana: hello", "2025-12-31 21:05:00"},
		{"၃၁-၁၂-၂၀၂၅၊ ၂၁:၀၅ - Ana: hello", "2025-12-31 21:05:00"},
		{"31/12/2025 9:05 yh - Ana: hello", "2025-12-31 21:05:00"},
		{" 31/12/2025, 21:05 - Ana: hello", ""},
		{"see 31/12/2025, 21:05 - Ana: hello", ""},
		{"", ""},
		{"[", ""},
	} {
		s, ok := parseStamp([]byte(c.line))
		if ok != (c.want != "") {
			t.Errorf("%q: dated is %v", c.line, ok)
			continue
		}
		if !ok {
			continue
		}
		if rest := c.line[s.end:]; rest != "Ana: hello" {
			t.Errorf("%q: the rest is %q", c.line, rest)
		}
		var got []string
		for _, o := range orders {
			if at, ok := s.time(o); ok {
				got = append(got, at.Format(time.DateTime))
			}
		}
		if len(got) == 0 || got[0] != c.want {
			t.Errorf("%q: read as %q, want %s", c.line, got, c.want)
		}
	}
}

func TestImpossibleDates(t *testing.T) {
	for _, date := range []string{"31/02/2025", "32/13/2025", "00/01/2025", "01/00/2025", "01/01/202", "001/01/2025", "2025/01/2025", "01/01/1969", "01/01/2101"} {
		s, ok := parseStamp([]byte(date + ", 10:00 - "))
		if !ok {
			t.Errorf("%s is no stamp", date)
		}
		for _, o := range orders {
			if at, ok := s.time(o); ok {
				t.Errorf("%s read as %v", date, at)
			}
		}
	}
}

func TestOrder(t *testing.T) {
	for _, c := range []struct{ name, dates, want string }{
		{"a day over 12 first", "5/6/25 13/6/25", "2025-06-05"},
		{"a day over 12 second", "5/6/25 5/13/25", "2025-05-06"},
		{"a year first", "2025/5/6", "2025-05-06"},
		{"a short year first", "25/5/6 25/5/31", "2025-05-06"},
		{"time runs forwards month first", "1/6/25 2/5/25 3/4/25", "2025-01-06"},
		{"time runs forwards day first", "6/1/25 5/2/25 4/3/25", "2025-01-06"},
		{"time runs forwards year first", "01/12/12 02/10/10 03/01/01", "2001-12-12"},
		{"an impossible date against steps back", "3/1/25 2/2/25 1/3/25 5/13/25", "2025-03-01"},
		{"nothing tells", "5/6/25 5/6/25", "2025-06-05"},
		{"one impossible date among steps back", "5/6/25 6/5/25 5/6/25 13/6/25", "2025-06-05"},
		{"a pasted date of no calendar", "99/99/99 5/13/25 5/14/25", "2025-05-13"},
	} {
		file := ""
		for date := range strings.FieldsSeq(c.dates) {
			file += date + ", 10:00 - Ana: hello\n"
		}
		all, _ := readAll(t, readChat, strings.NewReader(file))
		if len(all) == 0 || all[0].At.Format(time.DateOnly) != c.want {
			t.Errorf("%s: read %v, want %s first", c.name, all, c.want)
		}
	}
}

// A date that is impossible in the order of the others is read in another one, and two exports one after the
// other each have an order of their own.
func TestOtherOrder(t *testing.T) {
	for dates, want := range map[string]string{
		"1/5/25 2/5/25 13/5/25 5/14/25": "2025-05-01 2025-05-02 2025-05-13 2025-05-14",
		"1.5.25 13.5.25 5/6/25 5/14/25": "2025-05-01 2025-05-13 2025-05-06 2025-05-14",
		"99/99/99 13/5/25":              "2025-05-13",
	} {
		var file, got strings.Builder
		for date := range strings.FieldsSeq(dates) {
			file.WriteString(date + ", 10:00 - Ana: hello\n")
		}
		all, _ := readAll(t, readChat, strings.NewReader(file.String()))
		for _, m := range all {
			got.WriteString(" " + m.At.Format(time.DateOnly))
		}
		if got.String() != " "+want {
			t.Errorf("%s read as%s", dates, got.String())
		}
	}
}

func TestOrderWindow(t *testing.T) {
	line := "5/6/25, 10:00 - Ana: hello\n"
	near := strings.Repeat(line, chatWindow/len(line)-2) + "5/13/25, 10:00 - Ana: hello\n"
	if all, _ := readAll(t, readChat, strings.NewReader(near)); all[0].At.Month() != time.May {
		t.Error("a date within the window did not settle the order")
	}
	far := strings.Repeat(line, chatWindow/len(line)+2) + "5/13/25, 10:00 - Ana: hello\nand more\n"
	all, tally := readAll(t, readChat, strings.NewReader(far))
	if all[0].At.Month() != time.May || tally.Carried != tally.Found {
		t.Errorf("a date at the end of the file did not settle the order: %v, left %v", all[0].At, tally.Left)
	}
}

func TestChatItems(t *testing.T) {
	const android, ios = "31/12/2025, 21:05 - ", "[31/12/2025, 21:05:00] "
	for _, c := range []struct{ item, text, reason string }{
		{android + "Ana: hello", "hello", ""},
		{android + "Ana: a: b", "a: b", ""},
		{android + "Ana:   indented", "  indented", ""},
		{android + "Ana: \nsecond line", "\nsecond line", ""},
		{android + "Ana:\nsecond line", "\nsecond line", ""},
		{android + "Ana: hello \u200e<This message was edited>", "hello", ""},
		{android + "Ana: image omitted by me", "image omitted by me", ""},
		{android + "Ana: see\n[31/12/2025, 21:00:00] Ben: quoted", "see\n[31/12/2025, 21:00:00] Ben: quoted", ""},
		{android + "Ana: \u200ehello", "\u200ehello", ""},
		{android + "Ana: photo.jpg (file attached)\na caption", "a caption", ""},
		{android + "Ana: nul\x00 and \xff", "nul and ÿ", ""},
		{android + "Ana: Messages are end-to-end encrypted,\nthey say", "Messages are end-to-end encrypted,\nthey say", ""},
		{ios + "Ana: a caption\u200e<attached: 0001-photo.jpg>", "a caption", ""},
		{ios + "Ana: shalom \u200f", "shalom", ""},
		{ios + "Ana: ask @\u2068Ben\u2069\u200e", "ask @\u2068Ben\u2069", ""},
		{ios + "Ana: ask @\u2068Ben\u2069 now\u2069", "ask @\u2068Ben\u2069 now", ""},
		{android + "Ana: You deleted this message as admin.", "", deleted},
		{android + "Ana: Je hebt dit bericht verwijderd.", "", deleted},
		{android + "Ana: Nieodebrane połączenie głosowe", "", systemLine},

		{android + "Ana:", "", empty},
		{android + "Ana: \u200e \n\n", "", empty},
		{android + "Ana joined using this group's invite link", "", systemLine},
		{android + "Ana joined\nwith a second line", "", systemLine},
		{android, "", systemLine},
		{android + ": nobody", "", systemLine},
		{android + strings.Repeat("x", maxName+1) + ": hello", "", systemLine},
		{android + "Group: Messages to this group are now secured with end-to-end encryption.", "", systemLine},
		{ios + "Ana: \u200eBen changed the subject to \"x: y\"", "", systemLine},
		{android + "Ana: <Media omitted>", "", mediaOnly},
		{android + "Ana: <Mídia oculta>", "", mediaOnly},
		{android + "Ana: <Médias omis>", "", mediaOnly},
		{android + "Ana: <Media weggelaten>", "", mediaOnly},
		{android + "Ana: <Media omessi>", "", mediaOnly},
		{android + "Ana: \u200eIMG-2025.jpg (file attached)", "", mediaOnly},
		{android + "Ana: foto 1.jpg (archivo adjunto)", "", mediaOnly},
		{ios + "Ana: \u200eGIF omitted", "", mediaOnly},
		{ios + "Ana: \u200eContact card omitted", "", mediaOnly},
		{ios + "Ana: \u200e<attached: 0001-photo.jpg>", "", mediaOnly},
		{ios + "Ana: \u200e<Anhang: 0001-photo.jpg>", "", mediaOnly},
		{ios + "Ana: \u200ea b.pdf • \u200e2 pages \u200edocument omitted", "", mediaOnly},
		{android + "Ana: null", "", mediaOnly},
		{android + "Ana: live location shared", "", mediaOnly},
		{android + "Ana: <\u200eimage omitted>", "", mediaOnly},
		{android + "Ana: < Média vynechána >", "", mediaOnly},
		{android + "Ana: IMG-20251231-WA0001.jpg (in some language)", "", mediaOnly},
		{android + "Ana: see that.jpg (in some language)", "see that.jpg (in some language)", ""},
		{ios + "Ana: \u200e<ein Wort: 00000001-PHOTO-2025.jpg>", "", mediaOnly},
		{ios + "Ana: \u200ea b.txt \u200edocument omitted", "", mediaOnly},
		{ios + "Ana: \u200fلم يتم إدراج الصورة", "", mediaOnly},
		{ios + "Ana: \u200eYou received a view once photo. For added privacy, you can only open it on your phone.", "", mediaOnly},
		{ios + "Ana: \u200eLocation: https://maps.google.com/?q=51.5,-0.1", "Location: https://maps.google.com/?q=51.5,-0.1", ""},
		{android + "Ana: Waiting for this message. This may take a while.", "", systemLine},
		{android + "Ana: Missed voice call", "", systemLine},
		{android + "Ana: Llamada perdida", "", systemLine},
		{android + "Ana: Missed video call, 21:04", "", systemLine},
		{android + "Ana: Missed voice call?", "Missed voice call?", ""},
		{ios + "Gruppe: Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Niemand kann sie lesen.", "", systemLine},
		{android + "Ana: hallo <Diese Nachricht wurde bearbeitet.>", "hallo", ""},
		{android + "Ana: 你好 <此消息已编辑>", "你好", ""},
		{android + "Ana: a <b> of edited", "a <b> of edited", ""},
		{android + "Ana:hello", "hello", ""},
		{android + "Ana left at 10:30", "", systemLine},
		{android + "Ana changed the link to https://example.org/", "", systemLine},
		{android + "Ana: You deleted this message", "", deleted},
		{android + "Ana: This message was deleted by admin Ben", "", deleted},
		{ios + "Ana: \u200eYou deleted this message.", "", deleted},
		{android + "Ana: Essa mensagem foi apagada", "", deleted},
		{android + "Ana: This message was deleted, said Ben", "This message was deleted, said Ben", ""},
	} {
		all, tally := readAll(t, readChat, strings.NewReader(c.item))
		if tally.Found != 1 || texts(all) != c.text || c.reason != "" && tally.Left[c.reason] != 1 {
			t.Errorf("%q: read %q, tally %+v; want %q %q", c.item, texts(all), tally, c.text, c.reason)
		}
		if len(all) == 1 && (all[0].From != "Ana" || all[0].To != nil) {
			t.Errorf("%q: from %q to %q", c.item, all[0].From, all[0].To)
		}
	}
}

func TestBeforeFirst(t *testing.T) {
	long := strings.Repeat("x", maxLine/2)
	_, tally := readAll(t, readChat, strings.NewReader("one\n\n \n"+long+"\nthree\n"+aChat))
	if tally.Left[beforeFirst] != 3 || tally.Carried != 3 {
		t.Errorf("tally %+v", tally)
	}
}
