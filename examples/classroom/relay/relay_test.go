package relay

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/escrow"
	"doormat/examples/classroom/desk"
	"doormat/examples/classroom/words"
	"doormat/noescrow"
)

const (
	code  = "K7-RIVER-B4-OTTER"
	token = "the teacher's"
)

// A class is a relay with browsers around it.
type class struct {
	*testing.T
	relay  *Relay
	server *httptest.Server
	drawn  int // tokens
}

func newClass(t *testing.T) *class {
	c := &class{T: t, relay: New(code, token)}
	c.server = httptest.NewServer(c.relay)
	t.Cleanup(c.server.Close)
	return c
}

// post sends a request, and returns its status. out may be nil.
func (c *class) post(path string, in, out any) int {
	c.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		c.Fatal(err)
	}
	r, err := http.Post(c.server.URL+path, "application/json", bytes.NewReader(b))
	if err != nil {
		c.Fatal(err)
	}
	defer r.Body.Close()
	if b, err = io.ReadAll(r.Body); err != nil {
		c.Fatal(err)
	}
	if r.StatusCode != http.StatusOK && statuses[refusal(b)] != r.StatusCode {
		c.Errorf("%s is refused with %d and the code %q", path, r.StatusCode, b)
	}
	if out != nil && r.StatusCode == http.StatusOK {
		if err := json.Unmarshal(b, out); err != nil {
			c.Fatal(err)
		}
	}
	return r.StatusCode
}

// A browser is a member with a desk, and what the desk has told.
type browser struct {
	*class
	ticket
	token  string
	seq    int // of its last request
	desk   desk.Desk
	heard  int
	events []desk.Event

	nonsense int // the member whose bundles it gets broken
}

// member returns a new member, which has no keys yet: a student, or the teacher; left is the token of what it was before.
func (c *class) member(teacher, left string) *browser {
	c.Helper()
	c.drawn++
	b := &browser{class: c, token: fmt.Sprintf("%026d", c.drawn)}
	if status := c.post("/join", joining{strings.ToLower(code), teacher, b.token, left}, &b.ticket); status != http.StatusOK {
		c.Fatalf("to join: %d", status)
	}
	return b
}

// join has a browser join: a student, or the teacher.
func (c *class) join(teacher string) *browser {
	c.Helper()
	return c.member(teacher, "").begin()
}

// begin has the desk of a member make its keys.
func (b *browser) begin() *browser {
	b.Helper()
	b.must("join", desk.Args{N: b.Member})
	b.hear()
	return b
}

// do asks the desk, posts what it wants to be posted, and gets the bundles that it wants.
func (b *browser) do(name string, a desk.Args) desk.Response {
	b.Helper()
	q, err := json.Marshal(desk.Request{Station: "network", Do: name, Args: a})
	if err != nil {
		b.Fatal(err)
	}
	var r desk.Response
	answer := b.desk.Answer(b.Context(), q, func(event []byte) {
		var e desk.Event
		if err := json.Unmarshal(event, &e); err != nil {
			b.Fatal(err)
		}
		b.events = append(b.events, e)
	})
	if err := json.Unmarshal(answer, &r); err != nil {
		b.Fatal(err)
	}
	if r.Text["say"] == "bundle" {
		with := a.N
		if n, ok := r.Numbers["n"]; ok {
			with = int(n)
		}
		var bundles desk.Bundles
		if status := b.bundle(with, &bundles); status != http.StatusOK {
			b.Fatalf("a bundle of %d: %d", with, status)
		}
		if with == b.nonsense {
			bundles.Without[len(bundles.Without)/2] ^= 1
		}
		text, _ := json.Marshal(bundles)
		b.must("bundle", desk.Args{N: with, Text: string(text)})
		return b.do(name, a)
	}
	for _, e := range b.posts(r) {
		if status := b.entry(e); status != http.StatusOK {
			b.Errorf("%s of %d: %d", e.Kind, b.Member, status)
		}
	}
	return r
}

func (b *browser) posts(r desk.Response) (list []desk.Entry) {
	b.Helper()
	if r.Text["post"] == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(r.Text["post"]), &list); err != nil {
		b.Fatal(err)
	}
	return list
}

func (b *browser) must(name string, a desk.Args) desk.Response {
	b.Helper()
	r := b.do(name, a)
	if r.Error != "" {
		b.Fatalf("%s: %s", name, r.Error)
	}
	return r
}

