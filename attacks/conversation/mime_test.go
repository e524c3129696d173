package conversation

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/transform"
)

func TestBody(t *testing.T) {
	const mixed, alternative = "Content-Type: multipart/mixed; boundary=b\n\n", "Content-Type: multipart/alternative; boundary=b\n\n"
	const plain, html, image = "--b\n\nplain\n", "--b\nContent-Type: text/html\n\n<p>html</p>\n", "--b\nContent-Type: image/png\n\nxx\n"
	deep := "\ndeep\n"
	for i := range maxDepth {
		deep = fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n%s\n--b%d--\n", i, i, deep, i)
	}
	for _, c := range []struct {
		name, mail, text, reason string
		attachments              int
	}{
		{"no type", "\nhi", "hi", "", 0},
		{"no text", "\n \n\t\n", "", noText, 0},
		{"only NULs", "\n\x00\x00\n", "", noText, 0},
		{"old type", "Content-Type: text\n\nhi", "hi", "", 0},
		{"bad type", "Content-Type: ;;=\n\nhi", "hi", "", 0},
		{"indented", "\n  hi  \n  ho  \n\n", "  hi  \n  ho", "", 0},
		{"line ends", "\na\r\nb\rc", "a\nb\nc", "", 0},
		{"picture", "Content-Type: image/png\n\nxx", "", noText, 1},
		{"file of text", "Content-Disposition: Attachment; filename=x\n\nhi", "", noText, 1},
		{"enriched", "Content-Type: text/enriched\n\n<bold>hi</bold> there", "hi there", "", 0},

		{"alternative", alternative + plain + html + "--b--", "plain", "", 0},
		{"alternative, HTML first", alternative + html + plain + "--b--", "plain", "", 0},
		{"alternative, HTML only", alternative + html + "--b--", "html", "", 0},
		{"alternative, HTML twice", alternative + html + "--b\nContent-Type: text/html\n\nmore\n--b--", "html", "", 0},
		{"alternative, plain empty", alternative + "--b\n\n \n" + html + "--b--", "html", "", 0},
		{"alternative of unknown set", alternative + "--b\nContent-Type: text/plain; charset=x\n\nhi\n" + html + "--b--", "html", "", 0},
		{"alternative with a picture", alternative + plain + "--b\nContent-Type: multipart/related; boundary=c\n\n--c\nContent-Type: text/html\n\nx\n--c\nContent-Type: image/png\n\nx\n--c--\n--b--", "plain", "", 1},
		{"mixed", mixed + plain + image + html + "--b--", "plain\n\nhtml", "", 1},
		{"mixed, nothing but files", mixed + image + image + "--b--", "", noText, 2},
		{"preamble and epilogue", mixed + "pre\n" + plain + "--b--\nepilogue\n--b\n\nmore", "plain", "", 0},
		{"digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nFrom: x\n\none\n--b--", "one", "", 0},
		{"digest of two", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nFrom: x\n\none\n--b\n\nFrom: y\nContent-Type: text/html\n\n<p>two\n--b--", "one\n\ntwo", "", 0},
		{"mail in a mail", "Content-Type: message/rfc822\n\nFrom: x\nSubject: y\n\none", "one", "", 0},
		{"mail in a mail, encoded", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\naGkgdGhlcmU=", "hi there", "", 0},
		{"mail in a mail, encoded with its header", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nRnJvbTogeA0KU3ViamVjdDogeQ0KDQpoaSB0aGVyZQ0K", "hi there", "", 0},
		{"mail as the only part", mixed + "--b\nContent-Type: message/rfc822\n\nFrom: x\n\none\n--b--", "one", "", 0},
		{"mail before a text", mixed + "--b\nContent-Type: message/rfc822\n\nFrom: x\n\none\n" + plain + "--b--", "plain", "", 1},
		{"markdown", "Content-Type: text/markdown\n\n*hi*", "*hi*", "", 0},
		{"PGP", "Content-Type: application/pgp; format=text\n\nhi", "hi", "", 0},
		{"no type at all", "Content-Type: x-text\n\nhi", "hi", "", 0},
		{"type the other way round", "Content-Type: plain/text\n\nhi", "hi", "", 0},
		{"calendar beside plain", alternative + "--b\nContent-Type: text/calendar\n\nBEGIN\n" + plain + "--b--", "plain", "", 0},
		{"program", "Content-Type: application/octet-stream\n\nhi", "", noText, 1},
		{"report", "Content-Type: multipart/report; boundary=b\n\n" + plain + "--b\nContent-Type: message/rfc822\n\nFrom: x\n\nreturned\n--b--", "plain", "", 1},
		{"within one another", deep, "deep", "", 0},
		{"too deep", "Content-Type: multipart/mixed; boundary=c\n\n--c\n" + deep + "--c--\n", "", noText, 1},

		{"boundary with spaces after it", mixed + "--b  \n\nplain\n--b-- \nepilogue", "plain", "", 0},
		{"boundary in pieces", "Content-Type: multipart/mixed; boundary*0=\"a\"; boundary*1=\"b\"\n\n--ab\n\nplain\n--ab--", "plain", "", 0},
		{"boundary in pieces, with a mistake", "Content-Type: multipart/mixed; boundary*0=\"a\"; boundary*1=b; =\n\n--ab\n\nplain\n--ab--", "plain", "", 0},
		{"boundary within a longer one", mixed + "--b\n\nplain\n--bb\n--b-\nx\n--b--", "plain\n--bb\n--b-\nx", "", 0},
		{"boundary quoted", "Content-Type: multipart/mixed; x=y;\n BOUNDARY = \"a b\"\n\n--a b\n\nplain\n--a b--", "plain", "", 0},
		{"boundary not quoted", "Content-Type: multipart/mixed; boundary=a=b?c\n\n--a=b?c\n\nplain\n--a=b?c--", "plain", "", 0},
		{"no boundary", "Content-Type: multipart/mixed\n\nplain", "plain", "", 0},
		{"no boundary line", mixed + "plain", "plain", "", 0},
		{"no last boundary", mixed + plain + html, "plain\n\nhtml", "", 0},
		{"no blank line", mixed + "--b\nplain\n--b--", "plain", "", 0},
		{"only a header", mixed + "--b\nContent-Type: text/plain\n--b--", "", noText, 0},
		{"inner boundary missing", mixed + "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\none\n--b\n\ntwo\n--b--", "one\n\ntwo", "", 0},
		{"part with a great header", mixed + "--b\n" + strings.Repeat("X: y\n", maxHeader/4+1) + "\nlost\n" + plain + "--b--", "plain", "", 0},
		{"only a great header", mixed + "--b\n" + strings.Repeat("X: y\n", maxHeader/4+1) + "\nlost\n--b--", "", unreadable, 0},

		{"UTF-8 undeclared", "\né – 日", "é – 日", "", 0},
		{"Windows-1252 undeclared", "\n\xe9 \x96 \x81", "é – \uFFFD", "", 0},
		{"both undeclared", "\né\n\xe9", "é\né", "", 0},
		{"Windows-1252 as Latin-1", "Content-Type: text/plain; charset=ISO-8859-1\n\n\x93hi\x94", "“hi”", "", 0},
		{"Latin-2", "Content-Type: text/plain; charset=\"iso-8859-2\"\n\n\xb3", "ł", "", 0},
		{"DOS", "Content-Type: text/plain; charset=cp850\n\n\x82", "é", "", 0},
		{"Windows-1252 as UTF-8", "Content-Type: text/plain; charset='utf-8'\n\n\xe9", "é", "", 0},
		{"set of the web's that maps to nothing", "Content-Type: text/plain; charset=iso-2022-cn\n\nhi", "", unknownCharset, 0},
		{"UTF-7", "Content-Type: text/plain; charset=utf-7\n\nHi Mom +Jjo-! 1 +- 1, +2D3eDQ-, +ZeVnLIqe-.+", "Hi Mom ☺! 1 + 1, 😍, 日本語.", "", 0},
		{"charset cp932", "Content-Type: text/plain; charset=cp932\n\n\x87\x40\x93\xfa", "①日", "", 0},
		{"charset windows-31j", "Content-Type: text/plain; charset=windows-31j\n\n\x87\x40\x93\xfa", "①日", "", 0},
		{"charset MS932", "Content-Type: text/plain; charset=MS932\n\n\x87\x40\x93\xfa", "①日", "", 0},
		{"charset cp936", "Content-Type: text/plain; charset=cp936\n\n\xc4\xe3\xba\xc3", "你好", "", 0},
		{"charset EUC-CN", "Content-Type: text/plain; charset=EUC-CN\n\n\xc4\xe3\xba\xc3", "你好", "", 0},
		{"charset cp949", "Content-Type: text/plain; charset=cp949\n\n\xbe\xc8\xb3\xe7", "안녕", "", 0},
		{"charset ms950", "Content-Type: text/plain; charset=ms950\n\n\xa7\x41\xa6\x6e", "你好", "", 0},
		{"charset cp858", "Content-Type: text/plain; charset=cp858\n\n\x31\x30\x20\xd5", "10 €", "", 0},
		{"charset ansi", "Content-Type: text/plain; charset=ansi\n\n\x93\xe9\x94", "“é”", "", 0},
		{"charset iso-2022-jp-2", "Content-Type: text/plain; charset=iso-2022-jp-2\n\n\x1b\x24\x42\x46\x7c\x4b\x5c\x1b\x28\x42", "日本", "", 0},
		{"charset _iso-2022-jp$ESC", "Content-Type: text/plain; charset=_iso-2022-jp$ESC\n\n\x1b\x24\x42\x46\x7c\x4b\x5c\x1b\x28\x42", "日本", "", 0},
		{"charset iso-2022-kr", "Content-Type: text/plain; charset=iso-2022-kr\n\n\x1b\x24\x29\x43\x0e\x3e\x48\x33\x67\x0f\x20\x68\x69\x20\x0e\x47\x4f\x0f", "안녕 hi 하", "", 0},
		{"HTML with entities and 8 bits", "Content-Type: text/html\n\n&eacute;\xe9é", "ééé", "", 0},

		{"quoted-printable", "Content-Transfer-Encoding: Quoted-Printable\n\n=C3=a9=3D=\n= =X =4\n=20end=", "é== =X =4\n end", "", 0},
		{"base64", "Content-Transfer-Encoding: BASE64\n\naGkg\n dGhl*cmU=\n\nfooter\n", "hi there", "", 0},
		{"base64 in quotes", "Content-Transfer-Encoding: \"base64\"\n\naGkgdGhlcmU=", "hi there", "", 0},
		{"base64 that is none", "Content-Transfer-Encoding: base64\n\nThis is plain text, not base64.\n\nAna", "This is plain text, not base64.\n\nAna", "", 0},
		{"quoted-printable with blanks after =", "Content-Transfer-Encoding: quoted-printable\n\nhi= \t\n there=   x", "hi there=   x", "", 0},
		{"base64 cut short", "Content-Transfer-Encoding: base64\n\naGkgdGhlcmUs\na", "hi there,", "", 0},
		{"base64 of nothing", "Content-Transfer-Encoding: base64\n\n****\n", "", noText, 0},
		{"base64 broken", "Content-Transfer-Encoding: base64\n\na\n", "", unreadable, 0},
		{"8-bit", "Content-Transfer-Encoding: 8-bit\n\nhi", "hi", "", 0},
		{"uuencoded", "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x", "", unreadable, 0},
	} {
		file := "From x\nFrom: a@b\nTo: c@d\n" + dated + c.mail + "\n\n" + aMbox
		all, tally := readAll(t, readMbox, strings.NewReader(file))
		got, ok := strings.CutSuffix(texts(all), "one|two|three")
		if got = strings.TrimSuffix(got, "|"); !ok || got != c.text {
			t.Errorf("%s: read %q, want %q", c.name, got, c.text)
		}
		if tally.Attachments != c.attachments || c.reason != "" && tally.Left[c.reason] != 1 {
			t.Errorf("%s: tally %+v, want %q and %d attachments", c.name, tally, c.reason, c.attachments)
		}
	}
}

func TestLenient(t *testing.T) {
	long := strings.Repeat("é\xe9日x", 3000)
	want := strings.ReplaceAll(long, "\xe9日", "é日")
	for name, r := range map[string]io.Reader{
		"whole":        strings.NewReader(long),
		"byte by byte": iotest.OneByteReader(strings.NewReader(long)),
	} {
		got, err := io.ReadAll(transform.NewReader(r, lenient{}))
		if err != nil || string(got) != want {
			t.Errorf("%s: %d bytes, error %v", name, len(got), err)
		}
	}
	for in, want := range map[string]string{"": "", "\xe2\x82": "â‚", "\xe2\x82\xac": "€", "\uFFFD": "\uFFFD"} {
		got, err := io.ReadAll(transform.NewReader(strings.NewReader(in), lenient{}))
		if err != nil || string(got) != want || readLenient(in) != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func TestTransferDecoders(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"base64", strings.Repeat("aGkh\r\n", 5000), strings.Repeat("hi!", 5000)},
		{"base64", "aGVsbG8=\naGVsbG8gdGhlcmU=\n", "hellohello there"},
		{"base64", "aGVsbG8=aGVsbG8gdGhlcmU=\n", "hellohello there"},
		{"base64", "aGVsbG8=\n\n--\nfooter of a list\n", "hello"},
		{"base64", "aGVsbG8=\n____\nlist\n", "hello"},
		{"base64", "aGVsbG8=\n\nlist\nfooter\n", "hello"},
		{"quoted-printable", strings.Repeat("h=69=\n!", 5000), strings.Repeat("hi!", 5000)},
		{"quoted-printable", "hi=", "hi"},
		{"quoted-printable", strings.Repeat("x", 1<<17) + "=21", strings.Repeat("x", 1<<17) + "!"},
	} {
		for _, in := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
			r, _ := transferDecoder(c.name, in)
			got, err := io.ReadAll(r)
			if err != nil || string(got) != c.want {
				t.Errorf("%s: %d bytes, error %v", c.name, len(got), err)
			}
		}
	}
}

func TestHTML(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"a":                         "a",
		" a\n b ":                   "a b",
		"a<b>b</b> c":               "ab c",
		"a<br><br><br><br>b":        "a\n\nb",
		"</pre><pre>a  b</pre>":     "a  b",
		"a<br>b<br/><br>c":          "a\nb\n\nc",
		"<p>a</p><p>b</p>c":         "a\n\nb\n\nc",
		"<div>a</div><div>b</div>":  "a\nb",
		"<div>a<div>b</div></div>c": "a\nb\nc",
		"<ul><li>a<li>b</ul>c":      "a\nb\nc",
		"<tr><td>a</td><td>b</td></tr><tr><td>c</td></tr>": "a b\nc",
		"<p>&nbsp;</p>a&nbsp;&nbsp;b":                      "a b",
		"&lt;b&gt; &amp;amp; &euro;&#8364;&bogus;":         "<b> &amp; €€&bogus;",
		"<pre>a\n  b</pre>c  d":                            "a\n  b\n\nc d",
		"<pre>a<pre>b</pre></pre></pre>c  d":               "a\n\nb\n\nc d",
		"<head><title>t</title><style>s</style></head>a":   "a",
		"a<script>if (x < y) { '<p>' }</script>b":          "ab",
		"a<script>never ends":                              "a",
		"a<!-- <b>c</b> -->b<![if !x]>c<![endif]>":         "abc",
		"a <script/>b</script>c":                           "a bc",
		"a < b <3 </ <!":                                   "a < b <3",
		"<a href='x'>link</a>.":                            "link.",
		"<P>A<BR CLEAR=all>B":                              "A\nB",
	} {
		got, err := htmlText(strings.NewReader(in))
		if err != nil || strings.TrimRight(string(got), " \n") != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	if got, err := htmlText(io.MultiReader(strings.NewReader("<p>a<p>b"), iotest.ErrReader(io.ErrClosedPipe))); err != io.ErrClosedPipe || string(got) != "a\n\nb" {
		t.Errorf("broken off: %q, %v", got, err)
	}
}
