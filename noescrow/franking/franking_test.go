package franking

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"doormat/noescrow"
)

func TestReport(t *testing.T) {
	p := NewProvider()
	for _, text := range []string{"", "yes", "I know where you live", string(make([]byte, MaxText))} {
		plaintext, c := sealed(t, text)
		m, err := Open(plaintext, c)
		if err != nil || string(m.Text) != text || len(m.Attachments) != 1 {
			t.Fatalf("%d bytes arrive as %d: %v", len(text), len(m.Text), err)
		}
		got, x, err := p.Judge(NewReport(plaintext, c, context, p.Stamp(c, context)))
		if err != nil || string(got.Text) != text || x != context || got.Attachments[0] != m.Attachments[0] {
			t.Errorf("%d bytes are judged to be %d of %v: %v", len(text), len(got.Text), x, err)
		}
	}
}

// The formulas of the package comment, computed again.
func TestFormulas(t *testing.T) {
	mac := func(key []byte, parts ...[]byte) []byte {
		h := hmac.New(sha256.New, key)
		h.Write(slices.Concat(parts...))
		return h.Sum(nil)
	}
	plaintext, c, err := Seal(Message{Text: []byte("yes")})
	check(t, err)
	if len(plaintext) != Overhead+3 || plaintext[0] != 0xf1 || !bytes.Equal(c[:], mac(plaintext[1:33], []byte{0xf1, 0, 0}, []byte("yes"))) {
		t.Errorf("%x is committed to by %x", plaintext, c)
	}
	p := NewProvider()
	stamp := p.Stamp(c, context)
	date := []byte{0x00, 0x00, 0x01, 0x9c, 0xad, 0x8f, 0xac, 0x00} // 2 March 2026, 08:00, in milliseconds
	if want := mac(p.RecoveryKey()[2:], []byte("doormat 1 franking stamp"), c[:], context.From[:], context.To[:], date); !bytes.Equal(stamp[:], want) {
		t.Errorf("stamped with %x, expected %x", stamp, want)
	}
	// HMAC-SHA256 as RFC 4231 has it (test case 2), so that mac above is right.
	if got := hex.EncodeToString(mac([]byte("Jefe"), []byte("what do ya want for nothing?"))); got != "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" {
		t.Error(got)
	}
}

