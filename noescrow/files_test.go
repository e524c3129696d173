package noescrow

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"
)

func sealFile(t *testing.T, content []byte, recipients ...string) []byte {
	t.Helper()
	var sealed bytes.Buffer
	if err := new(Device).SealFile(&sealed, bytes.NewReader(content), recipients...); err != nil {
		t.Fatal(err)
	}
	return sealed.Bytes()
}

// Files go through as streams: a big one needs no more memory than a small one.
func TestFileStreams(t *testing.T) {
	size := int64(64 << 20)
	if testing.Short() {
		size = 8 << 20
	}
	d := NewDevice()
	sealed, sealedEnd := io.Pipe()
	opened, openedEnd := io.Pipe()
	want, got := sha256.New(), sha256.New()
	source := io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{}), size), want)

	before := heap()
	go func() { sealedEnd.CloseWithError(d.SealFile(sealedEnd, source, d.Recipient())) }()
	go func() { openedEnd.CloseWithError(d.OpenFile(openedEnd, sealed)) }()
	for range 4 {
		if _, err := io.CopyN(got, opened, size/4); err != nil {
			t.Fatal(err)
		}
		if used := heap() - before; used > 1<<20 {
			t.Errorf("%d bytes are held on the way", used)
		}
	}
	if n, err := io.Copy(got, opened); err != nil || n != 0 || !bytes.Equal(got.Sum(nil), want.Sum(nil)) {
		t.Errorf("%d bytes more come out than go in, or others, %v", n, err)
	}
}

// heap returns how much memory is held, in bytes.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestFileRecipients(t *testing.T) {
	a, b, c := NewDevice(), NewDevice(), NewDevice()
	content := []byte("a photograph")
	sealed := sealFile(t, content, a.Recipient(), b.Recipient())
	for _, d := range []*Device{a, b, clone(t, a)} {
		var got bytes.Buffer
		if err := d.OpenFile(&got, bytes.NewReader(sealed)); err != nil || !bytes.Equal(got.Bytes(), content) {
			t.Errorf("%q, %v", got.Bytes(), err)
		}
	}
	var got bytes.Buffer
	if err := c.OpenFile(&got, bytes.NewReader(sealed)); err == nil || got.Len() != 0 {
		t.Errorf("a device that is no recipient reads %q, %v", got.Bytes(), err)
	}
	if bytes.Contains(sealed, content) {
		t.Error("the file is in clear")
	}
}

func TestInvalidRecipients(t *testing.T) {
	d := NewDevice()
	good := d.Recipient()
	classic, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	sealFile(t, nil, good)
	for name, recipients := range map[string][]string{
		"none":               {},
		"empty":              {""},
		"cut":                {good[:len(good)-1]},
		"a character other":  {strings.Replace(good, "q", "p", 5)},
		"longer":             {good + "q"},
		"with a line end":    {good + "\n"},
		"classic age":        {classic.Recipient().String()},
		"the private line":   {d.s.files.String()},
		"one bad after good": {good, "age1pq1"},
		"the identity key":   {d.Identity().String()},
	} {
		var sealed bytes.Buffer
		if err := d.SealFile(&sealed, strings.NewReader("text"), recipients...); err == nil || sealed.Len() != 0 {
			t.Errorf("%s: %d bytes are written, %v", name, sealed.Len(), err)
		}
	}
}

// A file that was cut short is an error, and what came out before is a true beginning.
func TestTruncatedFile(t *testing.T) {
	d := NewDevice()
	content := make([]byte, 5*64<<10/2)
	rand.NewChaCha8([32]byte{}).Read(content)
	sealed := sealFile(t, content, d.Recipient())
	header := len(sealed) - len(content) - 3*16
	for _, cut := range []int{0, 10, header - 1, header, header + 100, header + 64<<10 + 16, header + 64<<10 + 17, len(sealed) - 1} {
		var got bytes.Buffer
		err := d.OpenFile(&got, bytes.NewReader(sealed[:cut]))
		if err == nil || !bytes.HasPrefix(content, got.Bytes()) {
			t.Errorf("of %d bytes, %d come out, %v", cut, got.Len(), err)
		}
	}
	var got bytes.Buffer
	if err := d.OpenFile(&got, bytes.NewReader(sealed)); err != nil || !bytes.Equal(got.Bytes(), content) {
		t.Errorf("%d bytes come out, %v", got.Len(), err)
	}
}

// What fails outside comes through as it is.
func TestFileErrors(t *testing.T) {
	d := NewDevice()
	broken := errors.New("broken")
	if err := d.SealFile(io.Discard, errorReader{broken}, d.Recipient()); !errors.Is(err, broken) {
		t.Errorf("SealFile from a broken reader: %v", err)
	}
	if err := d.SealFile(errorWriter{broken}, strings.NewReader("text"), d.Recipient()); !errors.Is(err, broken) {
		t.Errorf("SealFile to a broken writer: %v", err)
	}
	sealed := sealFile(t, []byte("text"), d.Recipient())
	if err := d.OpenFile(errorWriter{broken}, bytes.NewReader(sealed)); !errors.Is(err, broken) {
		t.Errorf("OpenFile to a broken writer: %v", err)
	}
	in := io.MultiReader(bytes.NewReader(sealed[:len(sealed)-3]), errorReader{broken})
	if err := d.OpenFile(io.Discard, in); !errors.Is(err, broken) {
		t.Errorf("OpenFile from a broken reader: %v", err)
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

type errorWriter struct{ err error }

func (w errorWriter) Write([]byte) (int, error) { return 0, w.err }

// The stock age library opens a device's files with the line from its state, and a device
// opens what the stock library seals.
func TestFilesAreAgeFiles(t *testing.T) {
	d := NewDevice()
	state := save(t, d)
	at := bytes.Index(state, []byte("AGE-SECRET-KEY-PQ-1"))
	identity, err := age.ParseHybridIdentity(string(state[at:][:state[at-1]]))
	if err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(bytes.NewReader(sealFile(t, []byte("text"), d.Recipient())), identity)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "text" {
		t.Errorf("%q, %v", got, err)
	}
	if got := identity.Recipient().String(); got != d.Recipient() {
		t.Errorf("age calls the recipient %s", got)
	}

	var sealed, got bytes.Buffer
	w, err := age.Encrypt(&sealed, identity.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "text")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.OpenFile(&got, &sealed); err != nil || got.String() != "text" {
		t.Errorf("%q, %v", got.String(), err)
	}
}
