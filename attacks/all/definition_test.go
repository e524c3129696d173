package all

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/backup"
	"doormat/attacks/escrow"
	"doormat/attacks/messenger"
	"doormat/attacks/mls"
	"doormat/attacks/noescrow"
	"doormat/attacks/recovery"
	"doormat/attacks/weakcipher"
)

// Every theft says which parties it takes: without, the definition cannot be asked.
func TestEveryTheftDeclaresItsParties(t *testing.T) {
	for _, s := range Schemes {
		for _, system := range s.Systems("Ana") {
			for _, th := range system.Thefts("Ana") {
				alone := slices.DeleteFunc(slices.Clone(th.Parties), func(p attacks.Party) bool { return p == attacks.Court })
				if len(alone) == 0 || slices.Contains(alone, "") {
					t.Errorf("%s, %s: expected the parties that it takes, found %q", system.Name(), th.Name, th.Parties)
				}
				if th.Name == attacks.WarrantName && !slices.Contains(th.Parties, attacks.Court) {
					t.Errorf("%s, %s: expected a court among %q", system.Name(), th.Name, th.Parties)
				}
			}
		}
	}
}

// definition begins the sentence of a package comment that says whether the worst theft is a backdoor.
const definition = "By the Commission's definition of a backdoor (attacks.Definition), "

// sentence is what a package comment should say of a theft.
func sentence(e *attacks.Exposure) string {
	is := strings.NewReplacer("yes", "is one", "no:", "is not one:").Replace(e.Finding().String())
	return definition + `"` + string(e.Theft) + `" ` + is + "."
}

// comment returns the package comment of a folder, as one line.
func comment(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, source, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.Fields(f.Doc.Text())...)
	}
	return strings.Join(all, " ")
}

// What a package says of itself is what its run says: each comment names the worst theft, and by which clause it
// is a backdoor or not. A package with several rows says it of each.
func TestPackageCommentsAgreeWithTheDefinition(t *testing.T) {
	said := map[string]map[string]bool{}
	for _, s := range Schemes {
		want := sentence(worstOf(t, s))
		if !strings.Contains(comment(t, s.Package), want) {
			t.Errorf("%s: expected in the package comment: %s", s.Package, want)
		}
		if said[s.Package] == nil {
			said[s.Package] = map[string]bool{}
		}
		said[s.Package][want] = true
	}
	for folder, sentences := range said {
		if found := strings.Count(comment(t, folder), definition); found != len(sentences) {
			t.Errorf("%s: expected %d sentences in the package comment, found %d", folder, len(sentences), found)
		}
	}
}

// The rows that people will look for. What is at a participant's is not a backdoor: the own messages, a
// member of a group, a phone that is taken. A radio with the key of all is.
func TestFindings(t *testing.T) {
	const n = 60
	for _, c := range []struct {
		system attacks.System
		says   map[attacks.TheftName]string
	}{
		{noescrow.New(), map[attacks.TheftName]string{
			attacks.WarrantName: "no: a user's device",
			messenger.Seizure:   "no: a user's device",
			messenger.Relay:     "no: 0 open",
		}},
		{noescrow.NewActing()[0], map[attacks.TheftName]string{messenger.ActingRelay: "yes, unless a chance to know counts"}},
		{escrow.New(), map[attacks.TheftName]string{
			escrow.Key:          "yes, for the authority",
			attacks.WarrantName: "yes, unless a court counts",
			messenger.Seizure:   "no: a user's device",
		}},
		{backup.New(), map[attacks.TheftName]string{backup.MasterKey: "yes, for the provider", backup.Store: "no: 0 open"}},
		{recovery.NewSheet(), map[attacks.TheftName]string{recovery.Paper: "no: one's own messages"}},
		{recovery.NewFriends(), map[attacks.TheftName]string{recovery.KFriends: "no: the provider and 2 friends"}},
		{mls.NewRemoved(), map[attacks.TheftName]string{mls.Removed: "no: a member of the group"}},
		{mls.NewInfiltrated(), map[attacks.TheftName]string{mls.Infiltration: "no: a member of the group"}},
		{weakcipher.NewTEA1(bits), map[attacks.TheftName]string{attacks.DeviceKeys: "yes, for the holder of one device"}},
	} {
		r := attackstest.Run(t, c.system, n, "Ana")
		for theft, want := range c.says {
			if got := attackstest.Exposure(t, r, theft).Finding().String(); got != want {
				t.Errorf("%s, %s: %s, expected %s", r.System, theft, got, want)
			}
		}
	}
}