// entry posts an entry.
func (b *browser) entry(e desk.Entry) int {
	b.Helper()
	b.seq++
	return b.post("/envelope", posting{b.token, b.seq, e}, nil)
}

// bundle asks for the bundles of a member. out may be nil.
func (b *browser) bundle(to int, out *desk.Bundles) int {
	b.Helper()
	b.seq++
	if out == nil {
		out = new(desk.Bundles)
	}
	return b.post("/bundle", wanting{b.token, b.seq, to}, out)
}

// hear has the browsers hear the log, until it grows no more. What makes no sense to a desk is an error, and harms nothing.
func (b *browser) hear(others ...*browser) {
	b.Helper()
	for more := true; more; {
		more = false
		for _, b := range append(others, b) {
			if b.heard < len(b.relay.log) {
				more = true
				b.catchUp()
			}
		}
	}
}

func (b *browser) catchUp() {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	q, err := http.NewRequestWithContext(ctx, "GET", b.server.URL+"/events?token="+b.token, nil)
	if err != nil {
		b.Fatal(err)
	}
	if b.heard > 0 {
		q.Header.Set("Last-Event-ID", fmt.Sprint(b.heard))
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Body.Close()
	end := len(b.relay.log)
	for in := bufio.NewScanner(r.Body); b.heard < end && in.Scan(); {
		if data, ok := strings.CutPrefix(in.Text(), "data: "); ok {
			b.heard++
			b.do("hear", desk.Args{Text: data})
		}
	}
	if b.heard < end {
		b.Fatalf("the stream ends after %d of %d entries", b.heard, end)
	}
}

// of returns the events of a kind that match.
func (b *browser) of(kind string, is func(desk.Event) bool) (list []desk.Event) {
	for _, e := range b.events {
		if e.Kind == kind && (is == nil || is(e)) {
			list = append(list, e)
		}
	}
	return list
}

// lines returns what the browser's role may write.
func (b *browser) lines() (list []string) {
	for _, e := range b.of("line", nil) {
		list = append(list, e.Text)
	}
	return list
}

// texts returns what a browser sees open in a column, by the number of the entry.
func (b *browser) texts(column, name string) map[int]string {
	texts := map[int]string{}
	for _, e := range b.of("opened", func(e desk.Event) bool { return e.Column == column && e.Name == name }) {
		texts[e.Index] = e.Text
	}
	return texts
}

func (b *browser) counted() string {
	list := b.of("counted", nil)
	if len(list) == 0 {
		return "0 of 0"
	}
	return fmt.Sprintf("%d of %d", list[len(list)-1].N, list[len(list)-1].Of)
}

// thief returns the only one who has the key.
func thief(students ...*browser) (who *browser, others []*browser) {
	for _, s := range students {
		if len(s.of("letter", func(e desk.Event) bool { return e.Flags[0] })) > 0 {
			who = s
		} else {
			others = append(others, s)
		}
	}
	return who, others
}

// A lesson: students write, one has the key and nobody sees who, and on "now" the left column opens to that one. What is
// sent afterwards opens too, and one who comes late is a member like others.
func TestLesson(t *testing.T) {
	c := newClass(t)
	teacher := c.join(token)
	a, b, d := c.join(""), c.join(""), c.join("")
	teacher.hear(a, b, d)
	a.must("write", desk.Args{N: b.Member, Text: a.lines()[0]})
	a.hear(b, d, teacher)
	b.must("write", desk.Args{N: a.Member, Text: b.lines()[1]})
	d.must("write", desk.Args{N: a.Member, Text: d.lines()[0]})
	teacher.hear(a, b, d)
	if got := a.texts("with", "own"); len(got) != 3 || fmt.Sprint(got) != fmt.Sprint(a.texts("without", "own")) {
		t.Errorf("the first sees %v", got)
	}
	if got := b.texts("without", "own"); len(got) != 2 {
		t.Errorf("the second sees %v", got)
	}

	before := len(c.relay.log)
	teacher.must("letters", desk.Args{})
	teacher.hear(a, b, d)
	sizes := map[int]bool{}
	for _, line := range c.relay.log[before:] {
		var e desk.Entry
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		sizes[len(e.Without)] = true
	}
	if len(sizes) != 1 {
		t.Errorf("letters have the sizes %v", sizes)
	}
	x, others := thief(a, b, d)
	if x == nil || len(others) != 2 {
		t.Fatalf("%d of 3 have no key", len(others))
	}
	if len(x.texts("with", "thief")) != 0 {
		t.Error("the thief reads before the teacher says so")
	}
	teacher.must("post", desk.Args{Name: "now"})
	teacher.hear(a, b, d)
	if got := teacher.counted(); got != "3 of 3" {
		t.Errorf("the projector counts %s", got)
	}
	others[0].must("write", desk.Args{N: others[1].Member, Text: others[0].lines()[2]})
	late := c.join("")
	late.must("write", desk.Args{N: others[0].Member, Text: late.lines()[0]})
	late.hear(teacher, a, b, d)
	if got := teacher.counted(); got != "5 of 5" {
		t.Errorf("the projector counts %s", got)
	}
	open := x.texts("with", "thief")
	var read []string
	for _, text := range open {
		read = append(read, text)
	}
	for _, want := range []string{a.lines()[0], b.lines()[1], d.lines()[0], others[0].lines()[2], late.lines()[0]} {
		if !slices.Contains(read, want) {
			t.Errorf("the thief does not read %q", want)
		}
	}
	// In the other column the same key was tried on each, and opens none.
	last := x.of("counted", nil)
	if e := last[len(last)-1]; e.Before != 5 || e.After != 0 {
		t.Errorf("without escrow the thief opens %d of %d", e.After, e.Before)
	}
	for _, o := range append(others, late) {
		if len(o.texts("with", "thief")) != 0 {
			t.Errorf("the student %d reads", o.Member)
		}
	}
	// What the relay holds is sealed, and no entry says who the thief is.
	for _, line := range c.relay.log {
		var e desk.Entry
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		if e.Kind == "claim" && e.From != 0 {
			t.Errorf("the log says that %d has the key", e.From)
		}
		for _, secret := range append(read, "AGE-SECRET-KEY-PQ-1") {
			if bytes.Contains(line, []byte(secret)) || bytes.Contains(line, []byte(base64.StdEncoding.EncodeToString([]byte(secret)))) {
				t.Errorf("the log has %q", secret)
			}
		}
	}
}

// Free typing is off until the teacher turns it on.
func TestTyping(t *testing.T) {
	c := newClass(t)
	teacher, a, b := c.join(token), c.join(""), c.join("")
	a.hear(b, teacher)
	mine := desk.Args{N: b.Member, Text: "something of my own"}
	for _, x := range []struct{ say, err string }{{"", "desk: the teacher has not turned free typing on"}, {"on", ""}, {"off", "desk: the teacher has not turned free typing on"}} {
		if x.say != "" {
			teacher.must("post", desk.Args{Name: "typing", Text: x.say})
			teacher.hear(a, b)
		}
		if r := a.do("write", mine); r.Error != x.err {
			t.Errorf("typing is %q: %q", x.say, r.Error)
		}
	}
}

// Students who lie: nothing of it is believed.
func TestLies(t *testing.T) {
	c := newClass(t)
	teacher, a, liar, x := c.join(token), c.join(""), c.join(""), c.join("")
	teacher.hear(a, liar, x)
	a.must("write", desk.Args{N: x.Member, Text: a.lines()[0]})
	teacher.hear(a, liar, x)
	var envelope desk.Entry
	if err := json.Unmarshal(c.relay.log[len(c.relay.log)-1], &envelope); err != nil || envelope.Kind != "envelope" {
		t.Fatal(envelope.Kind, err)
	}
	before := len(c.relay.log)
	changed := func(f func(*desk.Entry)) desk.Entry {
		e := envelope
		f(&e)
		return e
	}
	for name, e := range map[string]desk.Entry{
		"another's envelope":      envelope,
		"a letter":                changed(func(e *desk.Entry) { e.With = nil }),
		"an envelope to nobody":   changed(func(e *desk.Entry) { e.To = 99 }),
		"no envelope":             changed(func(e *desk.Entry) { e.Without = nil }),
		"an authority":            {Kind: "authority", Text: "age1pq1"},
		"the teacher's word":      {Kind: "now"},
		"typing":                  {Kind: "typing", Text: "on"},
		"who leaves":              {Kind: "left"},
		"prekeys of nobody":       {Kind: "member", With: []byte("1"), Without: []byte("2")},
		"a kind that there isn't": {Kind: "lesson"},
		"much at once":            {Kind: "claim", With: make([]byte, maxEnvelopes+1)},
	} {
		if status := liar.entry(e); status < 400 || status >= 500 {
			t.Errorf("%s: %d", name, status)
		}
	}
	// A token of one's own invention is nobody's.
	for _, path := range []string{"/envelope", "/bundle"} {
		if status := c.post(path, map[string]any{"token": "mine"}, nil); status != http.StatusForbidden {
			t.Errorf("%s: %d", path, status)
		}
	}
	if len(c.relay.log) != before {
		t.Errorf("%d lies are in the log", len(c.relay.log)-before)
	}

	// Claims are checked by the teacher's page, which has the key: a liar's are not counted.
	teacher.must("post", desk.Args{Name: "now"})
	var forged []byte
	for number := range 40 {
		forged = append(forged, append([]byte{0, 0, 0, byte(number)}, make([]byte, 16)...)...)
	}
	if status := liar.entry(desk.Entry{Kind: "claim", With: forged}); status != http.StatusOK {
		t.Fatalf("forged claims: %d", status)
	}
	x.entry(desk.Entry{Kind: "claim", With: []byte("no list")})
	teacher.hear(a, liar, x)
	if got := teacher.counted(); got != "0 of 1" {
		t.Errorf("the projector counts %s", got)
	}

	// A replay, and an envelope that was altered, are refused by the recipient's device, which reads on.
	liar.must("write", desk.Args{N: x.Member, Text: liar.lines()[0]})
	liar.hear(x)
	if err := json.Unmarshal(c.relay.log[len(c.relay.log)-1], &envelope); err != nil {
		t.Fatal(err)
	}
	liar.entry(envelope)
	altered := changed(func(e *desk.Entry) { e.Without = bytes.Clone(e.Without); e.Without[len(e.Without)-1] ^= 1 })
	liar.entry(altered)
	liar.must("write", desk.Args{N: x.Member, Text: liar.lines()[1]})
	liar.hear(teacher, a, x)
	if got := x.texts("without", "own"); len(got) != 3 {
		t.Errorf("the recipient reads %v", got)
	}
	if got := x.texts("without", "refused"); len(got) != 2 {
		t.Errorf("the recipient refuses %d envelopes, expected 2", len(got))
	}
}

// A student who floods fills his own share, and nobody else's.
func TestFlood(t *testing.T) {
	c := newClass(t)
	teacher, a, b, flood := c.join(token), c.join(""), c.join(""), c.join("")
	teacher.hear(a, b, flood)
	flood.must("write", desk.Args{N: a.Member, Text: flood.lines()[0]})
	var envelope desk.Entry
	if err := json.Unmarshal(c.relay.log[len(c.relay.log)-1], &envelope); err != nil {
		t.Fatal(err)
	}
	n := 1
	for n <= maxEntries && flood.entry(envelope) == http.StatusOK {
		n++
	}
	if kept := n * (len(envelope.With) + len(envelope.Without)); n < 2 || kept > maxKept || n > maxEntries {
		t.Errorf("%d bytes in %d entries are kept of one", kept, n)
	}
	for range maxBundles {
		flood.bundle(a.Member, nil)
	}
	if status := flood.bundle(a.Member, nil); status != http.StatusTooManyRequests {
		t.Errorf("one more bundle: %d", status)
	}
	a.must("write", desk.Args{N: b.Member, Text: a.lines()[0]})
	teacher.hear(a, b)
	if got := b.texts("with", "own"); len(got) != 1 {
		t.Errorf("the flood keeps %v from the others", got)
	}
}

// The thief has something to claim of every envelope, however many there are, and nobody has more. Who has claimed can
// still write.
func TestClaims(t *testing.T) {
	c := newClass(t)
	teacher, a, b := c.join(token), c.join(""), c.join("")
	teacher.hear(a, b)
	if status := a.entry(desk.Entry{Kind: "claim"}); status != http.StatusTooManyRequests {
		t.Errorf("a claim of no envelope: %d", status)
	}
	c.relay.envelopes = maxEntries + 50
	for n := range c.relay.envelopes {
		if status := a.entry(desk.Entry{Kind: "claim", With: make([]byte, 20)}); status != http.StatusOK {
			t.Fatalf("the claim %d: %d", n, status)
		}
	}
	if status := a.entry(desk.Entry{Kind: "claim"}); status != http.StatusTooManyRequests {
		t.Errorf("more claims than envelopes: %d", status)
	}
	a.must("write", desk.Args{N: b.Member, Text: a.lines()[0]})
}

// Who takes all one-time prekeys of a member keeps nobody from writing to it, and a replay is refused as ever.
func TestPrekeys(t *testing.T) {
	c := newClass(t)
	teacher, a, b := c.join(token), c.join(""), c.join("")
	teacher.hear(a, b)
	with := c.relay.members[a.Member].with
	for range 30 {
		greedy := c.member("", "")
		for with.OneTimePrekeys() > 0 && greedy.bundle(a.Member, nil) == http.StatusOK {
		}
	}
	if n := with.OneTimePrekeys(); n > 0 {
		t.Fatalf("%d one-time prekeys are left", n)
	}
	b.must("write", desk.Args{N: a.Member, Text: b.lines()[0]})
	teacher.must("letters", desk.Args{})
	var envelope desk.Entry
	for _, line := range c.relay.log {
		if e := (desk.Entry{}); json.Unmarshal(line, &e) == nil && e.Kind == "envelope" && len(e.With) > 0 {
			envelope = e
		}
	}
	b.entry(envelope)
	a.hear()
	if got := a.texts("with", "own"); len(got) != 1 || fmt.Sprint(got) != fmt.Sprint(a.texts("without", "own")) {
		t.Errorf("the recipient reads %v", got)
	}
	if got := a.texts("without", "refused"); len(got) != 1 || len(a.texts("with", "refused")) != 1 {
		t.Errorf("the recipient refuses %v", got)
	}
	if len(a.of("letter", nil)) != 1 {
		t.Error("there is no letter")
	}
}

// keys returns publications of new keys.
func (c *class) keys() desk.Entry {
	c.Helper()
	with, err := escrow.NewDevice(escrow.NewAuthority().Recipient())
	if err != nil {
		c.Fatal(err)
	}
	e := desk.Entry{Kind: "member"}
	if e.With, err = with.Publish(1); err != nil {
		c.Fatal(err)
	}
	if e.Without, err = noescrow.NewDevice().Publish(1); err != nil {
		c.Fatal(err)
	}
	return e
}

// Keys are one member's. Who has read another's publications on the network can't be written to in its place.
func TestKeysOfAnother(t *testing.T) {
	c := newClass(t)
	var members [2]*browser
	for i := range members {
		members[i] = c.member("", "")
	}
	first, own := c.keys(), c.keys()
	if status := members[0].entry(first); status != http.StatusOK {
		t.Fatalf("new keys: %d", status)
	}
	for name, e := range map[string]desk.Entry{
		"both": first, "with": {Kind: "member", With: first.With, Without: own.Without}, "without": {Kind: "member", With: own.With, Without: first.Without},
	} {
		if status := members[1].entry(e); status != http.StatusConflict {
			t.Errorf("keys of another, %s: %d", name, status)
		}
	}
	if status := members[1].entry(own); status != http.StatusOK || len(c.relay.log) != 2 {
		t.Errorf("keys of one's own: %d; the log has %d entries", status, len(c.relay.log))
	}
	if status := members[1].entry(c.keys()); status != http.StatusBadRequest {
		t.Errorf("other keys afterwards: %d", status)
	}
}

// A student whose keys start no session keeps no letter from the others, and gets none.
func TestNonsenseKeys(t *testing.T) {
	c := newClass(t)
	teacher, liar := c.join(token), c.member("", "")
	a, b := c.join(""), c.join("")
	teacher.hear(a, b)
	// The liar publishes as others do. That its bundles are nonsense shows only when a session is to start, as when a signature
	// on a single prekey does not verify.
	liar.entry(c.keys())
	teacher.hear(a, b)
	before := len(c.relay.log)
	teacher.nonsense, a.nonsense = liar.Member, liar.Member
	teacher.must("letters", desk.Args{})
	if n := len(c.relay.log) - before; n != 2 {
		t.Errorf("%d of 2 letters are sent", n)
	}
	teacher.hear(a, b)
	if who, others := thief(a, b); who == nil || len(others) != 1 {
		t.Errorf("%d of 2 have no key", len(others))
	}
	if r := a.do("write", desk.Args{N: liar.Member, Text: a.lines()[0]}); r.Error != "desk: no session starts with the keys of this member" {
		t.Errorf("to write to the liar: %q", r.Error)
	}
}

// A page from elsewhere that a browser of the class has open can make it post a form, or plain text, and no more.
func TestOtherPages(t *testing.T) {
	c := newClass(t)
	body := fmt.Sprintf(`{"code":%q,"token":"%026d"}`, code, 1)
	for kind, want := range map[string]int{
		"application/json": 200, "application/json; charset=utf-8": 200,
		"": 415, "text/plain": 415, "text/plain; application/json": 415, "application/x-www-form-urlencoded": 415, "multipart/form-data; boundary=x": 415,
	} {
		q := httptest.NewRequest("POST", "/join", strings.NewReader(body))
		if kind != "" {
			q.Header.Set("Content-Type", kind)
		}
		w := httptest.NewRecorder()
		c.relay.ServeHTTP(w, q)
		if w.Code != want || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%q: %d", kind, w.Code)
		}
	}
	q := httptest.NewRequest("OPTIONS", "/join", nil) // what a browser asks before it posts anything else
	q.Header.Set("Access-Control-Request-Headers", "content-type")
	w := httptest.NewRecorder()
	c.relay.ServeHTTP(w, q)
	if w.Code < 400 || w.Header().Get("Access-Control-Allow-Headers") != "" {
		t.Errorf("other pages may ask: %d", w.Code)
	}
}

