package deal

import (
	"context"
	"crypto/md5"
	"crypto/rc4"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"doormat/escrow/weakcipher"
	"doormat/examples/lessons/lesson"
)

// solve does what a sheet asks for, from its text alone.
func solve(t *testing.T, text string) string {
	t.Helper()
	value := func(pattern string) []byte {
		m := regexp.MustCompile(`(?m)^    ` + pattern + `([0-9a-f]+)$`).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("the sheet has no %q:\n%s", pattern, text)
		}
		b, err := hex.DecodeString(m[1])
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	public, challenge, id, stream := value("public part of the key +"), value("challenge +"), value("connection ID +"), value("")
	hello := weakcipher.Hello{Challenge: [16]byte(challenge), ConnectionID: [16]byte(id), ClearKey: [11]byte(public)}
	keystream := []byte(firstLine)
	for i := range keystream {
		keystream[i] ^= stream[i]
	}
	secret, _, err := weakcipher.RecoverExport(context.Background(), hello, false, keystream, weakcipher.Options{Bits: bits})
	if err != nil {
		t.Fatal(err)
	}
	b := secret.Bytes()

	// The formula of the sheet says the same.
	key := md5.Sum([]byte(string(public) + string(b) + "\x30" + string(challenge) + string(id)))
	c, err := rc4.NewCipher(key[:])
	if err != nil {
		t.Fatal(err)
	}
	c.XORKeyStream(stream, stream)
	if !strings.HasPrefix(string(stream), firstLine) {
		t.Errorf("the formula of the sheet decrypts to %q", stream)
	}
	return fmt.Sprint(uint64(b[2])<<16 | uint64(b[3])<<8 | uint64(b[4]))
}

func TestSheet(t *testing.T) {
	for round := range 2 {
		sheet := lesson.DealSheet(NewSheet).Sheet(lesson.Seed(nil, "anna", "09-forty-bits", round))
		line := solve(t, sheet.Text)
		if miss := sheet.Check(line); miss != nil {
			t.Fatalf("%s\n%s", line, miss)
		}
		for _, wrong := range []string{"", "x", "-1", "0", line + "0", line + " 1", "18446744073709551616", strings.Repeat("9", 1000)} {
			if miss := sheet.Check(wrong); miss == nil || len(miss.String()) > 1000 {
				t.Errorf("%q: %v", wrong, miss)
			}
		}
	}
}

// Answers are not trusted.
func TestHostileAnswers(t *testing.T) {
	task := lesson.Deal(New).Task([32]byte{1})
	for _, answer := range []string{"", "null", "{}", "-1", "1e30", "1048576", "18446744073709551615", "18446744073709551616"} {
		if miss := task.Check([]byte(answer)); miss == nil || len(miss.String()) > 1000 {
			t.Errorf("%.40s: %v", answer, miss)
		}
	}
}
