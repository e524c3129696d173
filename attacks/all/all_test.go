package all

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/backup"
	"doormat/attacks/clipper"
	"doormat/attacks/escrow"
	"doormat/attacks/franking"
	"doormat/attacks/messenger"
	"doormat/attacks/noescrow"
	"doormat/attacks/recovery"
	"doormat/attacks/threshold"
)

// folders are the packages of schemes: the folders of escrow and noescrow that hold code which is not
// a test's, and those two.
func folders(t *testing.T, root string) (all []string) {
	t.Helper()
	for _, top := range []string{"noescrow", "escrow"} {
		all = append(all, top)
		entries, err := os.ReadDir(filepath.Join(root, top))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			code, _ := filepath.Glob(filepath.Join(root, top, e.Name(), "*.go"))
			code = slices.DeleteFunc(code, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
			if e.IsDir() && len(code) > 0 && !strings.HasSuffix(e.Name(), "test") {
				all = append(all, top+"/"+e.Name())
			}
		}
	}
	return all
}

// missing lists what a scheme's folder should have beside it, and does not.
func missing(root, folder string, schemes []Scheme) (all []string) {
	i := slices.IndexFunc(schemes, func(s Scheme) bool { return s.Package == folder })
	if i < 0 {
		return []string{"a row in the table"}
	}
	name := filepath.Base(folder)
	for what, pattern := range map[string]string{
		"its attacks": "attacks/" + name + "/*.go",
		"its program": "examples/" + schemes[i].Program + "/main.go",
		"its mutants": folder + "/testdata/mutants/*.patch",
	} {
		if found, _ := filepath.Glob(filepath.Join(root, pattern)); len(found) == 0 {
			all = append(all, what+", "+pattern)
		}
	}
	return all
}

func TestEverySchemeIsWhole(t *testing.T) {
	root := filepath.Join("..", "..")
	all := folders(t, root)
	if len(all) < 9 {
		t.Fatalf("found the folders %q only", all)
	}
	for _, folder := range all {
		for _, what := range missing(root, folder, Schemes) {
			t.Errorf("%s: expected %s", folder, what)
		}
	}
	for _, s := range Schemes {
		if !slices.Contains(all, s.Package) {
			t.Errorf("%s: there is no folder %s", s.Name, s.Package)
		}
	}
	// The walk sees what is missing.
	if got := missing(root, "escrow/clipper", nil); len(got) != 1 {
		t.Errorf("without a row: %q", got)
	}
	if got := missing(t.TempDir(), "escrow/clipper", Schemes); len(got) != 3 {
		t.Errorf("in an empty folder: %q", got)
	}
}

// exposed has what thefts expose in the first system of each scheme, by the scheme's name: several tests look at it.
var exposed = map[string][]attacks.Exposure{}

// exposures returns what thefts expose in the first system of a scheme.
func exposures(t *testing.T, s Scheme) []attacks.Exposure {
	t.Helper()
	const n = 60
	if exposed[s.Name] == nil {
		exposed[s.Name] = attackstest.Run(t, s.Systems("Ana")[0], n, "Ana").Exposures
	}
	return exposed[s.Name]
}

// worstOf returns what the theft exposes that the scheme's row calls the worst.
func worstOf(t *testing.T, s Scheme) *attacks.Exposure {
	t.Helper()
	all := exposures(t, s)
	i := slices.IndexFunc(all, func(e attacks.Exposure) bool { return e.Theft == s.Worst })
	if i < 0 {
		t.Fatalf("%s has no theft %q", s.Name, s.Worst)
	}
	return &all[i]
}

// What a row says of the worst theft is so: it was tried to its end, and none that nobody notices opens more.
func TestWorst(t *testing.T) {
	for _, s := range Schemes {
		worst := worstOf(t, s)
		if worst.Noticed.Who != "" || worst.Only != "" || worst.Wrong != 0 || worst.Readable().N == 0 {
			t.Errorf("%s, %s: %+v", s.Name, s.Worst, worst)
		}
		for _, e := range exposures(t, s) {
			if e.Use == attacks.Taken && e.Noticed.Who == "" && e.Readable().N > worst.Readable().N {
				t.Errorf("%s: %s opens %v, and %s %v", s.Name, e.Theft, e.Readable(), s.Worst, worst.Readable())
			}
		}
	}
}

