package desk

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"doormat/examples/internal/seed"
)

// Tell takes an event, as JSON. It does not keep the bytes.
type Tell func(event []byte)

// A Desk is one lesson. It is not safe for concurrent use, and while it answers, what others draw of crypto/rand
// depends on its class code. The zero Desk has no class code yet.
type Desk struct {
	code     string
	log      []Request // what has been done
	stations map[string]station
	network  network
}

// A station does actions, and holds what they have made.
type station interface {
	do(t *turn, do string, a Args) error
	close()
}

// A cautious station says which bets may be locked now.
type cautious interface {
	mayBet(a Args) error
}

// makers makes the stations, each before its first action.
var makers = map[string]func() station{
	"doorstep":  func() station { return new(doorstep) },
	"breach":    func() station { return new(breach) },
	"ratchet":   func() station { return new(ratchet) },
	"leaf":      func() station { return new(leaf) },
	"generator": func() station { return new(generator) },
	"dial":      func() station { return dial{} },
	"scanning":  func() station { return scan{} },
	"tracing":   func() station { return tracing{} },
	"recovery":  func() station { return backups{} },
	"groups":    func() station { return group{} },
	"matrix":    func() station { return betting{} },
	"debate":    func() station { return betting{} },
}

// A betting is a station that has bets and no actions: what it reveals is in the page.
type betting struct{}

func (betting) do(_ *turn, do string, _ Args) error { return errUnknown(do) }
func (betting) close()                              {}

// A turn is one action under way.
type turn struct {
	ctx      context.Context
	code     string
	station  string
	bets     map[string]Args // locked at this station, by what they are about
	tell     Tell
	response Response
}

// drawing has what f draws depend on the class code, the station and the label.
func (t *turn) drawing(label string, f func() error) error {
	defer seed.Use("doormat classroom " + t.code + " " + t.station + " " + label)()
	return f()
}

// event tells the page what has happened.
func (t *turn) event(e Event) {
	e.Station = t.station
	b, err := json.Marshal(e)
	if err != nil {
		panic("desk: internal error: " + err.Error()) // no event has what JSON has not
	}
	t.tell(b)
}

func (t *turn) number(name string, n float64) {
	if t.response.Numbers == nil {
		t.response.Numbers = map[string]float64{}
	}
	t.response.Numbers[name] = n
}

func (t *turn) text(name, s string) {
	if t.response.Text == nil {
		t.response.Text = map[string]string{}
	}
	t.response.Text[name] = s
}

// errBet is the error of who wants to see without having said what will be seen.
var errBet = errors.New("bet first")

// bet returns the prediction about a name.
func (t *turn) bet(name string) (Args, error) {
	b, ok := t.bets[name]
	if !ok {
		return b, errBet
	}
	return b, nil
}

// lock checks a bet before it is logged.
func (t *turn) lock(s station, a Args) error {
	if _, twice := t.bets[a.Name]; twice {
		return errors.New("this bet is locked")
	}
	if c, ok := s.(cautious); ok {
		return c.mayBet(a)
	}
	return mayBet(t.station, a)
}

// Answer does what a request asks for, and returns the response. It never fails: what is wrong with the request is
// in the response.
func (d *Desk) Answer(ctx context.Context, request []byte, tell Tell) (response []byte) {
	r := d.answer(ctx, request, tell)
	b, err := json.Marshal(r)
	if err != nil {
		panic("desk: internal error: " + err.Error())
	}
	return b
}

func (d *Desk) answer(ctx context.Context, request []byte, tell Tell) Response {
	r, err := parse(request)
	if err != nil {
		return Response{Error: err.Error()}
	}
	if r.Station == "class" {
		return d.class(ctx, r, tell)
	}
	if r.Station == "network" {
		t := &turn{ctx: ctx, station: r.Station, tell: tell}
		if err := d.network.do(t, r.Do, r.Args); err != nil {
			return Response{Error: "desk: " + err.Error()}
		}
		return t.response
	}
	return d.do(ctx, r, tell)
}

func parse(request []byte) (r Request, err error) {
	if len(request) > MaxRequest {
		return r, fmt.Errorf("desk: a request of %d bytes, expected at most %d", len(request), MaxRequest)
	}
	in := json.NewDecoder(bytes.NewReader(request))
	in.DisallowUnknownFields()
	if err := in.Decode(&r); err != nil {
		return r, fmt.Errorf("desk: the request is not as expected: %w", err)
	}
	if _, err := in.Token(); err != io.EOF {
		return r, errors.New("desk: something follows the request")
	}
	return r, nil
}

// do does one action at a station, and logs it.
func (d *Desk) do(ctx context.Context, r Request, tell Tell) Response {
	if d.code == "" {
		return Response{Error: "desk: expected a class code first"}
	}
	newStation, ok := makers[r.Station]
	if !ok {
		return Response{Error: fmt.Sprintf("desk: there is no station %.40q", r.Station)}
	}
	t := &turn{ctx: ctx, code: d.code, station: r.Station, bets: d.bets(r.Station), tell: tell}
	s := d.stations[r.Station]
	if s == nil {
		s = newStation()
		if d.stations == nil {
			d.stations = map[string]station{}
		}
		d.stations[r.Station] = s
	}
	act := s.do
	if r.Do == "bet" {
		act = func(t *turn, _ string, a Args) error { return t.lock(s, a) }
	}
	if err := act(t, r.Do, r.Args); err != nil {
		return Response{Error: "desk: " + err.Error()}
	}
	d.log = append(d.log, r)
	return t.response
}