// from sends a request from an address.
func (c *class) from(address, path, body string) int {
	c.Helper()
	q := httptest.NewRequest("POST", path, strings.NewReader(body))
	q.RemoteAddr = address + ":4000"
	q.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	c.relay.ServeHTTP(w, q)
	return w.Code
}

// Strangers do not get in, and keep nobody out.
func TestStrangers(t *testing.T) {
	c := newClass(t)
	right := func() string {
		c.drawn++
		return fmt.Sprintf(`{"code":%q,"token":"%026d"}`, code, c.drawn)
	}
	for i := range maxWrong {
		if status := c.from("10.0.0.9", "/join", fmt.Sprintf(`{"code":"K7-RIVER-%d"}`, i)); status != http.StatusForbidden {
			t.Fatalf("a wrong code: %d", status)
		}
	}
	if status := c.from("10.0.0.9", "/join", right()); status != http.StatusTooManyRequests {
		t.Errorf("the right code after %d wrong ones: %d", maxWrong, status)
	}
	if status := c.from("10.0.0.8", "/join", fmt.Sprintf(`{"code":%q,"teacher":"me"}`, code)); status != http.StatusForbidden {
		t.Errorf("a student as the teacher: %d", status)
	}
	for range maxFromOne {
		if status := c.from("10.0.0.7", "/join", right()); status != http.StatusOK {
			t.Fatalf("the right code: %d", status)
		}
	}
	if status := c.from("10.0.0.7", "/join", right()); status != http.StatusTooManyRequests {
		t.Errorf("one more of one address: %d", status)
	}
	if status := c.from("10.0.0.6", "/join", right()); status != http.StatusOK {
		t.Errorf("of another address: %d", status)
	}
	c.join(token)
	if status := c.from("10.0.0.5", "/join", fmt.Sprintf(`{"code":%q,"teacher":%q,"token":"%026d"}`, code, token, 0)); status != http.StatusConflict {
		t.Errorf("a second teacher: %d", status)
	}
	for path, body := range map[string]string{
		"/join": `{"code":"` + strings.Repeat("A", maxBody) + `"}`, "/join?": fmt.Sprintf(`{"code":%q,"token":"mine"}`, code), "/envelope": `{"token":"x"} more`, "/bundle": `{"tok`,
	} {
		if status := c.from("10.0.0.4", path, body); status != http.StatusBadRequest {
			t.Errorf("%s with %.20s…: %d", path, body, status)
		}
	}
	for _, token := range []string{"", "mine"} {
		q := httptest.NewRequest("GET", "/events?token="+token, nil)
		w := httptest.NewRecorder()
		c.relay.ServeHTTP(w, q)
		if w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "data:") {
			t.Errorf("a stranger reads the log: %d", w.Code)
		}
	}
}