// The twins, and what rides on them, open the same to a thief who steals no escrow key. A warrant is
// what they are for, and differs.
func TestTheTwinsAreEqual(t *testing.T) {
	const n = 30
	for _, victim := range attackstest.Victims() {
		control := attackstest.Run(t, noescrow.New(), n, victim)
		for _, r := range []*attacks.Result{
			attackstest.Run(t, escrow.New(), n, victim),
			attackstest.Run(t, threshold.New(), n, victim),
			attackstest.Run(t, franking.New(), n, victim),
		} {
			for _, want := range control.Exposures {
				if want.Theft == attacks.WarrantName {
					continue
				}
				if want.Theft == messenger.Quantum && r.System == threshold.Name {
					continue // the agents' joint key is not post-quantum
				}
				e := attackstest.Exposure(t, r, want.Theft)
				attackstest.Same(t, r.System+", "+victim+", "+string(e.Theft), e.Opened, want.Opened)
				if e.Takes != want.Takes || e.Forged != want.Forged || e.Noticed != want.Noticed || e.People != want.People {
					t.Errorf("%s, %s: %+v, without escrow %+v", r.System, victim, e, want)
				}
			}
		}
		if control.Exposure(escrow.Key) != nil {
			t.Error("there is an escrow key where there is no escrow")
		}
		twins := escrow.NewActing()
		for i, system := range noescrow.NewActing() {
			want := attackstest.Run(t, system, n, victim).Exposures[0]
			e := attackstest.Exposure(t, attackstest.Run(t, twins[i], n, victim), want.Theft)
			attackstest.Same(t, victim+", "+string(e.Theft), e.Opened, want.Opened)
			if e.Takes != want.Takes || e.Forged != want.Forged || e.Noticed != want.Noticed || e.Lost != want.Lost || e.Inserted != want.Inserted {
				t.Errorf("%s: %+v, without escrow %+v", victim, e, want)
			}
		}
	}
}

// Targeted access is the same in both twins, and the key that signs updates opens in both what the escrow key opens.
// A log of updates leaves them to see.
func TestTargetedAccessIsEqual(t *testing.T) {
	const n = 30
	for _, victim := range attackstest.Victims() {
		control, twin := attackstest.Run(t, noescrow.NewTargeted(), n, victim), attackstest.Run(t, escrow.NewTargeted(), n, victim)
		if len(control.Exposures) != 9 || len(twin.Exposures) != len(control.Exposures) {
			t.Fatalf("%d ways, and %d with escrow", len(control.Exposures), len(twin.Exposures))
		}
		for i, want := range control.Exposures {
			e := twin.Exposures[i]
			attackstest.Same(t, victim+", "+string(e.Theft), e.Opened, want.Opened)
			if e.Theft != want.Theft || e.Takes != want.Takes || e.Forged != want.Forged || e.Noticed != want.Noticed || e.Collateral != want.Collateral || e.Wrong != 0 {
				t.Errorf("%s: %+v, without escrow %+v", victim, e, want)
			}
		}
		for _, system := range []attacks.System{noescrow.New(), escrow.New()} {
			r := attackstest.Run(t, system, n, victim)
			update, implant := attackstest.Exposure(t, r, messenger.UpdateKey), attackstest.Exposure(t, r, messenger.ImplantName)
			if update.Readable().N != n || implant.Readable().N != implant.Victims.Of || implant.Collateral.Messages.N != 0 {
				t.Errorf("%s, %s: the update key opens %v, an implant %v", r.System, victim, update.Readable(), implant.Readable())
			}
			for e, want := range map[*attacks.Exposure]attacks.Answer{update: attacks.Either, implant: attacks.No} {
				if got := e.Finding().Answer(); got != want {
					t.Errorf("%s, %s: %v by the definition, expected %v: %v", r.System, e.Theft, got, want, e.Finding())
				}
			}
		}
	}
}

