package ghost

import (
	"bytes"
	"testing"

	"doormat/noescrow"
)

// apps returns two apps of one maker, of which the first has a session with the second.
func apps(t testing.TB, maker string) (ana, ben *App) {
	t.Helper()
	ana, ben = NewApp(maker), NewApp(maker)
	p, err := ben.Publish(1)
	check(t, err)
	shelf, err := noescrow.NewShelf(p)
	check(t, err)
	check(t, ana.Start(ben.Identity(), shelf.Bundle()))
	return ana, ben
}

func sendApp(t testing.TB, from, to *App, text string) (sent []byte) {
	t.Helper()
	sent, err := from.Seal(to.Identity(), []byte(text), []byte("date"))
	check(t, err)
	id, got, err := to.Open(sent, []byte("date"))
	if err != nil || id != from.Identity() || string(got) != text {
		t.Fatalf("%q, %v", got, err)
	}
	return sent
}

// The key is fixed: it opens what was sent before it was taken and after, of everyone, in one step. The two
// people's ratchet does not matter.
func TestBotKeyOpensThePast(t *testing.T) {
	bot := NewBot()
	ana, ben := apps(t, bot.Recipient())
	var all [][]byte
	for range 2 {
		all = append(all, sendApp(t, ana, ben, "to Ben"), sendApp(t, ben, ana, "to Ana"))
	}
	key, err := bot.RecoveryKey()
	check(t, err)
	thief, err := ParseBot(key)
	if err != nil || len(key) != 244 {
		t.Fatalf("%d bytes, %v", len(key), err)
	}
	all = append(all, sendApp(t, ana, ben, "to Ben"))
	for i, sent := range all {
		copied, err := ForMaker(sent)
		check(t, err)
		c, err := thief.Recover(copied)
		want := Copied{ana.Identity(), ben.Identity(), []byte("to Ben")}
		if i%2 == 1 {
			want = Copied{ben.Identity(), ana.Identity(), []byte("to Ana")}
		}
		if err != nil || c.From != want.From || c.To != want.To || !bytes.Equal(c.Text, want.Text) {
			t.Errorf("message %d: %q, %v", i, c.Text, err)
		}
		if _, err := NewBot().Recover(copied); err == nil {
			t.Error("another bot opens it")
		}
	}
}

// The first server passes on what it has opened, under the key of the second.
func TestPass(t *testing.T) {
	first, second := NewBot(), NewBot()
	ana, ben := apps(t, first.Recipient())
	copied, err := ForMaker(sendApp(t, ana, ben, "hello"))
	check(t, err)
	passed, err := first.Pass(copied, second.Recipient())
	check(t, err)
	if _, err := first.Recover(passed); err == nil {
		t.Error("the first server opens what it has passed on")
	}
	if _, err := second.Recover(copied); err == nil {
		t.Error("the second server opens what is for the first")
	}
	c, err := second.Recover(passed)
	if err != nil || c.From != ana.Identity() || c.To != ben.Identity() || string(c.Text) != "hello" {
		t.Errorf("%q, %v", c.Text, err)
	}
	if _, err := second.Pass(copied, first.Recipient()); err == nil {
		t.Error("a bot passes on what it cannot open")
	}
}

// The copy is bound to nothing: a client that sends noise in its place is understood by its peer, and no
// one who holds the key knows what it wrote. It is the rogue sender of every escrow.
func TestAppThatCheats(t *testing.T) {
	bot := NewBot()
	ana, ben := apps(t, bot.Recipient())
	sent, err := ana.Seal(ben.Identity(), []byte("hello"), nil)
	check(t, err)
	n, ok := AppHead(sent)
	if !ok {
		t.Fatal("no head")
	}
	for i := range sent[5:n] {
		sent[5+i] = 0
	}
	if _, text, err := ben.Open(sent, nil); err != nil || string(text) != "hello" {
		t.Errorf("%q, %v", text, err)
	}
	copied, err := ForMaker(sent)
	check(t, err)
	if _, err := bot.Recover(copied); err == nil {
		t.Error("the bot reads noise")
	}
}

func TestDamagedApp(t *testing.T) {
	bot := NewBot()
	ana, ben := apps(t, bot.Recipient())
	sent, err := ana.Seal(ben.Identity(), []byte("hello"), nil)
	check(t, err)
	n, _ := AppHead(sent)
	for i := range n + 1 {
		if _, ok := AppHead(sent[:i]); ok {
			t.Errorf("%d bytes have a head", i)
		}
		if _, err := ForMaker(sent[:i]); err == nil {
			t.Errorf("%d bytes have a copy", i)
		}
	}
	for what, bad := range spoilt(sent[n:]) {
		if _, _, err := ben.Open(append(sent[:n:n], bad...), nil); err == nil {
			t.Errorf("%s: it opens", what)
		}
	}
	copied, err := ForMaker(sent)
	check(t, err)
	for i := 0; i < len(copied); i += 40 {
		bad := bytes.Clone(copied)
		bad[i] ^= 1
		if c, err := bot.Recover(bad); err == nil {
			t.Errorf("byte %d: %q", i, c.Text)
		}
		if _, err := bot.Recover(copied[:i]); err == nil {
			t.Errorf("%d bytes open", i)
		}
	}
	if _, err := bot.Recover(append(bytes.Clone(copied), 0)); err == nil {
		t.Error("a byte behind it")
	}
	if _, err := ana.Seal(ben.Identity(), make([]byte, MaxText+1), nil); err == nil {
		t.Error("a text that is too long")
	}
	var short bytes.Buffer
	check(t, ana.SealFile(&short, bytes.NewReader(make([]byte, 63)), bot.Recipient()))
	if _, err := bot.Recover(short.Bytes()); err == nil {
		t.Error("a copy of 63 bytes")
	}
}