// A request that is sent again, as its answer was lost, counts once, and is answered as before. One that comes late is refused.
func TestAgain(t *testing.T) {
	c := newClass(t)
	teacher, a, b := c.join(token), c.join(""), c.join("")
	teacher.hear(a, b)
	var tickets [2]ticket
	for i := range tickets {
		if status := c.post("/join", joining{Code: code, Token: "drawn by the page, and kept"}, &tickets[i]); status != http.StatusOK {
			t.Fatalf("to join: %d", status)
		}
	}
	if tickets[0] != tickets[1] {
		t.Errorf("one page is the members %v", tickets)
	}
	a.seq++
	var bundles [maxBundles + 1]desk.Bundles
	for i := range bundles {
		if status := c.post("/bundle", wanting{a.token, a.seq, b.Member}, &bundles[i]); status != http.StatusOK || len(bundles[i].With) == 0 {
			t.Fatalf("the bundles, time %d: %d", i+1, status)
		}
		if !bytes.Equal(bundles[i].With, bundles[0].With) || !bytes.Equal(bundles[i].Without, bundles[0].Without) {
			t.Errorf("the bundles, time %d, are others", i+1)
		}
	}
	a.must("write", desk.Args{N: b.Member, Text: a.lines()[0]})
	before := len(c.relay.log)
	var last desk.Entry
	if err := json.Unmarshal(c.relay.log[before-1], &last); err != nil || last.Kind != "envelope" {
		t.Fatal(last.Kind, err)
	}
	entries := c.relay.members[a.Member].entries
	for range 3 {
		if status := c.post("/envelope", posting{a.token, a.seq, last}, nil); status != http.StatusOK {
			t.Errorf("an entry that is sent again: %d", status)
		}
	}
	for _, seq := range []int{a.seq - 1, 0, -1} {
		if status := c.post("/envelope", posting{a.token, seq, last}, nil); status < 400 {
			t.Errorf("an entry with the number %d: %d", seq, status)
		}
	}
	if len(c.relay.log) != before || c.relay.members[a.Member].entries != entries {
		t.Errorf("what is sent again counts: the log grows from %d to %d entries", before, len(c.relay.log))
	}
	// A request that was given up, and one that was refused, stop none that follow.
	a.seq += 7
	a.entry(desk.Entry{Kind: "now"})
	a.must("write", desk.Args{N: b.Member, Text: a.lines()[1]})
	a.hear(b)
	if got := b.texts("with", "own"); len(got) != 2 || len(b.texts("with", "refused")) != 0 {
		t.Errorf("the recipient reads %v", got)
	}
}

