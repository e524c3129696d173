package desk

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/escrow"
	"doormat/attacks/messenger"
	"doormat/attacks/noescrow"
	sharing "doormat/attacks/threshold"
	"doormat/examples/internal/qr"
)

// A lesson is a desk under test, and what it has told.
type lesson struct {
	t      *testing.T
	desk   Desk
	events []Event
	last   Response
}

func begin(t *testing.T, code string) *lesson {
	t.Helper()
	l := &lesson{t: t}
	t.Cleanup(func() { l.desk.Close() })
	l.do("class", "open", Args{Code: code})
	return l
}

// try does an action, and returns the error of the response.
func (l *lesson) try(station, do string, a Args) string {
	l.t.Helper()
	request, err := json.Marshal(Request{station, do, a})
	if err != nil {
		l.t.Fatal(err)
	}
	l.events = nil
	response := l.desk.Answer(context.Background(), request, func(b []byte) {
		var e Event
		if err := json.Unmarshal(b, &e); err != nil {
			l.t.Fatal(err)
		}
		l.events = append(l.events, e)
	})
	l.last = Response{}
	if err := json.Unmarshal(response, &l.last); err != nil {
		l.t.Fatal(err)
	}
	return l.last.Error
}

// do does an action that must succeed.
func (l *lesson) do(station, do string, a Args) {
	l.t.Helper()
	if err := l.try(station, do, a); err != "" {
		l.t.Fatalf("%s %s: %s", station, do, err)
	}
}

// of returns the events of a kind in a column.
func (l *lesson) of(kind, column string) (all []Event) {
	for _, e := range l.events {
		if e.Kind == kind && e.Column == column {
			all = append(all, e)
		}
	}
	return all
}

var long = flag.Bool("long", false, "test each theft, with more messages")

// usual are the thefts that are tested without -long: one of each kind.
var usual = []attacks.TheftName{attack.Key, attacks.DeviceKeys, attack.RogueSender, "device seizure", "implant", messenger.ActingRelay, messenger.ActingDeviceKeys}

