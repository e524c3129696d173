// Package relay is the server of the class network. It hands out published prekeys and keeps a log of envelopes, which
// every member reads whole: in class, everyone sees the wire. It holds no secret of a conversation, keeps all in memory,
// and is gone when the program ends.
//
//	POST /join      {code, teacher, token, left}  {member}; the teacher is 0
//	POST /envelope  {token, seq, entry}           an entry for the log, or publications of prekeys
//	POST /bundle    {token, seq, to}              {with, without}
//	GET  /events?token=…                          the log from its beginning, or from Last-Event-ID, as server-sent events
//
// What is posted is application/json: a page from elsewhere, open in a browser of the class, can't post that. What is
// refused is answered with a code, for which the page has the words.
//
// A network loses answers. A member draws its token and counts its requests with seq, so that the relay knows one that is
// sent again: nothing counts twice. A page that was reloaded has lost its keys. It joins as another member, and left is the
// token of the one it was, whose place and share of the relay's memory it takes.
//
// The class code keeps strangers out of the log, and the teacher's token keeps students from the teacher's part. The token
// of a member keeps others from posting in its name. Whoever listens on the network without encryption reads all of these,
// as he reads the log. With them he can disturb the lesson: say "now", end a stream, fill a share. He opens no envelope, as
// no secret of one travels. Whoever changes what travels can change the page itself.
package relay

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"doormat/escrow"
	"doormat/examples/classroom/desk"
	"doormat/noescrow"
)

// What one member, or one address, can make the relay keep and do. A class that shares an address with nobody else is
// not disturbed by another address.
const (
	maxMembers    = 240
	maxFromOne    = 40      // members that join from one address
	maxWrong      = 100     // wrong codes from one address
	maxBody       = 1 << 18 // bytes of a request: publications are the longest
	maxEnvelopes  = 8 << 10 // bytes of both envelopes of an entry
	maxEntries    = 400     // of a member
	maxKept       = 1 << 19 // bytes of a member's publications and entries
	maxTeacher    = 8       // times as much for the teacher
	maxBundles    = 3       // of one member for another
	maxAddresses  = 4096    // that have said a code
	slowestReader = 20 * time.Second
)

// A Relay is an [http.Handler]. Its methods are safe for concurrent use.
type Relay struct {
	code, teacher string
	mux           *http.ServeMux

	mu        sync.Mutex
	members   map[int]*member   // those who have not left
	taken     map[[32]byte]bool // identities, also of those who have left
	tokens    map[string]int
	joined    map[string]*address
	log       [][]byte      // entries, as JSON
	changed   chan struct{} // closed when the log grows
	envelopes int           // in the log
	students  int           // among the members
	next      int           // the number of the last student
}

// An address is where members come from.
type address struct{ members, wrong int }

// A member is one browser.
type member struct {
	from          *address
	with          *escrow.Shelf
	without       *noescrow.Shelf
	entries, kept int
	published     int          // of kept
	claims        int          // entries that are not among the others
	bundles       map[int]int  // handed out to it, by whose
	seq           int          // of its last request that was done
	bundle        desk.Bundles // that it was answered with, if it was for one
	stop          func()       // its stream
}

func newMember(from *address) *member {
	return &member{from: from, with: new(escrow.Shelf), without: new(noescrow.Shelf), bundles: map[int]int{}}
}

// New returns a relay for those who know the code. Whoever has the token is the teacher.
func New(code, teacher string) *Relay {
	r := &Relay{code: code, teacher: teacher, mux: http.NewServeMux(), members: map[int]*member{}, taken: map[[32]byte]bool{}, tokens: map[string]int{},
		joined: map[string]*address{}, changed: make(chan struct{})}
	r.mux.HandleFunc("POST /join", answer(r.join))
	r.mux.HandleFunc("POST /envelope", answer(r.envelope))
	r.mux.HandleFunc("POST /bundle", answer(r.bundle))
	r.mux.HandleFunc("GET /events", r.events)
	return r
}

// Serves reports whether a path is the relay's.
func Serves(path string) bool {
	return path == "/join" || path == "/envelope" || path == "/bundle" || path == "/events"
}

func (r *Relay) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	r.mux.ServeHTTP(w, q)
}

// A refusal is the code of an error. The page has its words: "network.no-" and the code.
type refusal string

func (e refusal) Error() string { return "relay: " + string(e) }

const (
	errStranger refusal = "stranger" // not the code of the class
	errMember   refusal = "member"   // not a member, or one who has left
	errTeacher  refusal = "teacher"  // only the teacher can do this
	errSecond   refusal = "second"   // the teacher's page is open already, and has the key
	errFull     refusal = "full"     // more than one computer may send
	errEntry    refusal = "entry"    // not what is expected
	errOther    refusal = "other"    // the envelope names others
	errNobody   refusal = "nobody"   // no such member
	errTaken    refusal = "taken"    // another member has these keys
	errLate     refusal = "late"     // the member has done something since
	errForm     refusal = "form"     // not application/json
)