// A page that is reloaded joins as another member, in the place of the one that it was, and the old one gets no more messages.
func TestReload(t *testing.T) {
	c := newClass(t)
	teacher, a, b := c.join(token), c.join(""), c.join("")
	teacher.hear(a, b)
	a.must("write", desk.Args{N: b.Member, Text: a.lines()[0]})
	a.hear(b)
	first := a
	one := c.relay.joined["127.0.0.1"]
	members, students := one.members, c.relay.students
	for range 50 {
		a = c.member("", a.token)
	}
	a.begin()
	if one.members != members || c.relay.students != students || len(c.relay.tokens) != 3 {
		t.Errorf("after reloads there are %d members, expected %d", one.members, members)
	}
	if status := first.entry(desk.Entry{Kind: "claim"}); status != http.StatusForbidden {
		t.Errorf("who has left posts: %d", status)
	}
	teacher.hear(a, b)
	if r := b.do("write", desk.Args{N: first.Member, Text: b.lines()[0]}); r.Error != "desk: there is no such member" {
		t.Errorf("to write to who has left: %q", r.Error)
	}
	if status := b.bundle(first.Member, nil); status != http.StatusNotFound {
		t.Errorf("bundles of who has left: %d", status)
	}
	b.must("write", desk.Args{N: a.Member, Text: b.lines()[0]})
	teacher.must("letters", desk.Args{})
	teacher.hear(a, b)
	if got := a.texts("without", "own"); len(got) != 1 || len(a.texts("without", "refused")) != 0 {
		t.Errorf("after the reload one reads %v", got)
	}
	if who, others := thief(a, b); who == nil || len(others) != 1 || len(b.of("left", nil)) != 1 {
		t.Errorf("%d of 2 have no key", len(others))
	}
	// Who has left takes its share of the relay with it.
	m := c.relay.members[a.Member]
	if m.entries < 50 || m.kept <= m.published {
		t.Errorf("after 50 reloads there are %d entries and %d bytes of one, %d of them keys", m.entries, m.kept, m.published)
	}
	if n := m.kept; c.member("", a.token).Member == a.Member || c.relay.members[a.Member] != nil || n > maxKept {
		t.Errorf("%d bytes are kept of one", n)
	}
	m = c.relay.members[b.Member]
	m.entries = maxEntries
	if status := c.post("/join", joining{code, "", strings.Repeat("b", minToken), b.token}, nil); status != http.StatusTooManyRequests {
		t.Errorf("a reload after %d entries: %d", maxEntries, status)
	}
	// Keys stay those of who had them, and the teacher stays.
	d := c.member("", "")
	keys := c.keys()
	if status := d.entry(keys); status != http.StatusOK {
		t.Fatalf("new keys: %d", status)
	}
	if status := c.member("", d.token).entry(keys); status != http.StatusConflict {
		t.Errorf("the keys of who has left: %d", status)
	}
	other := fmt.Sprintf(`{"code":%q,"token":"%026d","left":%q}`, code, 0, b.token)
	if status := c.from("10.0.0.2", "/join", other); status != http.StatusOK || c.relay.members[b.Member] == nil {
		t.Errorf("another computer has a student leave: %d", status)
	}
	c.member("", teacher.token)
	if c.relay.members[0] == nil || teacher.entry(desk.Entry{Kind: "typing"}) != http.StatusOK {
		t.Error("a student has the teacher leave")
	}
}