// Every bit of a report matters.
func TestReportSpoilt(t *testing.T) {
	p := NewProvider()
	plaintext, c := sealed(t, "I know where you live")
	report := NewReport(plaintext, c, context, p.Stamp(c, context))
	_, _, err := p.Judge(report)
	check(t, err)
	for what, bad := range spoilt(report) {
		if m, x, err := p.Judge(bad); err == nil || m.Text != nil || x != (Context{}) {
			t.Errorf("%s: %q, %v, %v", what, m.Text, x, err)
		}
	}
	// The report of another message, of other people, of another date, with this stamp.
	other, _ := sealed(t, "I know where you live")
	for what, bad := range map[string][]byte{
		"another message":    NewReport(other, commit(other), context, p.Stamp(c, context)),
		"another commitment": NewReport(other, c, context, p.Stamp(c, context)),
		"another sender":     NewReport(plaintext, c, Context{context.To, context.To, monday}, p.Stamp(c, context)),
		"another recipient":  NewReport(plaintext, c, Context{context.From, context.From, monday}, p.Stamp(c, context)),
		"another date":       NewReport(plaintext, c, Context{context.From, context.To, monday.AddDate(0, 0, 1)}, p.Stamp(c, context)),
		"names exchanged":    NewReport(plaintext, c, Context{context.To, context.From, monday}, p.Stamp(c, context)),
		"another provider":   NewReport(plaintext, c, context, NewProvider().Stamp(c, context)),
	} {
		if _, _, err := p.Judge(bad); !errors.Is(err, ErrReport) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Who sends a message that could not be reported finds that it is not shown.
func TestUnreportableIsRefused(t *testing.T) {
	plaintext, c := sealed(t, "I know where you live")
	_, err := Open(plaintext, c)
	check(t, err)
	for what, bad := range spoilt(plaintext) {
		if m, err := Open(bad, c); err == nil || m.Text != nil {
			t.Errorf("%s: %q, %v", what, m.Text, err)
		}
	}
	for what, bad := range spoilt(c[:]) {
		if len(bad) != len(c) {
			continue
		}
		if _, err := Open(plaintext, Commitment(bad)); !errors.Is(err, ErrCommitment) {
			t.Errorf("the commitment, %s: %v", what, err)
		}
	}
}

// Whatever bytes a sender has the recipient decrypt, under whatever commitment: what is shown can be
// reported, and what cannot is not shown. So the encryption around it need not commit to its key.
func TestReportable(t *testing.T) {
	p := NewProvider()
	good, c := sealed(t, "hello")
	shown := 0
	try := func(plaintext []byte, c Commitment) {
		m, err := Open(plaintext, c)
		if err != nil {
			return
		}
		shown++
		got, _, err := p.Judge(NewReport(plaintext, c, context, p.Stamp(c, context)))
		if err != nil || !bytes.Equal(got.Text, m.Text) || !slices.Equal(got.Attachments, m.Attachments) {
			t.Errorf("%x is shown, and its report: %v", plaintext, err)
		}
	}
	try(good, c)
	for _, bad := range spoilt(good) {
		try(bad, c)
		if len(bad) > keySize {
			try(bad, commit(bad)) // a commitment to just that
		}
	}
	if shown < 100 {
		t.Errorf("of the plaintexts %d are shown, expected more", shown)
	}
}

// Each commitment has a random key, so equal texts look different, and a guess of the text is not
// confirmed by any key but its own.
func TestCommitmentHides(t *testing.T) {
	seen := map[Commitment]bool{}
	var keys [][]byte
	guess := func(key []byte, text string) Commitment {
		return commit(slices.Concat([]byte{version}, key, []byte{0, 0}, []byte(text)))
	}
	for range 1000 {
		plaintext, c, err := Seal(Message{Text: []byte("yes")})
		check(t, err)
		key := plaintext[1:][:keySize]
		if seen[c] || guess(key, "yes") != c { // the control: with the key the guess is right
			t.Fatal("a commitment is repeated, or the guess is wrong")
		}
		for _, other := range append(keys, make([]byte, keySize)) {
			if guess(other, "yes") == c {
				t.Fatal("another key fits")
			}
		}
		seen[c] = true
		if len(keys) < 20 {
			keys = append(keys, key)
		}
	}
}

// A report opens its own message, and no other, not even of the same two people on the same day.
func TestNothingElseOpens(t *testing.T) {
	p := NewProvider()
	reported, c := sealed(t, "I know where you live")
	others := [][]byte{}
	commitments := []Commitment{}
	for range 20 {
		plaintext, c := sealed(t, "see you at nine")
		others, commitments = append(others, plaintext), append(commitments, c)
	}
	report := NewReport(reported, c, context, p.Stamp(c, context))
	for i, c := range commitments {
		if bytes.Contains(report, others[i][1:][:keySize]) || bytes.Contains(report, c[:]) {
			t.Error("the report has a part of another message")
		}
		// The key of the reported message, tried on the others.
		if _, err := Open(slices.Concat(reported[:1+keySize], others[i][1+keySize:]), c); err == nil {
			t.Error("the key of one message opens another")
		}
	}
}

// Who has the provider's key makes it believe what no one has sent. Who has not does not.
func TestForgedReport(t *testing.T) {
	p := NewProvider()
	stolen, err := ParseProvider(p.RecoveryKey())
	check(t, err)
	plaintext, c := sealed(t, "I never wrote this")
	m, x, err := p.Judge(NewReport(plaintext, c, context, stolen.Stamp(c, context)))
	if err != nil || string(m.Text) != "I never wrote this" || x.From != context.From {
		t.Errorf("with the stolen key: %q, %v", m.Text, err)
	}
	for range 100 {
		if _, _, err := p.Judge(NewReport(plaintext, c, context, Stamp(random(macSize)))); !errors.Is(err, ErrReport) {
			t.Fatalf("with a random stamp: %v", err)
		}
	}
}

// To anyone but the provider a true report and one that the recipient has made up look the same: each is
// a key, a text that fits the commitment, and a stamp that says nothing without K.
func TestDeniable(t *testing.T) {
	p := NewProvider()
	plaintext, c := sealed(t, "sent")
	made, d := sealed(t, "made up")
	genuine := NewReport(plaintext, c, context, p.Stamp(c, context))
	simulated := NewReport(made, d, context, Stamp(random(macSize)))
	for what, report := range map[string][]byte{"true": genuine, "made up": simulated} {
		outsider := NewProvider() // all that an outsider can do is to check the commitment
		if _, _, err := outsider.Judge(report); !errors.Is(err, ErrReport) {
			t.Errorf("%s, to an outsider: %v", what, err)
		}
		const head = 2 + 2*macSize + 72
		if _, err := Open(report[head:], Commitment(report[2:][:macSize])); err != nil {
			t.Errorf("%s: the message does not fit: %v", what, err)
		}
	}
}

func TestLimits(t *testing.T) {
	if _, _, err := Seal(Message{Text: make([]byte, MaxText+1)}); err == nil {
		t.Error("a text that is too long is sealed")
	}
	if _, _, err := Seal(Message{Attachments: make([]Attachment, MaxAttachments+1)}); err == nil {
		t.Error("too many attachments are sealed")
	}
	plaintext, c, err := Seal(Message{Text: make([]byte, MaxText), Attachments: make([]Attachment, MaxAttachments)})
	check(t, err)
	if len(plaintext) > noescrow.MaxPlaintext {
		t.Errorf("a message of %d bytes does not fit into one of noescrow", len(plaintext))
	}
	_, err = Open(plaintext, c)
	check(t, err)
	for what, bad := range map[string][]byte{
		"a longer text":     append(bytes.Clone(plaintext), 0),
		"half a key":        slices.Concat([]byte{version}, make([]byte, keySize), []byte{0, 32}, make([]byte, 32)),
		"too many keys":     slices.Concat([]byte{version}, make([]byte, keySize), []byte{8, 64}, make([]byte, 33*64)),
		"keys that are cut": slices.Concat([]byte{version}, make([]byte, keySize), []byte{0, 64}, make([]byte, 63)),
	} {
		if _, err := Open(bad, commit(bad)); err == nil || errors.Is(err, ErrCommitment) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestParseProvider(t *testing.T) {
	b := NewProvider().RecoveryKey()
	p, err := ParseProvider(b)
	if err != nil || !bytes.Equal(p.RecoveryKey(), b) {
		t.Fatal(err)
	}
	for what, bad := range spoilt(b) {
		if p, err := ParseProvider(bad); err == nil && (len(bad) != len(b) || !bytes.Equal(bad[:2], b[:2])) || p != nil && err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
