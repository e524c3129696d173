package desk

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"doormat/noescrow"
	"doormat/noescrow/franking"
)

// A tracing is the station of originators: who is named as the writer of a text that was forwarded, and what a
// recipient can prove instead.
type tracing struct{}

func (tracing) close() {}

func (tracing) do(t *turn, do string, a Args) error {
	about, run := do, map[string]func(*turn) error{"town": traceTown, "guess": guessTexts, "report": reportOne}[do]
	if do == "chain" {
		if !slices.Contains(hows, a.Name) {
			return fmt.Errorf("expected one of %q, found %.40q", hows, a.Name)
		}
		about = "chain " + a.Name
		run = func(t *turn) error { return traceChain(t, a.Name) }
	}
	if run == nil {
		return errUnknown(do)
	}
	if _, err := t.bet(about); err != nil {
		return err
	}
	return t.drawing(about, func() error { return run(t) })
}

// measured tells what a bet is compared with.
func (t *turn) measured(about string, n, of int) {
	t.event(Event{Kind: "measured", Name: about, N: n, Of: of})
}

// Chain are the people of a chain of forwards: the first writes, and the last but one reports. The last takes no part.
var Chain = []string{"Graham Tranter", "Nadia Brook", "Neil Pask", "Marta Lind", "Walt Groome", "Dario Fenn"}

// hows are what the third of the chain may do with what he was sent: send it on, type it again, alter a character of it,
// or type it again with a client that names the last.
var hows = []string{"forward", "retype", "alter", "frame"}

// tracing.json is what package attacks/traceback measures: see TestTracingIsMeasured, which writes it with -measure. To
// link the package would make the library larger by a tenth of a megabyte.
//
//go:embed tracing.json
var tracingJSON []byte

// A traced is the content of tracing.json.
type traced struct {
	Chain map[string][]origin // by what the third does: one a design
	Town  struct {
		People, Messages int
		Rows             []row
	}
	Guess guessed
}

// A guessed is what a thief finds in the table of hashes.
type guessed struct {
	Opened, Of    int // messages whose text is guessed
	Guesses       int
	Tried         int    // numbers
	Number        string // that is found
	Sender        string
	Salted, Wrong int // with a salt of each person's: messages whose text is guessed, or for which another is named
}

// An origin is whom a design names.
type origin struct{ Design, Named string }

// A row is what a way to trace names: the question of the authority, which is the first of a design, or a theft.
type row struct {
	Design, Used string
	People       int // who are named for the leaflet, to the authority
	Named, Of    int // messages whose writer is named
	Wrong        int // messages for which another is named
}

var theTraced = sync.OnceValue(func() (m traced) {
	if err := json.Unmarshal(tracingJSON, &m); err != nil {
		panic("desk: internal error: tracing.json: " + err.Error())
	}
	return m
})

// traceChain tells who is named in each design.
func traceChain(t *turn, how string) error {
	right := 0
	list := theTraced().Chain[how]
	for i, o := range list {
		is := o.Named == Chain[0]
		t.event(Event{Kind: "named", Name: o.Design, Index: i, Text: how, Blamed: o.Named, Exists: is})
		if is {
			right++
		}
	}
	t.text("chain.how", how)
	t.number("chain.right", float64(right))
	t.number("chain.of", float64(len(list)))
	t.measured("chain "+how, right, len(list))
	return nil
}

// traceTown tells what each way to trace names in the town.
func traceTown(t *turn) error {
	town, most, last := theTraced().Town, 0, ""
	for i, r := range town.Rows {
		asked := r.Design != last
		last = r.Design
		if asked {
			most = max(most, r.People)
		}
		t.event(Event{Kind: "traced", Name: r.Design, Index: i, Text: r.Used, People: r.People, Victims: town.People, N: r.Named, Of: r.Of, Wrong: r.Wrong, Exists: asked})
	}
	t.number("town.most", float64(most))
	t.number("town.people", float64(town.People))
	t.measured("town", most, town.People)
	return nil
}

