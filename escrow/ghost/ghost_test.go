package ghost

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/internal/testing/printed"
	"doormat/noescrow"
)

// Each device but the writer's gets one copy: those of the others first, then the writer's own.
func TestFanOut(t *testing.T) {
	w := newTown(t, Showing)
	message := w.send("Ana", "all", "hello", monday)
	copies, err := Copies(message)
	check(t, err)
	want := w.ids("Ben", "Ben's laptop", "Cas", "Ana's laptop")
	var got []noescrow.Identity
	for _, c := range copies {
		from, to, err := noescrow.Addresses(c)
		if err != nil || from != w.clients["Ana"].Identity() {
			t.Fatal(from, err)
		}
		got = append(got, to)
	}
	if !slices.Equal(got, want) {
		t.Errorf("copies for %v, expected %v", got, want)
	}
	if n, ok := Head(message); !ok || !bytes.Equal(message[n:], copies[0]) {
		t.Errorf("the copy for the first device does not begin at byte %d", n)
	}
	w.arrives(message, "all", "hello", "Ana", "Ben", "Ben's laptop", "Cas", "Ana's laptop")
	w.arrives(w.send("Ben", "two", "hello, Ana", monday), "two", "hello, Ana", "Ben", "Ana", "Ana's laptop", "Ben's laptop")
	if _, err := w.Roster("two", "Cas", monday); err == nil {
		t.Error("the provider says to all who is in a chat")
	}
}

// A ghost in the account of one person reads that person's chats, both ways, from a date to a date, and no
// other chat.
func TestGhostOfAnAccount(t *testing.T) {
	w := newTown(t, Hiding)
	check(t, w.Provider.Open("others", "Ana", "Cas"))
	g := NewGhost()
	early := w.send("Ana", "two", "before", monday.Add(-time.Hour))
	w.order(g, "Ben", "", monday, monday.Add(time.Hour))
	for _, c := range []struct {
		from, chat string
		at         time.Duration
		reads      bool
	}{
		{"Ana", "two", -time.Millisecond, false}, {"Ana", "two", 0, true}, {"Ben", "two", time.Minute, true},
		{"Cas", "all", time.Minute, true}, {"Ana", "others", time.Minute, false},
		{"Ben", "all", time.Hour - time.Millisecond, true}, {"Ben", "all", time.Hour, false},
	} {
		text := fmt.Sprint(c.from, c.at)
		r, err := g.Recover(w.send(c.from, c.chat, text, monday.Add(c.at)), []byte("date"))
		if c.reads && (err != nil || string(r.Text) != text || r.Chat != c.chat || r.From != w.clients[c.from].Identity()) ||
			!c.reads && !errors.Is(err, ErrNoCopy) {
			t.Errorf("%s to %s after %v: %q, %v", c.from, c.chat, c.at, r.Text, err)
		}
	}
	if _, err := g.Recover(early, []byte("date")); !errors.Is(err, ErrNoCopy) {
		t.Errorf("a message from before: %v", err)
	}
}

// A ghost that is a member of one chat reads that chat.
func TestGhostOfAChat(t *testing.T) {
	w := newTown(t, Showing)
	g := NewGhost()
	w.order(g, "support", "all", monday, monday.Add(time.Hour))
	for chat, reads := range map[string]bool{"all": true, "two": false} {
		if _, err := g.Recover(w.send("Ana", chat, "hello", monday), []byte("date")); (err == nil) != reads {
			t.Errorf("%s: %v", chat, err)
		}
	}
	if !slices.Contains(w.clients["Ana"].Members("all"), Member{"support", g.Identity()}) {
		t.Error("a client that shows all does not show the member")
	}
}