var statuses = map[refusal]int{
	errStranger: http.StatusForbidden,
	errMember:   http.StatusForbidden,
	errTeacher:  http.StatusForbidden,
	errSecond:   http.StatusConflict,
	errFull:     http.StatusTooManyRequests,
	errEntry:    http.StatusBadRequest,
	errOther:    http.StatusForbidden,
	errNobody:   http.StatusNotFound,
	errTaken:    http.StatusConflict,
	errLate:     http.StatusConflict,
	errForm:     http.StatusUnsupportedMediaType,
}

// refuse answers with the code of an error. One that has none is of an entry that the library does not understand.
func refuse(w http.ResponseWriter, err error) {
	no := errEntry
	errors.As(err, &no)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(statuses[no])
	io.WriteString(w, string(no)) // an error is the reader's, who has gone
}

// answer makes a handler of a function from one JSON value to another.
func answer[Q, A any](f func(*http.Request, Q) (A, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		if kind, _, _ := mime.ParseMediaType(q.Header.Get("Content-Type")); kind != "application/json" {
			refuse(w, errForm)
			return
		}
		var in Q
		body := json.NewDecoder(http.MaxBytesReader(w, q.Body, maxBody))
		body.DisallowUnknownFields()
		err := body.Decode(&in)
		if err == nil {
			if _, more := body.Token(); more != io.EOF {
				err = errEntry
			}
		}
		if err != nil {
			refuse(w, errEntry)
			return
		}
		out, err := f(q, in)
		if err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(out) // an error is the reader's, who has gone
	}
}

type joining struct {
	Code    string `json:"code"`
	Teacher string `json:"teacher"`
	Token   string `json:"token"` // which the new member will have
	Left    string `json:"left"`  // the token of the member that it was before, or ""
}

type ticket struct {
	Member int `json:"member"`
}

// A token is drawn by the page, so that the relay knows a request to join that is sent again.
const minToken, maxToken = 26, 64

// join lets somebody in who knows the code.
func (r *Relay) join(q *http.Request, in joining) (t ticket, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	host, _, _ := net.SplitHostPort(q.RemoteAddr)
	from := r.joined[host]
	if from == nil {
		if len(r.joined) == maxAddresses {
			return t, errFull
		}
		from = new(address)
		r.joined[host] = from
	}
	teacher := in.Teacher != ""
	if from.wrong == maxWrong {
		return t, errFull
	}
	if !equal(strings.ToUpper(strings.TrimSpace(in.Code)), r.code) || teacher && !equal(in.Teacher, r.teacher) {
		from.wrong++
		return t, errStranger
	}
	if len(in.Token) < minToken || len(in.Token) > maxToken {
		return t, errEntry
	}
	if n, again := r.tokens[in.Token]; again {
		return ticket{n}, nil
	}
	m := newMember(from)
	if teacher {
		if r.members[0] != nil {
			return t, errSecond
		}
	} else {
		if err := r.leave(in.Left, m); err != nil {
			return t, err
		}
		if from.members == maxFromOne || r.students == maxMembers {
			return t, errFull
		}
		from.members++
		r.students++
		r.next++
		t.Member = r.next
	}
	r.members[t.Member] = m
	r.tokens[in.Token] = t.Member
	return t, nil
}