// guessTexts tells what a thief of the table of hashes guesses.
func guessTexts(t *turn) error {
	g := theTraced().Guess
	for name, n := range map[string]int{"opened": g.Opened, "of": g.Of, "guesses": g.Guesses, "tried": g.Tried, "salted": g.Salted, "wrong": g.Wrong} {
		t.number("guess."+name, float64(n))
	}
	t.text("guess.number", g.Number)
	t.text("guess.sender", g.Sender)
	t.measured("guess", g.Opened, g.Of)
	return nil
}

// reportMessages are how many of the town's messages pass the provider that judges reports.
const reportMessages = 20

// A franked is a message as its recipient has it, and what the provider saw of it.
type franked struct {
	plaintext  []byte
	commitment franking.Commitment
	context    franking.Context
	stamp      franking.Stamp
}

func (m franked) report() []byte {
	return franking.NewReport(m.plaintext, m.commitment, m.context, m.stamp)
}

// frank seals a message, and has the provider stamp it.
func frank(provider *franking.Provider, text string, x franking.Context) (franked, error) {
	plaintext, c, err := franking.Seal(franking.Message{Text: []byte(text)})
	return franked{plaintext, c, x, provider.Stamp(c, x)}, err
}

// reportOne has a recipient report one message, truly and in other ways, and then tries to open all others with what
// the report has shown.
func reportOne(t *turn) error {
	provider := franking.NewProvider()
	ids := map[string]noescrow.Identity{}
	for _, p := range theTown().people {
		ids[p] = noescrow.NewDevice().Identity()
	}
	var passed []franked
	for _, m := range theTown().messages[:reportMessages] {
		f, err := frank(provider, m.Text, franking.Context{From: ids[m.From], To: ids[m.To], At: m.At})
		if err != nil {
			return err
		}
		passed = append(passed, f)
	}
	honest := passed[0]
	worded, sender, dated := honest, honest, honest
	worded.plaintext = append(slices.Clone(honest.plaintext[:len(honest.plaintext)-1]), '!')
	sender.context.From = ids[Chain[5]]
	dated.context.At = dated.context.At.AddDate(0, 0, -1)
	stolen, err := franking.ParseProvider(provider.RecoveryKey())
	if err != nil {
		return err
	}
	never, err := frank(stolen, "I never wrote this.", franking.Context{From: ids[Chain[5]], To: ids[Chain[4]], At: honest.context.At})
	if err != nil {
		return err
	}
	believed := 0
	reports := []struct {
		name string
		franked
	}{{"honest", honest}, {"text", worded}, {"sender", sender}, {"date", dated}, {"key", never}}
	for i, r := range reports {
		m, _, err := provider.Judge(r.report())
		if err == nil {
			believed++
		}
		t.event(Event{Kind: "report", Index: i, Name: r.name, Text: string(m.Text), Flags: []bool{err == nil}})
	}
	opened, tries := guessWith(honest, passed)
	first := theTown().messages[0]
	t.text("report.from", first.From)
	t.text("report.to", first.To)
	t.text("report.text", first.Text)
	t.number("report.of", float64(len(reports)))
	t.number("report.believed", float64(believed))
	t.number("report.opened", float64(opened))
	t.number("report.messages", reportMessages)
	t.number("report.tries", float64(tries))
	t.measured("report", believed, len(reports))
	return nil
}

// guessWith tries every text on every commitment, with the key that a report has shown. It returns how many messages
// open.
func guessWith(reported franked, passed []franked) (opened, tries int) {
	shown := reported.plaintext[:franking.Overhead]
	for _, m := range passed {
		fits := false
		for _, guess := range passed {
			tries++
			_, err := franking.Open(slices.Concat(shown, guess.plaintext[franking.Overhead:]), m.commitment)
			fits = fits || err == nil
		}
		if fits {
			opened++
		}
	}
	return opened, tries
}