// A client that is not made to hide shows the ghost, and its safety number is another one. One that is
// shows what it showed before, bit by bit. What it cannot hide is on the device and in what it sends.
func TestWhatClientsShow(t *testing.T) {
	for _, c := range []struct {
		build Build
		shows bool
	}{{Showing, true}, {Hiding, false}} {
		w := newTown(t, c.build)
		clients := []*Client{w.clients["Ana"], w.clients["Ben"]}
		g := NewGhost()
		send := func(at time.Time) (message []byte) {
			message = w.send("Ana", "two", "hello", at)
			w.send("Ben", "two", "hello", at)
			return message
		}
		before := send(monday.Add(-time.Hour))
		var members [][]Member
		for _, client := range clients {
			members = append(members, client.Members("two"))
		}
		number := clients[0].SafetyNumber("two")
		if clients[1].SafetyNumber("two") != number || len(members[0]) != 4 || len(number) != 71 {
			t.Fatalf("%q and %q for %v", number, clients[1].SafetyNumber("two"), members[0])
		}
		w.order(g, "Ben", "", monday, monday.Add(time.Hour))
		after := send(monday)
		for i, client := range clients {
			now := client.Members("two")
			want := members[i]
			if c.shows {
				want = append(slices.Clone(want), Member{"Ben", g.Identity()})
			}
			if !slices.Equal(now, want) || client.Shows(g.Identity()) != c.shows || (client.SafetyNumber("two") != number) != c.shows {
				t.Errorf("build %d shows %v, and the number %q after %q", c.build, now, client.SafetyNumber("two"), number)
			}
		}
		if clients[0].SafetyNumber("two") != clients[1].SafetyNumber("two") {
			t.Error("two clients that show the same have different numbers")
		}
		id := g.Identity()
		if !bytes.Contains(w.state("Ana"), id[:]) {
			t.Error("the ghost is not in the state of the device that writes to it")
		}
		a, err := Copies(before)
		check(t, err)
		b, err := Copies(after)
		check(t, err)
		if len(b) != len(a)+1 {
			t.Errorf("%d copies with a ghost, %d without", len(b), len(a))
		}
	}
}

// Learn alone is enough to see a ghost: a client that shows need not write.
func TestLearn(t *testing.T) {
	w := newTown(t, Showing)
	g := NewGhost()
	w.order(g, "Ben", "", monday, monday.Add(time.Hour))
	r, err := w.Roster("two", "Ben", monday)
	check(t, err)
	check(t, w.clients["Ben"].Learn(r))
	if !w.clients["Ben"].Shows(g.Identity()) || w.clients["Ana"].Shows(g.Identity()) {
		t.Error("Ben's client does not show what it has learnt, or Ana's does")
	}
}

// A copy of the ghost reads all that follows: the ghost never answers, so no session with it makes a
// turn. It reads nothing of what came before. A copy of Ben's phone, made at the same moment, is healed
// by Ben's turns.
func TestGhostNeverHeals(t *testing.T) {
	w := newTown(t, Hiding)
	g := NewGhost()
	w.order(g, "Ben", "", monday, monday.Add(time.Hour))
	talk := func(text string) (sent [][]byte) {
		for range 6 {
			for _, from := range []string{"Ana", "Ben"} {
				m := w.send(from, "two", text, monday)
				if _, err := g.Recover(m, []byte("date")); err != nil {
					t.Fatal(err)
				}
				for _, c := range w.clients {
					c.Open(m, []byte("date"))
				}
				sent = append(sent, m)
			}
		}
		return sent
	}
	before := talk("before")
	ghosts, phones := copyOf(t, g), new(Client)
	check(t, phones.UnmarshalBinary(w.state("Ben")))
	after := talk("after")
	reads := func(open func(message, associated []byte) (Received, error), all [][]byte) (n int) {
		for _, m := range all {
			if _, err := open(m, []byte("date")); err == nil {
				n++
			}
		}
		return n
	}
	for what, got := range map[string][2]int{
		"a copy of the ghost, before": {reads(ghosts.Recover, before), 0},
		"a copy of the ghost, after":  {reads(ghosts.Recover, after), 12},
		"a copy of the phone, before": {reads(phones.Open, before), 0},
		"a copy of the phone, after":  {reads(phones.Open, after), 1},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d messages, expected %d", what, got[0], got[1])
		}
	}
}