// Who reloads its page ends the stream that it had before.
func TestReloadedStream(t *testing.T) {
	c := newClass(t)
	a := c.join("")
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second) // if it does not end
	defer stop()
	q, err := http.NewRequestWithContext(ctx, "GET", c.server.URL+"/events?token="+a.token, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b := c.member("", a.token)
	if got, err := io.ReadAll(r.Body); err != nil || len(got) > 0 {
		t.Errorf("the stream of who has left: %q, %v", got, err)
	}
	if b.Member != a.Member+1 {
		t.Errorf("the member %d comes back as %d", a.Member, b.Member)
	}
}

// The page has words for each code, in each language.
func TestCodesHaveWords(t *testing.T) {
	for _, lang := range words.Languages {
		table, err := words.Load(lang)
		if err != nil {
			t.Fatal(err)
		}
		for no, status := range statuses {
			if id := "network.no-" + string(no); !table.Has(id) || status < 400 {
				t.Errorf("%s.txt has no %s; its status is %d", lang, id, status)
			}
		}
	}
}

// A member has one stream. A newer one ends it.
func TestStream(t *testing.T) {
	c := newClass(t)
	a := c.join("")
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second) // if the first does not end
	defer stop()
	open := func() io.ReadCloser {
		q, err := http.NewRequestWithContext(ctx, "GET", c.server.URL+"/events?token="+a.token, nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		return r.Body
	}
	first := open()
	defer first.Close()
	defer open().Close()
	if b, err := io.ReadAll(first); err != nil || len(b) > 0 {
		t.Errorf("the first stream: %q, %v", b, err)
	}
}

// FuzzEntry: whatever is posted, the relay answers, and its log holds entries.
func FuzzEntry(f *testing.F) {
	f.Add("/envelope", `{"token":"%s","seq":1,"entry":{"kind":"claim","with":"AAAA"}}`)
	f.Add("/envelope", `{"token":"%s","seq":2,"entry":{"kind":"envelope","to":-1}}`)
	f.Add("/bundle", `{"token":"%s","seq":1,"to":7}`)
	f.Add("/join", `{"code":"K7-RIVER-B4-OTTER","token":"00000000000000000000000001","left":"%s"}`)
	f.Fuzz(func(t *testing.T, path, body string) {
		c := &class{T: t, relay: New(code, token)}
		c.relay.tokens["mine"], c.relay.members[1], c.relay.envelopes = 1, newMember(new(address)), 1
		if !Serves(path) || path == "/events" {
			return
		}
		status := c.from("10.0.0.1", path, strings.ReplaceAll(body, "%s", "mine"))
		if status >= 500 || status == 200 && path == "/envelope" && (len(c.relay.log) != 1 || !json.Valid(c.relay.log[0])) {
			t.Errorf("%d, and the log is %q", status, c.relay.log)
		}
	})
}