// On the stage of every system a theft can happen several times, be exposed again as messages are added,
// and forge. Without -long, of each scheme the honest system alone.
func TestEverySystemOnTheStage(t *testing.T) {
	const n = 4
	talk := attackstest.Talk(n)
	var systems []attacks.System
	for _, s := range Schemes {
		all := s.Systems("Ana")
		if !*attackstest.Long {
			all = all[:1]
		}
		systems = append(systems, all...)
	}
	for _, system := range systems {
		s := attacks.NewStage(system, "Ana", nil)
		for _, p := range attackstest.People {
			if err := s.Enrol(p); err != nil {
				t.Fatalf("%s: %v", s.System(), err)
			}
		}
		var stolen []*attacks.Stolen
		opened := map[*attacks.Stolen]int{}
		for i, m := range talk {
			if err := s.Send(m); err != nil {
				t.Fatalf("%s: message %d: %v", s.System(), i, err)
			}
			if i != n/2 && i != n-1 {
				continue
			}
			for _, th := range s.Thefts() {
				if th.Act != nil && len(stolen) > 0 {
					continue // one thief on the wire: of two, each takes the other's texts for the people's
				}
				now, err := s.Steal(th.Name)
				if err != nil {
					t.Fatalf("%s: %v", s.System(), err)
				}
				stolen = append(stolen, now)
			}
			for _, then := range stolen {
				e, err := s.Expose(t.Context(), then)
				if err != nil {
					t.Fatalf("%s: %v", s.System(), err)
				}
				of := attacks.Count{N: e.Readable().N, Of: i + 1}
				if e.Wrong != 0 || e.Readable() != of || e.Before.Of != then.Moment {
					t.Errorf("%s after message %d: %+v", s.System(), i, e)
				}
				if e.Readable().N < opened[then] {
					t.Errorf("%s, %s: %d messages open, and %d did before", s.System(), e.Theft, e.Readable().N, opened[then])
				}
				opened[then] = e.Readable().N
				if i < n-1 {
					continue // an accepted forgery would be part of the conversation
				}
				if _, err := s.Forge(then); err != nil {
					t.Fatalf("%s: %v", s.System(), err)
				}
			}
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: %v", s.System(), err)
		}
	}
}

// What a person can inspect is all that is on the device: nothing that malware copies is missing from it,
// and none of the constants that an authority has put there.
func TestInspectIsAllThatIsOnTheDevice(t *testing.T) {
	for _, s := range Schemes {
		for _, system := range s.Systems("Ana") {
			stage := attacks.NewStage(system, "Ana", nil)
			for _, p := range attackstest.People {
				if err := stage.Enrol(p); err != nil {
					t.Fatal(err)
				}
			}
			for i, m := range attackstest.Talk(6) {
				if err := stage.Send(m); err != nil {
					t.Fatalf("%s: message %d: %v", stage.System(), i, err)
				}
			}
			view, err := system.Inspect("Ana")
			if err != nil {
				t.Fatal(err)
			}
			for _, th := range stage.Thefts() {
				if th.Name != attacks.DeviceKeys && th.Name != clipper.FamilyKey { // the latter is in every chip
					continue
				}
				loot, err := th.Steal()
				if err != nil {
					t.Fatal(err)
				}
				for _, record := range attackstest.Records(t, loot) {
					if len(record) == 0 || !bytes.Contains(view, record) {
						t.Errorf("%s: %d bytes of the theft %q are not on the device", stage.System(), len(record), th.Name)
					}
				}
			}
			if err := stage.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// Recovery by consent is told from a backup that the provider opens, by the sentence that defines a
// backdoor: one party alone, content of others, without their knowledge. What one party has alone, the
// provider, a server or a friend, opens nothing there, and everything of the past here.
func TestOnePartyAlone(t *testing.T) {
	const n = 60
	alone := []attacks.TheftName{backup.Store, backup.MasterKey, recovery.Store, recovery.OneServer, recovery.OneFriend}
	for _, s := range Schemes {
		if s.Program != "recovery" {
			continue
		}
		for _, system := range s.Systems("Ana") {
			r := attackstest.Run(t, system, n, "Ana")
			opens, looked := 0, 0
			for _, theft := range alone {
				if e := r.Exposure(theft); e != nil {
					looked++
					opens = max(opens, e.Readable().N)
				}
			}
			want := 0
			if s.Package == "escrow/backup" {
				want = n / 2
			}
			if opens != want || looked == 0 {
				t.Errorf("%s: one party alone opens %d messages, expected %d", r.System, opens, want)
			}
		}
	}
}

func TestNamesOfTheftsAreOne(t *testing.T) {
	if backup.Store != recovery.Store {
		t.Errorf("%q and %q", backup.Store, recovery.Store)
	}
	seen := map[string]bool{}
	for _, s := range Systems("Ana") {
		names := map[attacks.TheftName]bool{}
		for _, th := range s.Thefts("Ana") {
			if names[th.Name] || th.Name == "" || th.Takes == "" {
				t.Errorf("%s: the theft %q, which takes %q", s.Name(), th.Name, th.Takes)
			}
			names[th.Name] = true
		}
		seen[s.Name()] = true
	}
	for _, want := range []string{noescrow.Name, escrow.Name} {
		if !seen[want] {
			t.Errorf("there is no system %q", want)
		}
	}
}
