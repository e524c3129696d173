package conversation

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
)

var python = flag.Bool("python", false, "compare the counts with those of Python's email package, for which python3 must be installed")

// countMails counts the mails of a mailbox by why each is left out. It goes by Python's own readers of
// mailboxes, addresses, dates and MIME, and knows nothing of this package but the names of the reasons and
// their order.
const countMails = `
import collections, email, email.utils, json, mailbox, sys, tempfile

def reason(m):
    sender = [a for n, a in email.utils.getaddresses(m.get_all("from", [])) if a]
    if not sender:
        return "no sender"
    to = [a.lower() for n, a in email.utils.getaddresses(m.get_all("to", []) + m.get_all("cc", [])) if "@" in a]
    if not to:
        return "no recipient"
    if set(to) == {sender[0].lower()}:
        return "to oneself"
    try:
        at = email.utils.parsedate_to_datetime(m["date"])
        if not 1970 <= at.year <= 2100:
            return "no date"
    except Exception:
        return "no date"
    text, problem = "", ""
    for part in m.walk():
        if part.is_multipart() or part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment":
            continue
        try:
            text += part.get_payload(decode=True).decode(part.get_content_charset("utf-8"), "replace").strip()
        except LookupError:
            problem = "unknown character set"
    return "carried" if text else problem or "no text"

with tempfile.NamedTemporaryFile(suffix=".mbox") as f:
    f.write(sys.stdin.buffer.read())
    f.flush()
    print(json.dumps(collections.Counter(reason(m) for m in mailbox.mbox(f.name, create=False))))
`

// A mailbox of all kinds of mail, at random, is counted as Python counts it.
func TestCountsAsPython(t *testing.T) {
	if !*python {
		t.Skip("-python compares with Python's email package")
	}
	rng := rand.New(rand.NewPCG(1, 9))
	pick := func(all ...string) string { return all[rng.IntN(len(all))] }
	var file strings.Builder
	for i := range 2000 {
		file.WriteString("From -\n") // no sender, no date: Python has none of either
		file.WriteString(pick("From: Ana <ana@example.org>\n", "From: ana@example.org\n", "From: =?utf-8?q?Ana?= <ana@example.org>\n", "From: Ben <ben@example.org>\n", "From: \n", ""))
		file.WriteString(pick("To: Ben <ben@example.org>\n", "To: ana@example.org\n", "To: undisclosed-recipients:;\n", "To: Ben <ben@example.org>,\n  cas@example.org\nCc: dan@example.org\n", "Cc: \"Lind, Cas\" <cas@example.org>\n", ""))
		file.WriteString(pick("Date: Tue, 3 Mar 2020 10:00:00 +0000\n", "Date: 3 Mar 98 10:00:00 EST\n", "Date: Tue, 03 Mar 2020 10:00:00 -0800 (PST)\n", "Date: soon\n", "Date: Fri, 1 Jan 1904 10:00:00 +0000\n", "Date: Tue, 3 Mar 2020 10:00:00 GMT\n"))
		file.WriteString(pick(
			"\nhi\n",
			"\n \n",
			"Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n=E9t=E9\n",
			"Content-Type: text/plain; charset=x-nowhere\n\nhi\n",
			"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\naGkgdGhlcmU=\n",
			"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n",
			"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png\n\nx\n--b--\n",
			"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nhi\n--b\nContent-Type: image/png\n\nx\n--b--\n",
			"MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=\"b c\"\n\n--b c\nContent-Type: text/html\n\n<p>hi\n--b c--\n",
			"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary*0=a; boundary*1=b\n\n--ab\n\nhi\n--ab--\n",
			"MIME-Version: 1.0\nContent-Type: text/plain\nContent-Disposition: attachment; filename=x\n\nhi\n",
			"MIME-Version: 1.0\nContent-Type: text/markdown\n\nhi\n",
			"MIME-Version: 1.0\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nFrom: x\n\none\n--b--\n",
			"MIME-Version: 1.0\nContent-Type: message/rfc822\n\nFrom: x\nSubject: y\n\none\n"))
		fmt.Fprintf(&file, "\n%s", strings.Repeat("\n", i%2))
	}
	cmd := exec.Command("python3", "-c", countMails)
	cmd.Stdin = strings.NewReader(file.String())
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err, errs.String())
	}
	want := map[string]int{}
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	_, tally := readAll(t, readMbox, strings.NewReader(file.String()))
	got := maps.Clone(tally.Left)
	got["carried"] = tally.Carried
	if !maps.Equal(got, want) || len(want) < 6 {
		t.Errorf("%v\nPython counts %v", got, want)
	}
}
