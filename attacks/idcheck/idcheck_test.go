package idcheck

import (
	"bytes"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/internal/testing/printed"
)

var systems = map[string]func() attacks.System{Documents: New, Attestations: NewAttestations}

// Each theft opens what the table in the package comment says.
func TestThefts(t *testing.T) {
	const n = 40
	for _, victim := range attackstest.Victims() {
		none := func(int, attacks.Message) bool { return false }
		past := func(i int, _ attacks.Message) bool { return i < n/2 }
		hers := func(i int, m attacks.Message) bool { return m.From == victim }
		herPast := func(i int, m attacks.Message) bool { return past(i, m) && hers(i, m) }
		wrote, before := attacks.NotOffered, attacks.NotOffered
		for i, m := range attackstest.Talk(n) {
			if hers(i, m) {
				wrote = attacks.Accepted
				if before == attacks.NotOffered {
					before = attacks.Refused
				}
				if past(i, m) {
					before = attacks.Accepted
				}
			}
		}
		refused := min(wrote, attacks.Refused)
		type want struct {
			opens  func(int, attacks.Message) bool
			forged attacks.Verdict
			notice string
		}
		for name, wants := range map[string]map[attacks.TheftName]want{
			Documents: {
				attacks.WarrantName: {hers, attacks.NotOffered, ""}, attacks.WiretapName: {none, refused, ""},
				messenger.OneSite: {none, attacks.NotOffered, ""}, messenger.AllSites: {none, attacks.NotOffered, ""},
				Files: {none, attacks.NotOffered, ""}, Insider: {herPast, attacks.NotOffered, ""}, Contractor: {past, before, ""},
				messenger.PhoneCopied: {herPast, wrote, ""}, messenger.Seizure: {hers, wrote, victim},
			},
			Attestations: {
				attacks.WarrantName: {hers, attacks.NotOffered, ""}, attacks.WiretapName: {none, refused, ""},
				messenger.OneSite: {none, attacks.NotOffered, ""}, messenger.AllSites: {none, attacks.NotOffered, ""},
				Provider: {none, attacks.NotOffered, ""}, ProviderAndSites: {past, attacks.NotOffered, ""},
				messenger.PhoneCopied: {herPast, attacks.NotOffered, ""}, messenger.Seizure: {hers, attacks.NotOffered, victim},
			},
		} {
			r := attackstest.Run(t, systems[name](), n, victim)
			if r.Named.N != 0 || len(r.Exposures) != len(wants) {
				t.Errorf("%s: %d visits are named on the wire, and %d thefts", name, r.Named.N, len(r.Exposures))
			}
			for theft, w := range wants {
				e := attackstest.Exposure(t, r, theft)
				attackstest.Same(t, name+", "+victim+", "+string(theft), e.Opened, attackstest.That(attackstest.Talk(n), w.opens))
				if e.Wrong != 0 || e.Noticed.Who != w.notice || e.Forged != w.forged {
					t.Errorf("%s, %s, %s: %d wrong, noticed by %q, forged %v; expected %+v", name, victim, theft, e.Wrong, e.Noticed.Who, e.Forged, w)
				}
			}
		}
	}
}

// A zero is not for want of trying.
func TestTried(t *testing.T) {
	for name, system := range systems {
		r := attackstest.Run(t, system(), 30, "Ana")
		for _, e := range r.Exposures {
			if e.Operations == 0 {
				t.Errorf("%s, %s: nothing was tried", name, e.Theft)
			}
		}
	}
}

// The names are right: each visitor's is the one in the provider's log.
func TestNames(t *testing.T) {
	const n = 30
	s := NewAttestations()
	r := attackstest.Run(t, s, n, "Ana")
	talk := attackstest.Talk(n)
	named := 0
	var operations int64
	err := eachNamed(r.Loot[ProviderAndSites], &operations, func(name string, v messenger.Visit, indexes map[[32]byte]int) {
		if i, ok := indexes[v.Connection]; !ok || talk[i].From != name {
			t.Errorf("%s is named for visit %d", name, i)
		}
		named++
	}, r.Transcript)
	if err != nil || named != n/2 {
		t.Errorf("%d visits are named, %v", named, err)
	}
}

