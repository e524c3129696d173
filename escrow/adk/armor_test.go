package adk

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// published is the example of RFC 4880, Section 6.6.
const published = `-----BEGIN PGP MESSAGE-----
Version: OpenPrivacy 0.99

yDgBO22WxBHv7O8X7O/jygAEzol56iUKiXmV+XmpCtmpqQUKiQrFqclFqUDBovzS
vBSFjNSiVHsuAA==
=njUN
-----END PGP MESSAGE-----
`

// armor returns octets as text, with or without a checksum.
func armor(kind string, octets []byte, checksum bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "-----BEGIN PGP %s-----\n\n", kind)
	text := base64.StdEncoding.EncodeToString(octets)
	for len(text) > 64 {
		fmt.Fprintln(&b, text[:64])
		text = text[64:]
	}
	fmt.Fprintln(&b, text)
	if checksum {
		fmt.Fprintf(&b, "=%s\n", base64.StdEncoding.EncodeToString(crc24(octets)))
	}
	fmt.Fprintf(&b, "-----END PGP %s-----\n", kind)
	return b.Bytes()
}

func TestArmor(t *testing.T) {
	c := newCast(t)
	message := c.write(t, PGP658, "hello", c.ana.Certificate())
	for _, checksum := range []bool{true, false} {
		if !opens(c.ana, armor(armorMessage, message, checksum), "hello") {
			t.Errorf("a message does not open, checksum: %v", checksum)
		}
		cert, err := ParseCertificate(armor(armorCertificate, c.ana.cert.raw, checksum))
		if err != nil || !bytes.Equal(cert.Bytes(), c.ana.cert.raw) {
			t.Errorf("a certificate does not come back, checksum: %v, %v", checksum, err)
		}
		k, err := ParseSecretKey(armor(armorSecretKey, c.ana.RecoveryKey(), checksum))
		if err != nil || !opens(k, message, "hello") {
			t.Errorf("a secret key does not come back, checksum: %v, %v", checksum, err)
		}
	}
	text := string(armor(armorMessage, message, true))
	for name, same := range map[string]string{
		"carriage returns":   strings.ReplaceAll(text, "\n", "\r\n"),
		"blanks around it":   "\n \t" + text + "\n\n",
		"blanks behind each": strings.ReplaceAll(text, "\n", "  \n"),
		"headers":            strings.Replace(text, "\n\n", "\nVersion: 1\nComment: none: at all\n\n", 1),
		"no last line break": strings.TrimSpace(text),
	} {
		if !opens(c.ana, []byte(same), "hello") {
			t.Errorf("%s: it does not open", name)
		}
	}
}

func TestArmorRefused(t *testing.T) {
	lines := strings.Split(published, "\n")
	changed := func(i int, line string) string {
		all := append([]string(nil), lines...)
		all[i] = line
		return strings.Join(all, "\n")
	}
	for _, x := range []struct{ name, text, want string }{
		{"another kind", changed(0, "-----BEGIN PGP PUBLIC KEY BLOCK-----"), `expected -----BEGIN PGP MESSAGE-----, found "-----BEGIN PGP PUBLIC KEY BLOCK-----"`},
		{"a part of several", changed(0, "-----BEGIN PGP MESSAGE, PART 1/2-----"), "expected -----BEGIN PGP MESSAGE-----"},
		{"another end", changed(6, "-----END PGP SIGNATURE-----"), "expected -----END PGP MESSAGE----- as the last line"},
		{"text behind", published + "hello\n", "expected -----END PGP MESSAGE----- as the last line"},
		{"no header", changed(1, "hello"), `expected a header or an empty line as line 2, found "hello"`},
		{"no empty line", changed(2, "Comment: x"), "expected a header or an empty line as line 4"},
		{"nothing but headers", "-----BEGIN PGP MESSAGE-----\na: b\n-----END PGP MESSAGE-----", "expected a header or an empty line as line 3"},
		{"nothing but the first line", "-----BEGIN PGP MESSAGE-----", "as the last line"},
		{"another checksum", changed(5, "=njUM"), "expected the checksum njUN, found njUM: the text has changed on its way"},
		{"another text", changed(4, "vBSFjNSiVHsvAA=="), "expected the checksum"},
		{"a longer checksum", changed(5, "=njUNA"), "expected base64"},
		{"no base64", changed(3, strings.Replace(lines[3], "y", "*", 1)), "expected base64"},
		{"a bit too many", changed(4, "vBSFjNSiVHsuAB=="), "expected base64"},
		{"cut", changed(4, "vBSFjNSiVHsuAA="), "expected base64"},
		{"two texts", changed(4, lines[4]+"\n"+lines[4]), "expected base64"},
		{"two, one behind the other", published + published, "expected base64"},
	} {
		_, err := dearmor([]byte(x.text), armorMessage, MaxMessage)
		if err == nil || !strings.HasPrefix(err.Error(), "armor: ") || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, expected %q", x.name, err, x.want)
		}
	}
}

// A long text is refused before it is decoded, and one that decodes to too much after that.
func TestLongArmor(t *testing.T) {
	for n, want := range map[int]string{
		1000: "",
		1001: "armor: expected at most 1000 octets, found 1001",
		3000: "expected at most 3024 octets, found ",
	} {
		text := armor(armorMessage, make([]byte, n), true)
		octets, err := dearmor(text, armorMessage, 1000)
		if want == "" && (err != nil || len(octets) != n) || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%d: %d octets, %v", n, len(octets), err)
		}
	}
	if _, err := dearmor(bytes.Repeat([]byte{0xcd}, 1001), armorMessage, 1000); err == nil {
		t.Error("1001 binary octets are accepted")
	}
}

// The published checksum, and that of nothing, which is where it begins.
func TestCRC24(t *testing.T) {
	if got := fmt.Sprintf("%x", crc24(nil)); got != "b704ce" {
		t.Errorf("of nothing: %s", got)
	}
	if got := fmt.Sprintf("%x", crc24([]byte("123456789"))); got != "21cf02" {
		t.Errorf("of 123456789: %s", got)
	}
}
