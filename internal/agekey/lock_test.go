package agekey

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"filippo.io/age"
)

// lockFast locks with the least work that age takes.
func lockFast(t *testing.T, data []byte, passphrase string) []byte {
	t.Helper()
	locked, err := lock(data, passphrase, 1)
	if err != nil {
		t.Fatal(err)
	}
	return locked
}

func TestLockIsAnAgeFile(t *testing.T) {
	if testing.Short() {
		t.Skip("scrypt takes about a second")
	}
	t.Parallel()
	data := bytes.Repeat([]byte("state"), 1000)
	locked, err := Lock(data, "passphrase")
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(string(locked), "\n---")
	if lines := strings.Split(header, "\n"); len(lines) != 3 || lines[0] != "age-encryption.org/v1" ||
		!strings.HasPrefix(lines[1], "-> scrypt ") || !strings.HasSuffix(lines[1], " 18") {
		t.Errorf("the header is\n%s", header)
	}
	if one, two := lockFast(t, data, "passphrase"), lockFast(t, data, "passphrase"); bytes.Equal(one[:len(header)-1], two[:len(header)-1]) {
		t.Error("the same salt twice")
	}
	identity, err := age.NewScryptIdentity("passphrase")
	if err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(bytes.NewReader(lockFast(t, data, "passphrase")), identity)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
		t.Errorf("age opens %d bytes, %v", len(got), err)
	}
}

func TestUnlockRefuses(t *testing.T) {
	const passphrase = "correct horse battery staple"
	data := []byte("state")
	locked := lockFast(t, data, passphrase)
	refused := func(name string, locked []byte, passphrase string) {
		t.Helper()
		got, err := Unlock(locked, passphrase)
		if err == nil || len(got) != 0 {
			t.Errorf("%s: opens %q, %v", name, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "horse") {
			t.Errorf("%s: the error prints the passphrase: %v", name, err)
		}
	}
	if got, err := Unlock(locked, passphrase); err != nil || !bytes.Equal(got, data) {
		t.Fatalf("%q, %v", got, err)
	}
	for bit := range 8 * len(locked) {
		bad := bytes.Clone(locked)
		bad[bit/8] ^= 1 << (bit % 8)
		refused("a bit", bad, passphrase)
	}
	for n := range locked {
		refused("cut short", locked[:n], passphrase)
	}
	refused("with a trailing byte", append(bytes.Clone(locked), 0), passphrase)
	refused("another passphrase", locked, passphrase+" ")
	refused("no passphrase", locked, "")
	refused("much work", bytes.Replace(locked, []byte(" 1\n"), []byte(" 30\n"), 1), passphrase)

	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := age.Encrypt(&file, id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	refused("a file to a key", file.Bytes(), passphrase)
	if _, err := Lock(data, ""); err == nil {
		t.Error("Lock takes an empty passphrase")
	}
}

// A file can ask for as much scrypt as it likes: 2¹⁹ would be half a gigabyte. It is refused
// before any of it is done.
func TestUnlockLimitsWork(t *testing.T) {
	file := lockFast(t, []byte("data"), "passphrase")
	header := bytes.Index(file, []byte(" 1\n"))
	if header < 0 {
		t.Fatal("the header has no work factor")
	}
	costly := bytes.Join([][]byte{file[:header], file[header+3:]}, []byte(" 19\n"))
	if _, err := Unlock(costly, "passphrase"); err == nil || !strings.Contains(err.Error(), "work factor") {
		t.Errorf("work factor 19: %v", err)
	}
}

// What stands in place of an age file may be a secret in clear, and is not quoted.
func TestDecryptDoesNotQuote(t *testing.T) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	for name, src := range map[string]string{
		"nothing":         "",
		"a short secret":  "zkqx vjwq",
		"a key":           "AGE-SECRET-KEY-PQ-1zkqxvjwqzkqxvjwq",
		"lines":           "zkqx\nvjwq\nzkqx\n",
		"as long as ages": "zkqxvjwqzkqxvjwqzkq",
	} {
		_, err := Decrypt(strings.NewReader(src), id)
		if err != errNotAge {
			t.Errorf("%s: %v", name, err)
			continue
		}
		quotes(t, name, err, strings.TrimPrefix(src, "AGE-SECRET-KEY-PQ-1"))
		if _, err := Unlock([]byte(src), "vjwq zkqx"); err == nil || strings.Contains(err.Error(), "zkqx") || strings.Contains(err.Error(), "vjwq") {
			t.Errorf("%s: Unlock says %v", name, err)
		}
	}
	if _, err := Decrypt(iotest.ErrReader(io.ErrClosedPipe), id); err != io.ErrClosedPipe {
		t.Errorf("a reader that fails: %v", err)
	}
}
