package desk

import (
	"encoding/json"
	"testing"
)

// locked are bets, without which these stations reveal nothing.
var locked = []Request{
	{"tracing", "bet", Args{Name: "chain retype"}}, {"tracing", "bet", Args{Name: "town"}}, {"tracing", "bet", Args{Name: "report"}},
	{"recovery", "bet", Args{Name: "guess"}}, {"recovery", "bet", Args{Name: "theft recovery sheet: sheet"}},
	{"groups", "bet", Args{Name: "hiding"}}, {"groups", "bet", Args{Name: "removed"}},
}

// FuzzAnswer: whatever the request is, the answer is a response, and a panic none.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"station":"class","do":"draw"}`, `{"station":"class","do":"replay","args":{"log":[{"station":"breach","do":"send","args":{"n":1}}]}}`,
		`{"station":"breach","do":"send","args":{"n":2}}`, `{"station":"breach","do":"bet","args":{"name":"escrow key","n":1}}`,
		`{"station":"breach","do":"use","args":{"text":"FE7W 48JL"}}`, `{"station":"leaf","do":"call"}`, `{"station":"generator","do":"find","args":{"n":17}}`,
		`{"station":"scanning","do":"rates","args":{"rate":1e308,"people":-1}}`, `{"station":"dial","do":"deal","args":{"n":-5,"k":99}}`,
		`{"station":"ratchet","do":"theft","args":{"at":-1}}`,
		`{"station":"tracing","do":"chain","args":{"name":"retype","n":1}}`, `{"station":"tracing","do":"report","args":{"n":1}}`,
		`{"station":"recovery","do":"theft","args":{"name":"recovery sheet: sheet","n":1}}`, `{"station":"recovery","do":"guess","args":{"n":1}}`,
		`{"station":"groups","do":"ghost","args":{"name":"hiding","at":14,"n":1}}`, `{"station":"groups","do":"removed","args":{"at":15,"n":1}}`,
		`{"station":"groups","do":"bet","args":{"name":"one","n":3,"list":[-1]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, request []byte) {
		if r, err := parse(request); err == nil && (r.Do == "run" || r.Do == "replay" || r.Args.N == 0 || r.Args.N > 3) && r.Station != "class" {
			return // what takes long
		}
		d := Desk{code: "K7-RIVER", log: locked}
		defer d.Close()
		for range 2 {
			var r Response
			if err := json.Unmarshal(d.Answer(t.Context(), request, func(event []byte) {
				if !json.Valid(event) {
					t.Errorf("an event %q", event)
				}
			}), &r); err != nil {
				t.Fatal(err)
			}
		}
	})
}
