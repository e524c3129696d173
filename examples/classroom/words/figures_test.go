package words

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// Each figure on a debate card that says what a run shows is one that was measured.
func TestFiguresAreMeasured(t *testing.T) {
	file, err := os.ReadFile("../matrix.json")
	if err != nil {
		t.Fatal(err)
	}
	var measured struct {
		Systems []struct {
			Name string
			Rows []struct {
				Theft         string
				N, Of, People int
			}
		}
	}
	if err := json.Unmarshal(file, &measured); err != nil {
		t.Fatal(err)
	}
	// of returns the messages that a theft opens, all messages, and the people whose messages open.
	of := func(system, theft string) (n, all, people int) {
		for _, s := range measured.Systems {
			for _, r := range s.Rows {
				if s.Name == system && r.Theft == theft {
					return r.N, r.Of, r.People
				}
			}
		}
		t.Fatalf("matrix.json has no theft %q of %q", theft, system)
		return 0, 0, 0
	}
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
		"d7":  {phone, week},
		"d9":  {copied, phone},
		"d11": {database, all},
		"d12": {acting, all},
	}
	for _, lang := range Languages {
		table, err := Load(lang)
		if err != nil {
			t.Fatal(err)
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