// Each figure of the breach is that of attacks.Run.
func TestBreachIsTheExperiment(t *testing.T) {
	sample := 12 // messages of the town
	if *long {
		sample = 80
	}
	c := attacks.NewConversation(theTown().messages[:sample])
	c.People = theTown().people
	for column, system := range map[string]attacks.System{
		with: attack.New(), without: noescrow.New(), "rogue": attack.NewRogue(Victim),
		"with, relay": attack.NewActing()[0], "with, keys": attack.NewActing()[1],
		"without, relay": noescrow.NewActing()[0], "without, keys": noescrow.NewActing()[1],
	} {
		name, _, _ := strings.Cut(column, ",")
		if name == "rogue" {
			name = with
		}
		r, err := attacks.Run(t.Context(), system, c, Victim, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, want := range r.Exposures {
			if !*long && !slices.Contains(usual, want.Theft) {
				continue
			}
			l := begin(t, "K7-RIVER")
			moment := want.Moment
			if moment > 0 {
				l.do("breach", "send", Args{N: moment})
			}
			l.do("breach", "bet", Args{Name: string(want.Theft), N: 1})
			l.do("breach", "steal", Args{Name: string(want.Theft)})
			opened := l.of("opened", name)
			if moment < sample {
				l.do("breach", "send", Args{N: sample - moment})
			}
			exposed := l.of("exposed", name)
			if len(exposed) != 1 {
				t.Fatalf("%s, %s: %d figures", column, want.Theft, len(exposed))
			}
			got := exposed[0]
			if got.Before != want.Before.N || got.After != want.After.N || got.People != want.People.N || got.Victims != want.Victims.N ||
				got.Wrong != want.Wrong || got.Operations != want.Operations || got.Noticed != want.Noticed.Who || got.Of != sample || !got.Exists {
				t.Errorf("%s, %s: %+v, expected %+v", column, want.Theft, got, want)
			}
			all := make([]bool, sample)
			for _, e := range append(opened, l.of("opened", name)...) {
				all[e.Index] = true
				if e.Text != theTown().messages[e.Index].Text {
					t.Errorf("message %d opens as %q", e.Index, e.Text)
				}
			}
			if !slices.Equal(all, want.Opened) {
				t.Errorf("%s, %s: other messages open", column, want.Theft)
			}
		}
	}
}

// A bet is on messages that are sent: before there are any it cannot be locked, and the card opens nothing for want of them.
func TestBetOnMessages(t *testing.T) {
	l := begin(t, "K7-RIVER")
	if err := l.try("breach", "bet", Args{Name: "escrow key"}); err != "desk: send the messages first, then bet how many of them open" {
		t.Error(err)
	}
	if err := l.try("class", "undo", Args{Name: "breach"}); err != "desk: there is nothing to take back" {
		t.Errorf("a bet that is refused is in the log: %s", err)
	}
	l.do("breach", "send", Args{N: 2})
	for _, n := range []int{-1, 3} {
		if err := l.try("breach", "bet", Args{Name: "escrow key", N: n}); err != "desk: 2 messages are sent, expected a bet from 0 to 2" {
			t.Errorf("a bet of %d: %s", n, err)
		}
	}
	l.do("breach", "bet", Args{Name: "escrow key", N: 2})
	l.do("breach", "steal", Args{Name: "escrow key"})
	l.do("breach", "card", Args{})
	other := begin(t, "K7-RIVER")
	other.do("breach", "use", Args{Text: l.last.Text["key"]})
	if other.last.Text["say"] != "card.unsent" {
		t.Errorf("%+v", other.last)
	}
}

// The thief of the escrow key tries it without escrow too. A message after the theft opens as it is sealed.
func TestEscrowKey(t *testing.T) {
	l := begin(t, "K7-RIVER")
	l.do("breach", "send", Args{N: 20})
	if err := l.try("breach", "steal", Args{Name: "escrow key"}); err != "desk: bet first" {
		t.Fatal(err)
	}
	l.do("breach", "bet", Args{Name: "escrow key", N: 7})
	l.do("breach", "steal", Args{Name: "escrow key"})
	if e := l.of("exposed", with)[0]; e.N != 20 || e.Of != 20 || e.Wrong != 0 || e.Noticed != "" {
		t.Errorf("%+v", e)
	}
	if e := l.of("exposed", without)[0]; e.N != 0 || e.Of != 20 || e.Operations < 20 || e.Exists {
		t.Errorf("%+v", e)
	}
	l.do("breach", "write", Args{From: "Lena Pask", To: "Jonas Vos", Text: "now?"})
	if e := l.of("opened", with); len(e) != 1 || e[0].Index != 20 || e[0].Text != "now?" || len(l.of("opened", without)) != 0 {
		t.Errorf("%+v", l.events)
	}
}

func TestRequestsThatAreWrong(t *testing.T) {
	var d Desk
	defer d.Close()
	long := strings.Repeat("x", 1<<20)
	for _, code := range []string{"", "K7-RIVER"} {
		if code != "" {
			d.Answer(t.Context(), []byte(`{"station":"class","do":"open","args":{"code":"K7-RIVER"}}`), func([]byte) {})
		}
		for _, request := range []string{
			"", "{", "null", "[]", `{"station":"breach"}`, `{"station":"breach","do":"dance"}`, `{"station":"moon","do":"send"}`,
			`{"station":"breach","do":"send","args":{"n":-1}}`, `{"station":"breach","do":"send","args":{"n":417}}`,
			`{"station":"breach","do":"send","args":{"n":1e99}}`, `{"station":"breach","do":"send","why":1}`, `{"station":"breach","do":"send"}{}`,
			`{"station":"breach","do":"write","args":{"from":"Lena Pask","to":"Lena Pask","text":"x"}}`,
			`{"station":"breach","do":"write","args":{"from":"Lena Pask","to":"Nobody","text":"x"}}`,
			`{"station":"breach","do":"write","args":{"from":"Lena Pask","to":"Jonas Vos","text":" "}}`,
			`{"station":"breach","do":"write","args":{"from":"Lena Pask","to":"Jonas Vos","text":"` + long[:maxText+1] + `"}}`,
			`{"station":"breach","do":"steal","args":{"name":"escrow key"}}`, `{"station":"breach","do":"card"}`,
			`{"station":"class","do":"open","args":{"code":"<script>"}}`, `{"station":"class","do":"undo","args":{"name":"breach"}}`,
			`{"station":"class","do":"undo","args":{"name":"moon"}}`, `{"station":"class","do":"reset","args":{"name":"moon"}}`,
			`{"station":"class","do":"dance"}`, `{"station":"doorstep","do":"pick","args":{"name":"Mallory"}}`,
			`{"station":"` + long + `","do":"send"}`, `{"station":"breach","do":"` + long + `"}`, `{"station":"class","do":"open","args":{"code":"` + long + `"}}`, long,
		} {
			var r Response
			if err := json.Unmarshal(d.Answer(t.Context(), []byte(request), func([]byte) {}), &r); err != nil || r.Error == "" {
				t.Errorf("%.100s: %v, %+v", request, err, r)
			}
			if len(request) > MaxRequest && !strings.HasPrefix(r.Error, "desk: a request of ") {
				t.Errorf("%d bytes: %s", len(request), r.Error)
			}
			if len(r.Error) > 200 {
				t.Errorf("%.100s: an error of %d bytes", request, len(r.Error))
			}
		}
	}
}

func TestLEAF(t *testing.T) {
	l := begin(t, "K7-RIVER")
	if err := l.try("leaf", "call", Args{}); err != "desk: bet first" {
		t.Error(err)
	}
	l.do("leaf", "bet", Args{Name: "call", N: 2})
	l.do("leaf", "call", Args{})
	if n := l.last.Numbers["learned"]; n != learnsCaller {
		t.Errorf("with the family key alone a tap learns %v, expected who calls", n)
	}
	if x := l.last.Text; x["tapped"] != x["heard"] || x["heard"] == "" || x["unit"] != "00019a01" || len(x["leaf"]) != 32 {
		t.Errorf("%v", x)
	}
	if err := l.try("leaf", "forge", Args{}); err != "desk: bet first" {
		t.Error(err)
	}
	l.do("leaf", "bet", Args{Name: "forge", N: 65536})
	l.do("leaf", "forge", Args{})
	if l.last.Numbers["accepted"] != 1 || l.last.Text["refusal"] == "<nil>" || l.last.Numbers["trials"] < 1 {
		t.Errorf("%+v", l.last)
	}
	first := l.last.Numbers["trials"]
	l.do("leaf", "hundred", Args{N: 2})
	if n := len(l.of("forged", "")); n != 2 || l.last.Numbers["forged"] != 3 {
		t.Errorf("%d forged", n)
	}
	if err := l.try("leaf", "blame", Args{}); err != "desk: bet first" {
		t.Error(err)
	}
	l.do("leaf", "bet", Args{Name: "blame", N: 4})
	l.do("leaf", "blame", Args{})
	if n := l.last.Numbers["named"]; n != 1 {
		t.Errorf("the tap sees Ana's unit in %v of her calls, expected 1", n)
	}
	type row struct {
		chip, tap bool
		blamed    string
	}
	got := map[string]row{}
	for _, e := range l.of("call", "") {
		got[e.Name] = row{e.Flags[0], e.Flags[1], e.Blamed}
	}
	for name, want := range map[string]row{"honest": {true, true, "Ana"}, "forged": {true, false, ""}, "fed back": {true, false, ""}, "borrowed": {true, true, "Cas"}} {
		if got[name] != want {
			t.Errorf("%s: %+v, expected %+v", name, got[name], want)
		}
	}
	// The same code gives the same LEAF.
	again := begin(t, "k7-river")
	again.do("leaf", "bet", Args{Name: "forge", N: 1})
	again.do("leaf", "forge", Args{})
	if again.last.Numbers["trials"] != first {
		t.Errorf("%v trials, and with the same code %v", first, again.last.Numbers["trials"])
	}
}

// Three of five are as attacks.Stage has them, and the court's staircase is where the thief's is.
func TestDial(t *testing.T) {
	stage := attacks.NewStage(sharing.New(), Victim, nil)
	defer stage.Close()
	for _, p := range theTown().people {
		if err := stage.Enrol(p); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range theTown().messages[:dialMessages] {
		if err := stage.Send(m); err != nil {
			t.Fatal(err)
		}
	}
	opens := map[attacks.TheftName]int{}
	for _, name := range []attacks.TheftName{sharing.OneShare, sharing.Shares} {
		stolen, err := stage.Steal(name)
		if err != nil {
			t.Fatal(err)
		}
		e, err := stage.Expose(t.Context(), stolen)
		if err != nil {
			t.Fatal(err)
		}
		opens[name] = e.Readable().N
	}
	for _, c := range []struct{ n, k int }{{5, 3}, {1, 1}} {
		l := begin(t, "K7-RIVER")
		a := Args{N: c.n, K: c.k}
		if err := l.try("dial", "deal", a); err != "desk: bet first" {
			t.Error(err)
		}
		l.do("dial", "bet", Args{Name: fmt.Sprintf("deal %d %d", c.n, c.k)})
		l.do("dial", "deal", a)
		steps := l.of("step", "")
		if len(steps) != c.n+1 || l.last.Numbers["uses"] != 1 {
			t.Fatalf("%+v, %+v", steps, l.last)
		}
		for j, e := range steps {
			want := opens[sharing.OneShare]
			if j >= c.k {
				want = opens[sharing.Shares]
			}
			if e.Index != j || e.N != want || e.Flags[1] != (j >= c.k) {
				t.Errorf("%d of %d, %d robbed: %+v, expected %d", c.k, c.n, j, e, want)
			}
		}
	}
	l := begin(t, "K7-RIVER")
	for _, a := range []Args{{N: 0, K: 1}, {N: 28, K: 1}, {N: 3, K: 0}, {N: 3, K: 4}} {
		if err := l.try("dial", "deal", a); !strings.Contains(err, "expected from 1 to 27 agents") {
			t.Errorf("%+v: %s", a, err)
		}
	}
}

// What opens at each moment is what attacks.Run measures, and the keys are those of the device.
func TestRatchet(t *testing.T) {
	l := begin(t, "K7-RIVER")
	if err := l.try("ratchet", "theft", Args{}); err != "desk: send the conversation first" {
		t.Error(err)
	}
	l.do("ratchet", "run", Args{})
	keys, others := map[int][]Key{}, map[int][]Key{}
	for _, e := range l.of("keys", without) {
		switch e.Name {
		case Victim:
			keys[e.Index] = e.Keys
		case Other:
			others[e.Index] = e.Keys
		}
	}
	// The two phones have their chains in common: what one sends with, the other receives with.
	shared := 0
	for i, list := range keys {
		for _, k := range list {
			for _, o := range others[i] {
				if k.Bytes == o.Bytes {
					shared++
					if k.Name == "identity" || k.Name == "ratchet" || strings.HasSuffix(k.Name, " chain") && o.Name == k.Name {
						t.Errorf("before message %d: both phones have the %s", i, k.Name)
					}
				}
			}
		}
	}
	if shared < len(keys) {
		t.Errorf("at %d moments the phones have %d keys in common", len(keys), shared)
	}
	var messages []attacks.Message
	for _, e := range l.of("sealed", without) {
		at, err := time.Parse(time.RFC3339, e.At)
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, attacks.Message{At: at, From: e.From, To: e.To, Text: e.Text})
	}
	n := len(messages)
	if n < 10 || len(keys) != n+1 {
		t.Fatalf("%d messages, keys at %d moments", n, len(keys))
	}
	for i, list := range keys {
		for _, k := range list {
			if k.Bytes == strings.Repeat("0", 64) {
				t.Errorf("before message %d: the %s is no key", i, k.Name)
			}
		}
	}
	if len(keys[0]) != 1 || len(keys[n]) < 3 {
		t.Errorf("%d keys before the first message, and %d after the last", len(keys[0]), len(keys[n]))
	}
	if err := l.try("ratchet", "theft", Args{At: 3}); err != "desk: bet first" {
		t.Error(err)
	}
	l.do("ratchet", "bet", Args{Name: "theft", List: []int{3}})
	for _, moment := range []int{3, n} {
		l.do("ratchet", "theft", Args{At: moment})
		for column, x := range map[string]struct {
			system attacks.System
			theft  attacks.TheftName
		}{without: {noescrow.New(), attacks.DeviceKeys}, withDevice: {attack.New(), attacks.DeviceKeys}, with: {attack.New(), attack.Key}} {
			c := attacks.NewConversation(messages)
			c.Moment = moment
			r, err := attacks.Run(t.Context(), x.system, c, Victim, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := l.of("opens", column)
			if len(got) != 1 || !slices.Equal(got[0].Flags, r.Exposure(x.theft).Opened) {
				t.Errorf("%s, before message %d: %v, expected %v", column, moment, got, r.Exposure(x.theft).Opened)
			}
			r.Close()
		}
	}
	for _, at := range []int{-1, n + 1} {
		if err := l.try("ratchet", "theft", Args{At: at}); err == "" {
			t.Errorf("a theft before message %d", at)
		}
	}
}

func TestStolenStatesThatAreWrong(t *testing.T) {
	d := noescrow.New()
	if err := d.Enrol(Victim); err != nil {
		t.Fatal(err)
	}
	state, err := d.Inspect(Victim)
	if err != nil {
		t.Fatal(err)
	}
	if keys, err := keysOf(state, Other); err != nil || len(keys) != 1 || keys[0].Bytes != hex.EncodeToString(state[2:34]) {
		t.Errorf("%v, %v", keys, err)
	}
	for n := range len(state) - 4 { // which are not looked at
		if _, err := keysOf(state[:n], Other); err == nil {
			t.Fatalf("%d bytes of a state are a state", n)
		}
	}
}

func TestGenerator(t *testing.T) {
	l := begin(t, "K7-RIVER")
	l.do("generator", "tiny", Args{})
	if n := l.last.Numbers; n["points"] != 4132 || len(l.of("points", "")[0].Points) != 2*4132 || n["px"] == n["qx"] {
		t.Errorf("%v", n)
	}
	if err := l.try("generator", "draw", Args{}); err != "desk: bet first" {
		t.Error(err)
	}
	l.do("generator", "bet", Args{Name: "draw", N: 77})
	different := map[float64]bool{}
	for i := range 20 {
		l.do("generator", "draw", Args{})
		n := l.last.Numbers
		different[n["drawn"]] = true
		if n["said"] != n["drawn"] || n["draws"] != float64(i+1) {
			t.Errorf("draw %d: %v", i, n)
		}
	}
	if len(different) < 10 {
		t.Errorf("20 draws are %d different bytes", len(different))
	}
	for _, a := range []struct {
		do, bet string
		n       int
	}{{"find", "find 8", 8}, {"juniper", "juniper", 0}, {"statistics", "statistics", 0}} {
		if err := l.try("generator", a.do, Args{N: a.n}); err != "desk: bet first" {
			t.Errorf("%s: %s", a.do, err)
		}
		l.do("generator", "bet", Args{Name: a.bet, N: 1})
	}
	if err := l.try("generator", "find", Args{N: 16}); err != "desk: bet first" {
		t.Errorf("16 bits under a bet on 8: %s", err)
	}
	l.do("generator", "find", Args{N: 8})
	if x := l.last.Text; x["predicted"] != x["really"] || len(x["really"]) != 64 || l.last.Numbers["tested"] < 1 {
		t.Errorf("%+v", l.last)
	}
	for _, n := range []int{0, 4, 24} {
		if err := l.try("generator", "find", Args{N: n}); err == "" {
			t.Errorf("%d bits are dropped", n)
		}
	}
	l.do("generator", "juniper", Args{})
	got := map[string][2]int{}
	for _, e := range l.of("exposed", "") {
		got[e.Name] = [2]int{e.Before, e.After}
	}
	const half = juniperMessages / 2
	for name, want := range map[string][2]int{"wiretap": {0, 0}, "trapdoor": {half, 0}, "Q replaced": {0, half}} {
		if got[name] != want {
			t.Errorf("%s: %v, expected %v", name, got[name], want)
		}
	}
	l.do("generator", "statistics", Args{})
	if n := l.last.Numbers; n["passed"] != n["tests"] || n["tests"] < 4 || len(l.of("statistic", "")) != int(n["tests"]) {
		t.Errorf("%v", n)
	}
}

func TestScanning(t *testing.T) {
	l := begin(t, "K7-RIVER")
	a := Args{Rate: 1000, People: 2_000_000, Checks: 1}
	for _, do := range []string{"rates", "push"} {
		if err := l.try("scanning", do, a); err != "desk: bet first" {
			t.Error(err)
		}
		l.do("scanning", "bet", Args{Name: do, N: 1})
	}
	l.do("scanning", "rates", a)
	// Two are wanted and found, and a thousandth of the 1,999,998 others is reported.
	if n := l.last.Numbers; n["right"] != 2 || n["false"] != 1999.998 || n["reports"] != 2001.998 || n["share"] < 99.9 || n["share"] > 99.901 {
		t.Errorf("%v", n)
	}
	for _, a := range []Args{{Rate: 0.5, People: 1, Checks: 1}, {Rate: 1e13, People: 1}, {Rate: 1, People: 0}, {Rate: 1, People: 1, Checks: -1}, {Rate: 1, People: 1, Checks: 1_000_001}} {
		if err := l.try("scanning", "rates", a); err == "" {
			t.Errorf("%+v: no error", a)
		}
	}
	l.do("scanning", "push", Args{})
}

// bytesOf returns the bytes of all envelopes that an action told.
func (l *lesson) bytesOf() (all []string) {
	for _, e := range l.events {
		if e.Kind == "sealed" {
			all = append(all, e.Column+e.Bytes)
		}
	}
	return all
}

// Undo and replay make the same bytes again, and another class code makes others.
func TestUndoAndReplay(t *testing.T) {
	l := begin(t, "K7-RIVER")
	l.do("doorstep", "pick", Args{Name: "Lena Pask"})
	l.do("breach", "send", Args{N: 3})
	three := l.bytesOf()
	l.do("breach", "send", Args{N: 2})
	two := l.bytesOf()
	l.do("class", "undo", Args{Name: "breach"})
	if l.events[0].Kind != "cleared" || !slices.Equal(l.bytesOf(), three) || l.last.Numbers["breach.sent"] != 3 {
		t.Errorf("undo: %v, %v", l.events[0], l.last)
	}
	if e := l.of("replaying", ""); len(e) != 1 || e[0].N != 1 || e[0].Of != 1 || e[0].Station != "class" {
		t.Errorf("undo tells of what it does again: %+v", e)
	}
	l.do("breach", "send", Args{N: 1})
	l.do("breach", "send", Args{N: 1})
	if !slices.Equal(l.bytesOf(), two[2:]) {
		t.Error("one by one is another thing than two at once")
	}
	l.do("breach", "bet", Args{Name: "escrow key", N: 3})
	if err := l.try("breach", "bet", Args{Name: "escrow key", N: 4}); err != "desk: this bet is locked" {
		t.Error(err)
	}
	l.do("class", "log", Args{})
	var log []Request
	if err := json.Unmarshal([]byte(l.last.Text["log"]), &log); err != nil || len(log) != 5 {
		t.Fatalf("%v: %s", err, l.last.Text["log"])
	}
	again := begin(t, "A2-OTTER")
	again.do("class", "replay", Args{Code: "k7-river", Log: log})
	if got := again.bytesOf(); !slices.Equal(got, append(slices.Clone(three), two...)) {
		t.Errorf("%d envelopes again", len(got))
	}
	if e := again.of("replaying", ""); len(e) != len(log) || e[2].N != 3 || e[2].Of != len(log) {
		t.Errorf("replay tells of what it does: %+v", e)
	}
	other := begin(t, "A2-OTTER")
	other.do("breach", "send", Args{N: 3})
	if slices.Equal(other.bytesOf(), three) {
		t.Error("two class codes have the same bytes")
	}
	l.do("class", "reset", Args{Name: "breach"})
	if len(l.bytesOf()) != 0 {
		t.Error("a reset sends")
	}
	if err := again.try("class", "replay", Args{Log: []Request{{Station: "breach", Do: "steal"}}}); !strings.HasPrefix(err, "desk: action 1 of the log, breach steal: ") {
		t.Error(err)
	}
}

// Two stations may have one name for two things: what a log says of both stays apart. What is done before an error stays.
func TestReplayKeepsStationsApart(t *testing.T) {
	l := begin(t, "K7-RIVER")
	bet := func(station string) Request { return Request{station, "bet", Args{Name: "guess"}} }
	log := []Request{bet("tracing"), {"tracing", "guess", Args{}}, bet("recovery"), {"recovery", "guess", Args{}}}
	l.do("class", "replay", Args{Log: log})
	for name, want := range map[string]int{"tracing.guess.of": theTraced().Guess.Of, "recovery.guess.of": len(theRobbed().Vaults)} {
		if got := l.last.Numbers[name]; got != float64(want) {
			t.Errorf("%s is %v, expected %d", name, got, want)
		}
	}
	old := slices.Delete(slices.Clone(log), 2, 3) // of a version that needed no bet
	if err := l.try("class", "replay", Args{Log: old}); err != "desk: action 3 of the log, recovery guess: bet first" {
		t.Error(err)
	}
	if l.last.Numbers["tracing.guess.of"] == 0 || len(l.desk.log) != 2 {
		t.Errorf("%d actions are done, and say %v", len(l.desk.log), l.last.Numbers)
	}
}

// A key that was copied by hand opens the left column on another computer with the same code, and in no other town.
func TestCard(t *testing.T) {
	l := begin(t, "K7-RIVER")
	l.do("breach", "send", Args{N: 5})
	if err := l.try("breach", "card", Args{}); err != "desk: steal the escrow key first" {
		t.Error(err)
	}
	l.do("breach", "bet", Args{Name: "escrow key"})
	l.do("breach", "steal", Args{Name: "escrow key"})
	l.do("breach", "card", Args{})
	if code, err := qr.Encode(l.last.Text["key"]); err != nil || !strings.Contains(l.last.Text["qr"], "M4 4h7v1h-7z") || l.last.Numbers["qr"] != float64(len(code)+8) {
		t.Errorf("the QR code is %.40q, %v wide", l.last.Text["qr"], l.last.Numbers["qr"])
	}
	group := l.last.Text["group"]
	if len(strings.ReplaceAll(group, " ", "")) != 58 || !strings.HasPrefix(l.last.Text["key"], cardPrefix) {
		t.Errorf("%q", group)
	}
	other := begin(t, "K7-RIVER")
	other.do("breach", "send", Args{N: 4})
	for _, typed := range []string{group, strings.ToLower(group), l.last.Text["key"], strings.ReplaceAll(group, " ", "-")} {
		other.do("breach", "use", Args{Text: typed})
		if other.last.Text["say"] != "card.opens" || other.last.Numbers["card.open"] != 4 || other.of("opened", with)[3].Text != theTown().messages[3].Text {
			t.Errorf("%q: %+v", typed, other.last)
		}
	}
	for i := range group {
		if group[i] == ' ' {
			continue
		}
		slip := []byte(group)
		slip[i] = map[bool]byte{true: 'P', false: 'Q'}[slip[i] == 'Q']
		other.do("breach", "use", Args{Text: string(slip)})
		if other.last.Text["say"] != "card.slip" {
			t.Errorf("character %d is wrong: %+v", i, other.last)
		}
	}
	stranger := begin(t, "A2-OTTER")
	stranger.do("breach", "send", Args{N: 4})
	stranger.do("breach", "use", Args{Text: group})
	if stranger.last.Text["say"] != "card.other" {
		t.Errorf("%+v", stranger.last)
	}
}

func TestCodes(t *testing.T) {
	for range 200 {
		code := DrawCode()
		if got, err := parseCode(" " + strings.ToLower(code)); err != nil || got != code {
			t.Fatalf("%s: %s, %v", code, got, err)
		}
	}
}

// The people of the doorstep are of the town, each with a message.
func TestDoorstep(t *testing.T) {
	l := begin(t, "K7-RIVER")
	l.do("doorstep", "people", Args{})
	if len(l.events) != 5 {
		t.Fatalf("%d people", len(l.events))
	}
	for _, e := range l.events {
		if e.Index < 0 || theTown().messages[e.Index].From != e.Name {
			t.Errorf("%+v", e)
		}
	}
	l.do("doorstep", "pick", Args{Name: "Walt Groome"})
	if l.last.Text["picked"] != "Walt Groome" {
		t.Errorf("%+v", l.last)
	}
}
