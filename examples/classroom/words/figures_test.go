package words

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// read reads what was measured.
func read(t *testing.T, name string, measured any) {
	t.Helper()
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, measured); err != nil {
		t.Fatal(err)
	}
}

// Each figure on a debate card that says what a run shows is one that was measured, and each card has some.
func TestFiguresAreMeasured(t *testing.T) {
	type row struct {
		Theft, Search, Noticed, Use string
		N, Of, People               int
	}
	var measured struct {
		Systems []struct {
			Name string
			Rows []row
		}
	}
	read(t, "../matrix.json", &measured)
	var traced struct {
		Town struct {
			People int
			Rows   []struct{ People int }
		}
	}
	read(t, "../desk/tracing.json", &traced)
	named := 0 // for one leaflet, by the design that names the most
	for _, r := range traced.Town.Rows {
		named = max(named, r.People)
	}
	find := func(system, theft string) row {
		for _, s := range measured.Systems {
			for _, r := range s.Rows {
				if s.Name == system && r.Theft == theft {
					return r
				}
			}
		}
		t.Fatalf("matrix.json has no theft %q of %q", theft, system)
		return row{}
	}
	// of returns the messages that a theft opens, all messages, and the people whose messages open.
	of := func(system, theft string) (n, all, people int) {
		r := find(system, theft)
		return r.N, r.Of, r.People
	}
	// bits returns the size of what is searched, in the year of the design.
	bits := func(system, theft string) (n int) {
		if _, err := fmt.Sscanf(find(system, theft).Search, "%d of %d bits", new(int), &n); err != nil {
			t.Fatalf("the search of %s: %v", system, err)
		}
		return n
	}
	silent, silentAll := 0, 0 // designs with a theft that nobody notices, and with one that opens everything
	for _, s := range measured.Systems {
		some, every := false, false
		for _, r := range s.Rows {
			if r.Use == "theft" && r.Noticed == "" {
				some = some || r.N > 0
				every = every || r.N == r.Of
			}
		}
		if some {
			silent++
		}
		if every {
			silentAll++
		}
	}
	stored := 0 // what opens to a thief of what a design stores to trace, hashes aside
	for _, design := range []string{"originator's tag", "path traceback", "tree traceback"} {
		n, _, _ := of(design, "trace store")
		stored = max(stored, n)
	}
	hashes, _, _ := of("table of hashes", "trace store")
	server, _, _ := of("MIKEY-SAKKE", "KMS")
	key, all, everyone := of("escrow", "escrow key")
	read, _, _ := of("escrow", "rogue sender")
	phone, _, around := of("no escrow", "device seizure")
	week, _, _ := of("no escrow", "device seizure, disappearing")
	copied, _, _ := of("no escrow", "device keys")
	database, _, _ := of("no escrow", "relay")
	acting, _, _ := of("no escrow", "relay, acting")
	want := map[string][]int{
		"d1":  {key, all, everyone},
		"d2":  {key, all},
		"d3":  {read, all, all - read},
		"d4":  {phone, around, key, everyone},
		"d5":  {silent, len(measured.Systems), silentAll},
		"d6":  {2, bits("export RC4", "wiretap"), 2, bits("Lotus Notes", "escrow key"), 2, bits("TEA1", "wiretap")},
		"d7":  {phone, week},
		"d8":  {database, all, server, all},
		"d9":  {copied, phone},
		"d10": {stored, all, hashes, named, traced.Town.People},
		"d11": {database, all},
		"d12": {acting, all},
	}
	for _, lang := range Languages {
		table, err := Load(lang)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; table.Has(fmt.Sprintf("debate.d%d-shows", n)); n++ {
			if card := fmt.Sprint("d", n); want[card] == nil {
				t.Errorf("the figures of card %s are compared with nothing", card)
			}
		}
		for card, figures := range want {
			text, err := table.Text("debate." + card + "-shows")
			if err != nil {
				t.Fatal(err)
			}
			if got := figuresIn(text); !slices.Equal(got, figures) {
				t.Errorf("%s.txt: card %s has the figures %v, measured are %v", lang, card, got, figures)
			}
		}
	}
}

// figuresIn returns the numbers in a text, in order.
func figuresIn(text string) (list []int) {
	for _, f := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsDigit(r) }) {
		n, _ := strconv.Atoi(f)
		list = append(list, n)
	}
	return list
}