// leave ends a student's membership, if the token is of one. What it has made the relay keep counts for the one who comes
// in its place, and so does that it left. The lock is held.
func (r *Relay) leave(token string, heir *member) error {
	n := r.tokens[token]
	m := r.members[n]
	if n == 0 || m.from != heir.from {
		return nil // a stranger's, or of another computer; or the teacher's, who stays
	}
	if m.entries >= maxEntries {
		return errFull
	}
	heir.entries, heir.kept, heir.claims = m.entries+1, m.kept-m.published, m.claims
	m.from.members--
	r.students--
	delete(r.tokens, token)
	delete(r.members, n)
	if m.stop != nil {
		m.stop()
	}
	if m.published == 0 {
		return nil // and known to none of the class
	}
	return r.append(desk.Entry{Kind: "left", From: n})
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// of returns the member that has a token. The lock is held.
func (r *Relay) of(token string) (int, *member, error) {
	n, ok := r.tokens[token]
	if !ok {
		return 0, nil, errMember
	}
	return n, r.members[n], nil
}

// request returns the member that has a token, and whether its request was done before: then its answer is as it was. The
// lock is held.
func (r *Relay) request(token string, seq int) (n int, m *member, again bool, err error) {
	if n, m, err = r.of(token); err != nil {
		return n, m, false, err
	}
	switch {
	case seq < 1:
		err = errEntry
	case seq < m.seq:
		err = errLate
	}
	return n, m, seq == m.seq, err
}

type posting struct {
	Token string     `json:"token"`
	Seq   int        `json:"seq"`
	Entry desk.Entry `json:"entry"`
}

// envelope takes an entry for the log.
func (r *Relay) envelope(_ *http.Request, in posting) (done struct{}, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, m, again, err := r.request(in.Token, in.Seq)
	if err != nil || again {
		return done, err
	}
	e := in.Entry
	e.From = n
	size := len(e.With) + len(e.Without) + len(e.Text)
	if e.Kind != "member" && size > maxEnvelopes {
		return done, errFull
	}
	switch e.Kind {
	case "authority", "typing", "now":
		if n != 0 {
			return done, errTeacher
		}
		e.To, e.With, e.Without = 0, nil, nil
	case "member":
		if m.published > 0 {
			return done, errEntry
		}
	case "envelope":
		if err := r.addressed(n, e); err != nil {
			return done, err
		}
		e.Text = ""
	case "claim":
		e.From, e.To, e.Text, e.Without = 0, 0, "", nil // the class is not told who the thief is
	default:
		return done, errEntry
	}
	times := 1
	if n == 0 {
		times = maxTeacher
	}
	// The thief has something to claim of each envelope, also of a flood's.
	count, limit := &m.entries, times*maxEntries
	if e.Kind == "claim" {
		count, limit = &m.claims, r.envelopes
	}
	if *count >= limit || m.kept+size > times*maxKept {
		return done, errFull
	}
	if e.Kind == "member" {
		if e, err = r.publish(m, e); err != nil {
			return done, err
		}
		m.published = size
	}
	if err := r.append(e); err != nil {
		return done, err
	}
	*count++
	m.kept += size
	m.seq = in.Seq
	if e.Kind == "envelope" {
		r.envelopes++
	}
	return done, nil
}

// append adds an entry to the log. The lock is held.
func (r *Relay) append(e desk.Entry) error {
	e.Number = len(r.log) + 1
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	r.log = append(r.log, b)
	close(r.changed)
	r.changed = make(chan struct{})
	return nil
}

// publish puts a member's prekeys on its shelves, and returns what the log says of them. An identity is one member's:
// publications travel in clear, and whoever posts another's would be written to in its place. The lock is held.
func (r *Relay) publish(m *member, e desk.Entry) (desk.Entry, error) {
	with, err := escrow.NewShelf(e.With)
	if err != nil {
		return e, err
	}
	without, err := noescrow.NewShelf(e.Without)
	if err != nil {
		return e, err
	}
	a, b := with.Identity(), without.Identity()
	if r.taken[a] || r.taken[b] {
		return e, errTaken
	}
	r.taken[a], r.taken[b] = true, true
	m.with, m.without = with, without
	return desk.Entry{Kind: e.Kind, From: e.From, With: a[:], Without: b[:]}, nil
}

// addressed checks that envelopes are from a member to the one that the entry names. The lock is held.
func (r *Relay) addressed(n int, e desk.Entry) error {
	from, to := r.members[n], r.members[e.To]
	if to == nil {
		return errNobody
	}
	a, b, err := noescrow.Addresses(e.Without)
	if err != nil || a != from.without.Identity() || b != to.without.Identity() {
		return errOther
	}
	if n == 0 && len(e.With) == 0 {
		return nil // a letter
	}
	a, b, err = escrow.Addresses(e.With)
	if err != nil || a != from.with.Identity() || b != to.with.Identity() {
		return errOther
	}
	return nil
}

type wanting struct {
	Token string `json:"token"`
	Seq   int    `json:"seq"`
	To    int    `json:"to"`
}

// bundle hands out prekeys.
func (r *Relay) bundle(_ *http.Request, in wanting) (b desk.Bundles, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, m, again, err := r.request(in.Token, in.Seq)
	if err != nil {
		return b, err
	}
	if again {
		return m.bundle, nil
	}
	to := r.members[in.To]
	if to == nil || to.with.Identity() == (escrow.Identity{}) {
		return b, errNobody
	}
	if m.bundles[in.To] == maxBundles {
		return b, errFull
	}
	m.bundles[in.To]++
	m.seq, m.bundle = in.Seq, desk.Bundles{With: to.with.Bundle(), Without: to.without.Bundle()}
	return m.bundle, nil
}

// events sends the log, and what is added to it. A member has one stream; a newer one ends it.
func (r *Relay) events(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	_, m, err := r.of(q.URL.Query().Get("token"))
	if err != nil {
		r.mu.Unlock()
		refuse(w, err)
		return
	}
	stopped := make(chan struct{})
	if m.stop != nil {
		m.stop()
	}
	m.stop = sync.OnceFunc(func() { close(stopped) })
	r.mu.Unlock()

	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	control.SetReadDeadline(time.Time{}) // which would end the request; a recorder in a test has none
	sent, _ := strconv.Atoi(q.Header.Get("Last-Event-ID"))
	for sent = max(sent, 0); ; {
		r.mu.Lock()
		news, changed := r.log[min(sent, len(r.log)):], r.changed
		r.mu.Unlock()
		control.SetWriteDeadline(time.Now().Add(slowestReader))
		for _, b := range news {
			sent++
			if _, err := fmt.Fprintf(w, "id: %d\ndata: %s\n\n", sent, b); err != nil {
				return // the reader comes again, and says how far it was
			}
		}
		if err := control.Flush(); err != nil {
			return
		}
		select {
		case <-changed:
		case <-stopped:
			return
		case <-q.Context().Done():
			return
		}
	}
}
