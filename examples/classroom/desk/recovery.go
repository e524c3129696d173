package desk

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

// A backups is the station of recovery: who can bring back the history of a lost phone.
type backups struct{}

func (backups) close() {}

func (backups) do(t *turn, do string, a Args) error {
	switch do {
	case "guess":
		if _, err := t.bet("guess"); err != nil {
			return err
		}
		guessPINs(t)
		return nil
	case "theft":
		return backupTheft(t, a.Name)
	}
	return errUnknown(do)
}

// recovery.json is what packages attacks/recovery, attacks/backup and noescrow/recovery measure: see
// TestBackupsAreMeasured, which writes it with -measure. Their code would make the page larger by an eighth of a megabyte.
//
//go:embed recovery.json
var recoveryJSON []byte

// A robbed is the content of recovery.json.
type robbed struct {
	People, Messages int
	Vaults           []vault
	Thefts           []backupRow
	Careful          struct{ Hers, Open int } // messages of one who makes no backup, and those that open all the same
}

// A vault is what a thief who may guess ten times finds, and then the owner.
type vault struct {
	Person, PIN string
	Guesses     int  // that were made
	Open        bool // to the thief
	Lost        bool // to the owner, who has the right PIN
}

// A backupRow is what a theft of backups opens.
type backupRow struct {
	System, Theft string
	People, N     int // people whose messages open, and messages
	Operations    int64
	Noticed       string
}

// id is the name of a theft on the page.
func (r backupRow) id() string { return r.System + ": " + r.Theft }

var theRobbed = sync.OnceValue(func() (m robbed) {
	if err := json.Unmarshal(recoveryJSON, &m); err != nil {
		panic("desk: internal error: recovery.json: " + err.Error())
	}
	return m
})

// BackupThefts returns the names of the thefts of backups.
func BackupThefts() (names []string) {
	for _, r := range theRobbed().Thefts {
		names = append(names, r.id())
	}
	return names
}

// guessPINs tells what a thief finds who tries the commonest PINs at everybody's vault.
func guessPINs(t *turn) {
	list := theRobbed().Vaults
	opened, lost := 0, 0
	for i, v := range list {
		if v.Open {
			opened++
		}
		if v.Lost {
			lost++
		}
		t.event(Event{Kind: "vault", Index: i, Name: v.Person, Text: v.PIN, N: v.Guesses, Flags: []bool{v.Open, v.Lost}})
	}
	t.number("guess.opened", float64(opened))
	t.number("guess.lost", float64(lost))
	t.number("guess.of", float64(len(list)))
	t.measured("guess", opened, len(list))
}

// backupTheft tells what a theft of backups opens.
func backupTheft(t *turn, name string) error {
	m := theRobbed()
	i := slices.IndexFunc(m.Thefts, func(r backupRow) bool { return r.id() == name })
	if i < 0 {
		return fmt.Errorf("there is no theft %.40q", name)
	}
	if _, err := t.bet("theft " + name); err != nil {
		return err
	}
	r := m.Thefts[i]
	t.event(Event{Kind: "backup", Index: i, Name: name, N: r.N, Of: m.Messages, People: r.People, Victims: m.People, Operations: r.Operations, Noticed: r.Noticed})
	t.text("robbed.name", name)
	t.number("robbed.people", float64(r.People))
	t.number("robbed.of", float64(m.People))
	t.number("robbed.hers", float64(m.Careful.Hers))
	t.number("robbed.open", float64(m.Careful.Open))
	t.measured("theft "+name, r.People, m.People)
	return nil
}