// bets returns the predictions that are locked at a station.
func (d *Desk) bets(station string) map[string]Args {
	bets := map[string]Args{}
	for _, r := range d.log {
		if r.Station == station && r.Do == "bet" {
			bets[r.Args.Name] = r.Args
		}
	}
	return bets
}

// errUnknown is the error of a station for an action that it does not know.
func errUnknown(do string) error { return fmt.Errorf("there is no action %.40q here", do) }

// class does an action of the class.
func (d *Desk) class(ctx context.Context, r Request, tell Tell) Response {
	t := &turn{ctx: ctx, station: "class", tell: tell}
	var err error
	switch r.Do {
	case "draw":
		t.text("code", DrawCode())
	case "open":
		err = d.open(t, r.Args.Code)
	case "log":
		var b []byte
		if b, err = json.Marshal(append([]Request{}, d.log...)); err == nil {
			t.text("log", string(b))
			t.text("code", d.code)
		}
	case "undo":
		last := -1
		for i, done := range d.log {
			if done.Station == r.Args.Name {
				last = i
			}
		}
		if last < 0 {
			err = errors.New("there is nothing to take back")
			break
		}
		err = d.again(t, r.Args.Name, slices.Delete(slices.Clone(d.log), last, last+1))
	case "reset":
		err = d.again(t, r.Args.Name, slices.DeleteFunc(slices.Clone(d.log), func(done Request) bool { return done.Station == r.Args.Name }))
	case "replay":
		code := cmp.Or(r.Args.Code, d.code)
		if err = d.open(t, code); err == nil {
			err = d.redo(t, r.Args.Log)
		}
	default:
		err = errUnknown(r.Do)
	}
	if err != nil {
		t.response.Error = "desk: " + err.Error() // beside what was done again before
	}
	return t.response
}

// open begins anew with a class code.
func (d *Desk) open(t *turn, code string) error {
	code, err := parseCode(code)
	if err != nil {
		return err
	}
	d.Close()
	*d = Desk{code: code, network: d.network}
	for _, name := range slices.Sorted(maps.Keys(makers)) {
		t.cleared(name)
	}
	t.text("code", code)
	return nil
}

func (t *turn) cleared(station string) {
	(&turn{station: station, tell: t.tell}).event(Event{Kind: "cleared"})
}

// again begins one station anew, with what log has of it.
func (d *Desk) again(t *turn, name string, log []Request) error {
	if makers[name] == nil {
		return fmt.Errorf("there is no station %.40q", name)
	}
	if s := d.stations[name]; s != nil {
		s.close()
		delete(d.stations, name)
	}
	t.cleared(name)
	var mine []Request
	for _, r := range log {
		if r.Station == name {
			mine = append(mine, r)
		}
	}
	d.log = slices.DeleteFunc(log, func(r Request) bool { return r.Station == name })
	return d.redo(t, mine)
}

// redo does what a log has. What the responses say is behind the name of their station, as two stations may have one name for
// two things.
func (d *Desk) redo(t *turn, log []Request) error {
	for i, r := range log {
		(&turn{station: "class", tell: t.tell}).event(Event{Kind: "replaying", N: i + 1, Of: len(log)})
		response := d.do(t.ctx, r, t.tell)
		if response.Error != "" {
			return fmt.Errorf("action %d of the log, %.20s %.20s: %s", i+1, r.Station, r.Do, strings.TrimPrefix(response.Error, "desk: "))
		}
		for name, n := range response.Numbers {
			t.number(r.Station+"."+name, n)
		}
		for name, s := range response.Text {
			t.text(r.Station+"."+name, s)
		}
	}
	return nil
}

// Close removes what the stations hold.
func (d *Desk) Close() {
	for _, s := range d.stations {
		s.close()
	}
	d.stations = nil
}

// codeWords are what a class code ends in: short, easy to spell aloud, and none like another.
var codeWords = strings.Fields("ACORN AMBER APPLE BEACH BIRCH BREAD BRICK CANDLE CEDAR CLOUD COMET CORAL DAISY EAGLE FALCON FERRY " +
	"FLUTE FOREST GARDEN GRAPE HARBOR HAZEL ISLAND IVORY JACKET KETTLE LADDER LEMON LILAC MAPLE MARBLE MEADOW " +
	"NUTMEG OCEAN OLIVE ORBIT OTTER PAPER PEARL PEBBLE PIANO PLANET QUARTZ RABBIT RIVER ROBIN SADDLE SALMON " +
	"SILVER SPOON SPRUCE STONE SUMMER TABLE THISTLE TIGER TULIP TUNNEL VALLEY VELVET VIOLIN WALNUT WINDOW ZEBRA")

// DrawCode draws a class code, such as K7-RIVER: one of 12,288.
func DrawCode() string {
	var b [3]byte
	rand.Read(b[:])
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	return fmt.Sprintf("%c%d-%s", letters[int(b[0])%len(letters)], 2+int(b[1])%8, codeWords[int(b[2])%len(codeWords)])
}

// maxCode is the length of a class code.
const maxCode = 32

// parseCode returns a class code in the form in which it is compared: capitals, digits and hyphens.
func parseCode(s string) (string, error) {
	if len(s) > maxCode {
		return "", fmt.Errorf("a class code has at most %d characters", maxCode)
	}
	code := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-':
			return r
		case r == ' ':
			return -1
		}
		return '?'
	}, s)
	if code == "" || strings.Contains(code, "?") {
		return "", errors.New("expected a class code of letters, digits and hyphens")
	}
	return code, nil
}