// Whoever has the key for orders adds a ghost to everyone, with no other secret.
func TestOneKeyForAll(t *testing.T) {
	w := newTown(t, Hiding)
	stolen, err := ParseOrderKey(w.key.RecoveryKey())
	check(t, err)
	w.key = stolen
	g := NewGhost()
	for _, name := range []string{"Ana", "Ben", "Cas"} {
		w.order(g, name, "", monday, monday.Add(time.Hour))
	}
	for from, chat := range map[string]string{"Ana": "two", "Ben": "two", "Cas": "all"} {
		r, err := g.Recover(w.send(from, chat, from, monday), []byte("date"))
		if err != nil || string(r.Text) != from {
			t.Errorf("%s: %q, %v", from, r.Text, err)
		}
		if w.clients[from].Shows(g.Identity()) {
			t.Errorf("%s sees it", from)
		}
	}
}

// Nothing but the signature is asked for, and that is asked for.
func TestOrders(t *testing.T) {
	w := newTown(t, Hiding)
	g := NewGhost()
	p, err := g.Publish(1)
	check(t, err)
	o := Order{Name: "Ben", From: monday, Until: monday.Add(time.Hour), Publication: p}
	order, err := w.key.Sign(o)
	check(t, err)
	listed := func() bool {
		r, err := w.Roster("two", "Ana", monday)
		check(t, err)
		id := g.Identity()
		return bytes.Contains(r, id[:])
	}
	for what, bad := range spoilt(order) {
		if err := w.Obey(bad); !errors.Is(err, ErrOrder) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	other, err := NewOrderKey().Sign(o)
	check(t, err)
	if err := w.Obey(other); !errors.Is(err, ErrOrder) {
		t.Errorf("another key: %v", err)
	}
	for what, bad := range map[string]Order{
		"no account":     {Name: "Dee", From: o.From, Until: o.Until, Publication: p},
		"no chat":        {Name: "Ben", Chat: "three", From: o.From, Until: o.Until, Publication: p},
		"no publication": {Name: "Ben", From: o.From, Until: o.Until, Publication: p[:len(p)-1]},
	} {
		b, err := w.key.Sign(bad)
		check(t, err)
		if err := w.Obey(b); err == nil || !strings.HasPrefix(err.Error(), "ghost: ") || errors.Is(err, ErrOrder) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, bad := range map[string]Order{
		"no name":    {From: o.From, Until: o.Until},
		"long name":  {Name: strings.Repeat("n", MaxName+1), From: o.From, Until: o.Until},
		"long chat":  {Name: "Ben", Chat: strings.Repeat("n", MaxName+1), From: o.From, Until: o.Until},
		"no time":    {Name: "Ben", From: o.From, Until: o.From},
		"before all": {Name: "Ben", From: time.UnixMilli(-1), Until: o.Until},
	} {
		if b, err := w.key.Sign(bad); err == nil || b != nil {
			t.Errorf("%s: it is signed", what)
		}
	}
	if listed() {
		t.Fatal("an order that was refused is obeyed")
	}
	check(t, w.Obey(order))
	check(t, w.Obey(order))
	if !listed() {
		t.Error("an order is not obeyed")
	}
	w.send("Ana", "two", "twice ordered, listed once", monday)
}

func TestDirectory(t *testing.T) {
	w := newTown(t, Showing)
	p, err := w.clients["Ana"].Publish(1)
	check(t, err)
	for what, err := range map[string]error{
		"a device twice":        w.Link("Ben", p),
		"no name":               w.Link("", p),
		"no publication":        w.Link("Ben", nil),
		"prekeys of a stranger": w.Publish(noescrow.Identity{1}, p),
		"prekeys of another":    w.Publish(w.clients["Ben"].Identity(), p),
		"a chat without a name": w.Provider.Open("", "Ana"),
		"a chat with nobody":    w.Provider.Open("x", "Dee"),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "ghost: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
	check(t, w.Publish(w.clients["Ana"].Identity(), p))
	if _, err := w.Bundle(noescrow.Identity{1}); err == nil {
		t.Error("a bundle of a stranger")
	}
	if _, err := w.Roster("none", "Ana", monday); err == nil {
		t.Error("a roster of no chat")
	}
}

// A chat of too many devices has no roster, and a client keeps no more than its number of chats.
func TestLimits(t *testing.T) {
	w := newTown(t, Showing)
	for range MaxDevices - 4 {
		p, err := noescrow.NewDevice().Publish(0)
		check(t, err)
		check(t, w.Link("Cas", p))
	}
	if _, err := w.Roster("all", "Ana", monday); err == nil {
		t.Errorf("a roster of %d devices", MaxDevices+1)
	}
	c := NewClient(Showing)
	for i := range MaxChats + 1 {
		r := roster{chat: fmt.Sprint(i)}
		b, err := r.bytes()
		check(t, err)
		if err := c.Learn(b); (err == nil) != (i < MaxChats) {
			t.Fatalf("chat %d: %v", i, err)
		}
	}
	r, err := w.Roster("two", "Ana", monday)
	check(t, err)
	before := w.state("Ana")
	if _, err := w.clients["Ana"].Seal(r, make([]byte, MaxText+1), nil); err == nil {
		t.Error("a text that is too long")
	}
	if _, err := w.clients["Ana"].Seal(r, nil, nil); !errors.Is(err, noescrow.ErrNoSession) {
		t.Errorf("without sessions: %v", err)
	}
	if !bytes.Equal(before, w.state("Ana")) {
		t.Error("an error has changed the client")
	}
	alone, err := roster{chat: "x"}.bytes()
	check(t, err)
	if _, err := w.clients["Ana"].Seal(alone, nil, nil); err == nil {
		t.Error("a message for nobody")
	}
	if !bytes.Equal(before, w.state("Ana")) {
		t.Error("a message for nobody has changed the client")
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	w := newTown(t, Showing)
	w.send("Ana", "two", "hello", monday)
	g, b := NewGhost(), NewBot()
	state := func(d *noescrow.Device) []byte {
		s, err := d.MarshalBinary()
		check(t, err)
		return s[2:34] // the private identity key
	}
	app := NewApp(b.Recipient())
	for _, x := range []any{w.clients["Ana"], *w.clients["Ana"], w.key, *w.key, g, *g, b, *b} {
		leak := printed.Leak(x, state(w.clients["Ana"].device), w.key.private.Seed(), state(g.device), state(b.device), state(app.Device))
		if leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
}

// A copy of a peer's that opens and holds no chat is refused, and its key is used up: the next one opens.
func TestCopyOfNoChat(t *testing.T) {
	w := newTown(t, Showing)
	w.send("Ana", "two", "hello", monday)
	ana, ben := w.clients["Ana"], w.clients["Ben"]
	envelope, err := ana.device.Seal(ben.Identity(), []byte{0}, []byte("date"))
	check(t, err)
	bad, err := joinCopies([][]byte{envelope})
	check(t, err)
	if _, err := ben.Open(bad, []byte("date")); err == nil || !strings.Contains(err.Error(), "a chat and a text") {
		t.Errorf("%v", err)
	}
	before := w.state("Ben")
	if _, err := ben.Open(bad, []byte("date")); err == nil || strings.Contains(err.Error(), "a chat and a text") {
		t.Errorf("again: %v", err)
	}
	if !bytes.Equal(before, w.state("Ben")) {
		t.Error("an error of the device's has changed the client")
	}
	w.arrives(w.send("Ana", "two", "again", monday), "two", "again", "Ana", "Ana's laptop", "Ben", "Ben's laptop")
}