func TestThiefHasBytes(t *testing.T) {
	for _, system := range systems {
		attackstest.ThiefHasBytes(t, system, 12)
	}
}

// Loot that was damaged is an error, or opens no more.
func TestDamagedLoot(t *testing.T) {
	const n = 12
	for name, system := range systems {
		s := system()
		r := attackstest.Run(t, s, n, "Ana")
		for _, e := range r.Exposures {
			loot := attackstest.Records(t, r.Loot[e.Theft])
			for i := range loot {
				for _, cut := range []int{0, 3, 5, 20, 60, len(loot[i]) - 1} {
					bad := append([][]byte{}, loot...)
					bad[i] = bytes.Clone(loot[i][:max(0, min(cut, len(loot[i])))])
					c, _ := attackstest.Read(t, s, e.Theft, attackstest.Tape(t, bad...), r.Transcript.Tape)
					opened, wrong := c.Judge(attackstest.Talk(n))
					// A name that is cut is another name.
					attackstest.Subset(t, name+", "+string(e.Theft), opened, attackstest.That(attackstest.Talk(n), func(i int, _ attacks.Message) bool {
						return e.Use == attacks.Lawful || e.Theft == Insider || e.Opened[i]
					}))
					if wrong != 0 {
						t.Errorf("%s, %s: %d wrong claims", name, e.Theft, wrong)
					}
				}
			}
		}
	}
}

// An envelope that was damaged is claimed by none of the thefts.
func TestDamagedTranscript(t *testing.T) {
	const n = 12
	for name, system := range systems {
		s := system()
		r := attackstest.Run(t, s, n, "Ana")
		for _, cut := range []int{8, 9, 20, 60, 73} {
			envelopes := attackstest.Records(t, r.Transcript.Tape)
			envelopes[0] = envelopes[0][:cut]
			for _, e := range r.Exposures {
				c, err := attackstest.Read(t, s, e.Theft, r.Loot[e.Theft], attackstest.Tape(t, envelopes...))
				if _, claimed := c.Texts[0]; claimed || err != nil {
					t.Errorf("%s, %s, cut to %d: claimed %v, %v", name, e.Theft, cut, claimed, err)
				}
			}
		}
	}
}

func TestSeededRunsAreEqual(t *testing.T) {
	for _, system := range systems {
		attackstest.SeededRunsAreEqual(t, system)
	}
}

func TestSystemPrintsNoSecret(t *testing.T) {
	s := New().(*documents)
	attackstest.Enrol(t, s)
	if leak := printed.Leak(s, []byte(s.contractor.RecoveryKey()[18:]), s.people["Ana"]); leak != "" {
		t.Error(leak)
	}
}

// Names and pages that no document takes are carried too.
func TestLongNames(t *testing.T) {
	long := string(bytes.Repeat([]byte("x"), 300))
	talk := attacks.NewConversation([]attacks.Message{
		{At: attackstest.Talk(1)[0].At, From: long, To: "", Text: long},
		{At: attackstest.Talk(1)[0].At, From: "", To: long, Text: ""},
	})
	for name, system := range systems {
		r, err := attacks.Run(t.Context(), system(), talk, long, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r.Close()
	}
}

func FuzzParseLoot(f *testing.F) {
	for _, system := range systems {
		r := attackstest.Run(f, system(), 3, "Ana")
		for _, tape := range r.Loot {
			for _, record := range attackstest.Records(f, tape) {
				f.Add(record)
			}
		}
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		tape, tr := attackstest.Tape(t, record), &attacks.Transcript{Tape: attackstest.Tape(t)}
		for _, read := range []attacks.Attack{readChecks, linkByDeviceKey} {
			read(t.Context(), tape, tr, func(int, []byte) { t.Error("a claim without a transcript") })
		}
		messenger.ReadBrowser(record, tr, func(int, []byte) { t.Error("a claim without a transcript") })
	})
}
