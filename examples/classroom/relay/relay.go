// Package relay is the server of the class network. It hands out published prekeys and keeps a log of envelopes, which
// every member reads whole: in class, everyone sees the wire. It holds no secret of a conversation, keeps all in memory,
// and is gone when the program ends.
//
//	POST /join      {code, teacher}            {member, token}; the teacher is 0
//	POST /envelope  {token, entry}             an entry for the log, or publications of prekeys
//	POST /bundle    {token, to}                {with, without}
//	GET  /events?token=…                       the log from its beginning, or from Last-Event-ID, as server-sent events
//
// What is posted is application/json: a page from elsewhere, open in a browser of the class, can't post that.
//
// The class code keeps strangers out of the log, and the teacher's token keeps students from the teacher's part. The token
// of a member keeps others from posting in its name. Whoever listens on the network without encryption reads all of these,
// as he reads the log. With them he can disturb the lesson: say "now", end a stream, fill a share. He opens no envelope, as
// no secret of one travels. Whoever changes what travels can change the page itself.
package relay

import (
	"crypto/rand"
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
	members   map[int]*member
	tokens    map[string]int
	joined    map[string]*address
	log       [][]byte      // entries, as JSON
	changed   chan struct{} // closed when the log grows
	envelopes int           // in the log
	next      int           // the number of the next student
}

// An address is where members come from.
type address struct{ members, wrong int }

// A member is one browser.
type member struct {
	with          *escrow.Shelf
	without       *noescrow.Shelf
	entries, kept int
	claims        int         // entries that are not among the others
	bundles       map[int]int // handed out to it, by whose
	stop          func()      // its stream
}

func newMember() *member {
	return &member{with: new(escrow.Shelf), without: new(noescrow.Shelf), bundles: map[int]int{}}
}

// New returns a relay for those who know the code. Whoever has the token is the teacher.
func New(code, teacher string) *Relay {
	r := &Relay{code: code, teacher: teacher, mux: http.NewServeMux(), members: map[int]*member{}, tokens: map[string]int{},
		joined: map[string]*address{}, changed: make(chan struct{}), next: 1}
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

// A refusal is an error with its status.
type refusal struct {
	status int
	text   string
}

func (e refusal) Error() string { return e.text }

var (
	errStranger = refusal{http.StatusForbidden, "This is not the code of the class."}
	errMember   = refusal{http.StatusForbidden, "Join the class first."}
	errTeacher  = refusal{http.StatusForbidden, "Only the teacher can do this."}
	errFull     = refusal{http.StatusTooManyRequests, "This is more than one computer may send."}
	errEntry    = refusal{http.StatusBadRequest, "This is not an entry."}
	errOther    = refusal{http.StatusForbidden, "The envelope names others."}
	errNobody   = refusal{http.StatusNotFound, "There is no such member."}
	errTaken    = refusal{http.StatusConflict, "Another member has these keys."}
	errForm     = refusal{http.StatusUnsupportedMediaType, "This is not application/json."}
)

// answer makes a handler of a function from one JSON value to another.
func answer[Q, A any](f func(*http.Request, Q) (A, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		if kind, _, _ := mime.ParseMediaType(q.Header.Get("Content-Type")); kind != "application/json" {
			http.Error(w, errForm.text, errForm.status)
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
			http.Error(w, errEntry.text, errEntry.status)
			return
		}
		out, err := f(q, in)
		var no refusal
		switch {
		case errors.As(err, &no):
			http.Error(w, no.text, no.status)
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadRequest)
		default:
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(out) // an error is the reader's, who has gone
		}
	}
}

type joining struct {
	Code    string `json:"code"`
	Teacher string `json:"teacher"`
}

type ticket struct {
	Member int    `json:"member"`
	Token  string `json:"token"`
}

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
	t.Token = rand.Text()
	if teacher {
		if r.members[0] != nil {
			return t, refusal{http.StatusConflict, "The teacher's page is open already, and has the key. Start the program anew."}
		}
	} else {
		if from.members == maxFromOne || r.next > maxMembers {
			return t, errFull
		}
		from.members++
		t.Member = r.next
		r.next++
	}
	r.members[t.Member] = newMember()
	r.tokens[t.Token] = t.Member
	return t, nil
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

type posting struct {
	Token string     `json:"token"`
	Entry desk.Entry `json:"entry"`
}

// envelope takes an entry for the log.
func (r *Relay) envelope(_ *http.Request, in posting) (done struct{}, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, m, err := r.of(in.Token)
	if err != nil {
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
		if m.with.Identity() != (escrow.Identity{}) {
			return done, errEntry
		}
		if e, err = r.publish(m, e); err != nil {
			return done, err
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
	*count++
	m.kept += size
	if e.Kind == "envelope" {
		r.envelopes++
	}
	e.Number = len(r.log) + 1
	b, err := json.Marshal(e)
	if err != nil {
		return done, err
	}
	r.log = append(r.log, b)
	close(r.changed)
	r.changed = make(chan struct{})
	return done, nil
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
	for _, other := range r.members {
		if other.with.Identity() == a || other.without.Identity() == b {
			return e, errTaken
		}
	}
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
	To    int    `json:"to"`
}

// bundle hands out prekeys.
func (r *Relay) bundle(_ *http.Request, in wanting) (b desk.Bundles, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, m, err := r.of(in.Token)
	if err != nil {
		return b, err
	}
	to := r.members[in.To]
	if to == nil || to.with.Identity() == (escrow.Identity{}) {
		return b, errNobody
	}
	if m.bundles[in.To] == maxBundles {
		return b, errFull
	}
	m.bundles[in.To]++
	return desk.Bundles{With: to.with.Bundle(), Without: to.without.Bundle()}, nil
}

// events sends the log, and what is added to it. A member has one stream; a newer one ends it.
func (r *Relay) events(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	_, m, err := r.of(q.URL.Query().Get("token"))
	if err != nil {
		r.mu.Unlock()
		http.Error(w, errMember.text, errMember.status)
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
