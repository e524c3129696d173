package desk

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"doormat/attacks"
	backup "doormat/attacks/backup"
	attack "doormat/attacks/recovery"
	"doormat/examples/internal/seed"
	"doormat/noescrow/recovery"
)

// What the station shows of stolen backups is what the library measures: written with -measure, and compared.
func TestBackupsAreMeasured(t *testing.T) {
	defer seed.Use("doormat classroom recovery")() // as how soon a PIN is found depends on it
	same(t, "recovery.json", measureBackups(t))
}

// Of the town every seventh message is sent. All people are among them.
const backupSample = 7

// measureBackups has the town make backups in four ways, and steals them.
func measureBackups(t *testing.T) (m robbed) {
	var messages []attacks.Message
	for i, message := range theTown().messages {
		if i%backupSample == 0 {
			messages = append(messages, message)
		}
	}
	people := theTown().people
	m.People, m.Messages = len(people), len(messages)
	m.Vaults = measureGuesses(t)
	// rob sends the messages, and measures thefts after the last.
	rob := func(system attacks.System, names ...attacks.TheftName) (all []*attacks.Exposure) {
		stage := attacks.NewStage(system, Victim, nil)
		defer stage.Close()
		for _, p := range people {
			if err := stage.Enrol(p); err != nil {
				t.Fatal(err)
			}
		}
		for _, message := range messages {
			if err := stage.Send(message); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range names {
			stolen, err := stage.Steal(name)
			if err != nil {
				t.Fatal(err)
			}
			e, err := stage.Expose(context.Background(), stolen)
			if err != nil || e.Wrong != 0 {
				t.Fatalf("%s: %d wrong claims, %v", name, e.Wrong, err)
			}
			all = append(all, e)
		}
		return all
	}
	for _, x := range []struct {
		system attacks.System
		thefts []attacks.TheftName
	}{
		{backup.New(), []attacks.TheftName{backup.Store, backup.MasterKey}},
		{attack.NewVault(2), []attacks.TheftName{attack.Store, attack.OneServer, attack.Servers}},
		{attack.NewFriends(), []attacks.TheftName{attack.OneFriend, attack.KFriends}},
		{attack.NewSheet(), []attacks.TheftName{attack.Paper}},
	} {
		for _, e := range rob(x.system, x.thefts...) {
			m.Thefts = append(m.Thefts, backupRow{e.System, string(e.Theft), e.People.N, e.Readable().N, e.Operations, e.Noticed.Who})
		}
	}
	opened := rob(backup.NewCareful(Victim), backup.MasterKey)[0].Opened
	for i, message := range messages {
		if message.From == Victim || message.To == Victim {
			m.Careful.Hers++
			if opened[i] {
				m.Careful.Open++
			}
		}
	}
	return m
}

// A theft of backups tells what recovery.json has. With the provider's key, and with two servers, everybody is read;
// with one server or one friend, nobody.
func TestBackupThefts(t *testing.T) {
	l := begin(t, "K7-RIVER")
	m := theRobbed()
	everyone := m.People
	for i, name := range BackupThefts() {
		if err := l.try("recovery", "theft", Args{Name: name}); err != "desk: bet first" {
			t.Error(err)
		}
		l.do("recovery", "bet", Args{Name: "theft " + name, N: 3})
		l.do("recovery", "theft", Args{Name: name})
		e, want := l.of("backup", "")[0], m.Thefts[i]
		if e.N != want.N || e.People != want.People || e.Of != m.Messages || e.Victims != everyone || e.Noticed != want.Noticed || l.last.Numbers["robbed.people"] != float64(want.People) {
			t.Errorf("%+v, expected %+v", e, want)
		}
	}
	for name, want := range map[string]int{
		backup.Name + ": " + string(backup.Store): 0, backup.Name + ": " + string(backup.MasterKey): everyone,
		attack.Vault + ": " + string(attack.OneServer): 0, attack.Vault + ": " + string(attack.Servers): everyone,
		attack.Friends + ": " + string(attack.OneFriend): 0,
	} {
		l.do("recovery", "theft", Args{Name: name})
		if got := l.of("backup", "")[0].People; got != want {
			t.Errorf("%s: %d people are read, expected %d", name, got, want)
		}
	}
	if n := l.last.Numbers; n["robbed.hers"] == 0 || n["robbed.open"] != n["robbed.hers"] {
		t.Errorf("of one who makes no backup: %v", n)
	}
	for _, name := range []string{"", "moon", strings.Repeat("x", 1000)} {
		if err := l.try("recovery", "theft", Args{Name: name}); err == "" || len(err) > 200 {
			t.Errorf("%.20q: %s", name, err)
		}
	}
}

// A thief with ten guesses opens whose PIN is one of the ten commonest, and erases the others' keys, to the owners too.
func TestGuessPINs(t *testing.T) {
	l := begin(t, "K7-RIVER")
	if err := l.try("recovery", "guess", Args{}); err != "desk: bet first" {
		t.Error(err)
	}
	l.do("recovery", "bet", Args{Name: "guess", N: 4})
	l.do("recovery", "guess", Args{})
	opened := 0
	for i, e := range l.of("vault", "") {
		at := slices.IndexFunc(commonPINs, func(c common) bool { return c.pin == e.Text })
		want := at + 1
		if at < 0 {
			want = len(commonPINs)
		} else {
			opened++
		}
		if e.Name != theTown().people[i] || e.N != want || e.Flags[0] != (at >= 0) || e.Flags[1] != (at < 0) {
			t.Errorf("%+v", e)
		}
	}
	of := len(theTown().people)
	if n := l.last.Numbers; len(l.of("vault", "")) != of || n["guess.opened"] != float64(opened) || n["guess.lost"] != float64(of-opened) || n["guess.of"] != float64(of) || opened == 0 {
		t.Errorf("%d open: %v", opened, n)
	}
	if err := l.try("recovery", "dance", Args{}); err != `desk: there is no action "dance" here` {
		t.Error(err)
	}
	l.do("class", "undo", Args{Name: "recovery"})
	if l.events[0].Kind != "cleared" || l.last.Numbers["recovery.guess.of"] != 0 {
		t.Errorf("%+v", l.last)
	}
}

// A common is a PIN that many choose.
type common struct {
	pin   string
	share int // of ten thousand people
}

// commonPINs are the ten commonest of four digits (DataGenetics, 2012).
var commonPINs = []common{
	{"1234", 1071}, {"1111", 602}, {"0000", 188}, {"1212", 120}, {"7777", 75}, {"1004", 62}, {"2000", 61}, {"4444", 53}, {"2222", 52}, {"6969", 51},
}

// drawPIN draws a PIN as people choose them: one of the commonest as often as they do, else any.
func drawPIN() string {
	var b [4]byte
	rand.Read(b[:])
	at := int(binary.BigEndian.Uint16(b[:]) % 10_000)
	for _, c := range commonPINs {
		if at < c.share {
			return c.pin
		}
		at -= c.share
	}
	return fmt.Sprintf("%04d", binary.BigEndian.Uint16(b[2:])%10_000)
}

// measureGuesses has a thief try the commonest PINs on each person's vault, and then the owner the right one. The vault
// has three servers, of whom two give the key back, and ten guesses.
func measureGuesses(t *testing.T) (list []vault) {
	for _, person := range theTown().people {
		v := &recovery.Vault{Threshold: 2, Guesses: 10, Account: []byte(person), Cost: recovery.Cost{Memory: 8, Passes: 1}}
		for range 3 {
			server := recovery.NewServer(new(recovery.Memory))
			v.Servers = append(v.Servers, func(request []byte) ([]byte, error) { return server.Handle(v.Account, request) })
		}
		x := vault{Person: person, PIN: drawPIN()}
		if err := v.Store([]byte(x.PIN), []byte(person)); err != nil {
			t.Fatal(err)
		}
		for _, c := range commonPINs {
			secret, err := v.Recover([]byte(c.pin))
			x.Guesses++
			if err == nil && string(secret) == person {
				x.Open = true
				break
			}
			if wrong := new(recovery.WrongPIN); !errors.As(err, &wrong) {
				t.Fatal(err)
			}
		}
		_, err := v.Recover([]byte(x.PIN))
		x.Lost = errors.Is(err, recovery.ErrNoGuesses)
		if err != nil && !x.Lost {
			t.Fatal(err)
		}
		list = append(list, x)
	}
	return list
}
