// Package all lists every scheme that the experiment knows. The README's table, examples/matrix and
// whatever else names all schemes are made from it.
//
// A new scheme joins by a package of its own below escrow or noescrow, its system and attacks in a
// package of the same name below attacks, a program in examples, mutants, and a row here. A test walks
// the folders, and fails where one of these is missing.
package all

import (
	"doormat/attacks"
	"doormat/attacks/adk"
	"doormat/attacks/agetoken"
	"doormat/attacks/backup"
	"doormat/attacks/clear"
	"doormat/attacks/clipper"
	"doormat/attacks/credential"
	"doormat/attacks/crumple"
	"doormat/attacks/dualec"
	"doormat/attacks/escrow"
	"doormat/attacks/franking"
	"doormat/attacks/ghost"
	"doormat/attacks/idcheck"
	"doormat/attacks/messenger"
	"doormat/attacks/mls"
	"doormat/attacks/noescrow"
	"doormat/attacks/recovery"
	"doormat/attacks/sakke"
	"doormat/attacks/scanning"
	"doormat/attacks/threshold"
	"doormat/attacks/traceback"
	"doormat/attacks/transparency"
	"doormat/attacks/weakcipher"
	"doormat/attacks/workfactor"
	pgp "doormat/escrow/adk"
)

// A Scheme is a row of the table.
type Scheme struct {
	Name    string // as in the README
	Package string // "escrow/clipper": its folder
	Program string // "clipper": its folder below examples
	Year    int    // in which it was published or deployed; 0 if it never was
	Until   string // when it fell out of use, "today", or ""
	Guessed string // what of it is a reconstruction, since no document has it; "" for nothing

	// Systems returns the scheme's systems, the honest one first, then those in which the cheat evades it,
	// those in which a thief acts, and those of targeted access.
	Systems func(cheat string) []attacks.System

	// Worst is the theft that opens the most and is noticed by no one, of the first system, and Loot
	// what it takes, in a phrase. Search is what the reading costs at full size, Found who showed it
	// in public, and Honest what one honest person among those with a key would change.
	Worst  attacks.TheftName
	Loot   string
	Search string
	Found  string
	Honest string
}

// Searches are of spaces so small that each takes a moment. Each scheme's own program says what the
// full size costs.
const (
	bits    = 12 // of the 40 of export RC4 and Lotus Notes, the 32 of TEA1, the 64 of GEA-1
	dropped = 8  // bits of an output of Dual EC; 16 in the standard
	digits  = 2  // of a PIN in the vault
)

// Schemes are all of them: the control, the twin, then the schemes of record in the order of their
// years, and those that were never deployed. Then what states and providers ask for beside the texts, each
// before the scheme that answers the same need without a third key.
var Schemes = []Scheme{{
	Name: "No escrow", Package: "noescrow", Program: "breach",
	Systems: func(string) []attacks.System {
		return append([]attacks.System{noescrow.New(), noescrow.NewTargeted()}, noescrow.NewActing()...)
	},
	Worst: attacks.DeviceKeys,
	Loot:  "one person's device state",
}, {
	Name: "Escrow", Package: "escrow", Program: "breach",
	Systems: func(cheat string) []attacks.System {
		return append([]attacks.System{escrow.New(), escrow.NewRogue(cheat), escrow.NewTargeted()}, escrow.NewActing()...)
	},
	Worst: escrow.Key,
	Loot:  "the authority's 32 bytes",
}, {
	Name: "Clipper", Package: "escrow/clipper", Program: "clipper", Year: 1993, Until: "1996",
	Guessed: "the LEAF's encoding",
	Systems: func(cheat string) []attacks.System {
		return []attacks.System{clipper.New(), clipper.NewForger(cheat), clipper.NewBorrower(cheat)}
	},
	Worst:  clipper.BothAgents,
	Loot:   "two agents' halves of each chip's key",
	Search: "none",
	Found:  "Blaze, 1994: forged LEAFs",
	Honest: "either agent: no reading",
}, {
	Name: "Export RC4", Package: "escrow/weakcipher", Program: "weakcipher", Year: 1995, Until: "2000",
	Systems: func(string) []attacks.System { return []attacks.System{weakcipher.NewExport40(bits)} },
	Worst:   attacks.WiretapName,
	Loot:    "nothing",
	Search:  "2^40 keys",
	Found:   "Doligez, 1995",
	Honest:  "nobody is asked",
}, {
	Name: "Lotus Notes", Package: "escrow/workfactor", Program: "workfactor", Year: 1996, Until: "2000",
	Guessed: "the field",
	Systems: func(cheat string) []attacks.System {
		return []attacks.System{workfactor.New(bits), workfactor.NewRogue(bits, cheat)}
	},
	Worst:  workfactor.Key,
	Loot:   "a key to 24 bits of 64",
	Search: "2^40 keys a message",
	Found:  "Lotus itself, 1996",
	Honest: "the one holder",
}, {
	Name: "TETRA TEA1", Package: "escrow/weakcipher", Program: "weakcipher", Year: 1996, Until: "today",
	Systems: func(string) []attacks.System { return []attacks.System{weakcipher.NewTEA1(bits)} },
	Worst:   attacks.WiretapName,
	Loot:    "nothing",
	Search:  "2^32 keys",
	Found:   "Meijer and others, 2023",
	Honest:  "nobody is asked",
}, {
	Name: "PGP's ADK", Package: "escrow/adk", Program: "adk", Year: 1997, Until: "today",
	Systems: func(string) []attacks.System { return []attacks.System{adk.New(pgp.PGP553)} },
	Worst:   adk.ADKStolen,
	Loot:    "a company's key",
	Search:  "none",
	Found:   "Senderek, 2000: anyone's ADK",
	Honest:  "the one holder",
}, {
	Name: "GEA-1", Package: "escrow/weakcipher", Program: "weakcipher", Year: 1998, Until: "2013",
	Systems: func(string) []attacks.System { return []attacks.System{weakcipher.NewGEA1(bits)} },
	Worst:   attacks.WiretapName,
	Loot:    "nothing",
	Search:  "2^40 steps",
	Found:   "Beierle and others, 2021",
	Honest:  "nobody is asked",
}, {
	Name: "Dual EC", Package: "escrow/dualec", Program: "dualec", Year: 2006, Until: "2014",
	Systems: func(string) []attacks.System {
		return []attacks.System{dualec.New(dropped), dualec.NewJuniper(dropped)} // Juniper: 2012
	},
	Worst:  dualec.Trapdoor,
	Loot:   "the number behind two points",
	Search: "2^16 points a session",
	Found:  "Shumow and Ferguson, 2007",
	Honest: "the one holder",
}, {
	Name: "MIKEY-SAKKE", Package: "escrow/sakke", Program: "sakke", Year: 2012, Until: "today",
	Systems: func(string) []attacks.System { return []attacks.System{sakke.New()} },
	Worst:   sakke.MasterSecret,
	Loot:    "the key server's master secret",
	Search:  "none",
	Found:   "Murdoch, 2016",
	Honest:  "the one holder",
}, {
	Name: "Threshold agents", Package: "escrow/threshold", Program: "threshold",
	Systems: func(string) []attacks.System { return []attacks.System{threshold.New()} },
	Worst:   threshold.Shares,
	Loot:    "three agents' shares of five",
	Search:  "none",
	Honest:  "three of five: no reading",
}, {
	Name: "Ghost, and ANOM", Package: "escrow/ghost", Program: "ghost", Year: 2018, Until: "2021", // ANOM; the ghost never was
	Systems: func(string) []attacks.System {
		return []attacks.System{ghost.New(), ghost.NewShown(), ghost.NewANOM()}
	},
	Worst:  ghost.GhostKey,
	Loot:   "a copy of one person's ghost",
	Search: "none",
	Honest: "the provider: no ghosts",
}, {
	Name: "CLEAR", Package: "escrow/clear", Program: "careful", // proposed in 2018
	Guessed: "the encodings",
	Systems: func(string) []attacks.System { return []attacks.System{clear.New()} },
	Worst:   clear.Flash,
	Loot:    "a maker's key, and a phone for a minute",
	Search:  "none",
	Found:   "Tromer: another phone's screen",
	Honest:  "the one holder",
}, {
	Name: "Crumple zones", Package: "escrow/crumple", Program: "careful", // proposed in 2018
	Guessed: "the encodings",
	Systems: func(cheat string) []attacks.System {
		return []attacks.System{crumple.New(bits), crumple.NewRogue(bits, cheat)}
	},
	Worst:  crumple.Paid,
	Loot:   "nothing",
	Search: "at $1,000 a message or more",
	Found:  "Wright and Varia, 2018",
	Honest: "nobody is asked",
}, {
	Name: "Traceback", Package: "escrow/traceback", Program: "traceback", Year: 2019,
	Systems: func(string) []attacks.System {
		return []attacks.System{traceback.NewTable(), traceback.NewTag(), traceback.NewPath(), traceback.NewTree()}
	},
	Worst: attacks.DeviceKeys, // of texts: what these systems open is names
	Loot:  "one person's device state",
}, {
	Name: "Client-side scanning", Package: "escrow/scanning", Program: "scanning",
	Guessed: "the encodings, and the scanning of texts",
	Systems: func(string) []attacks.System { // who evades is measured there: most messages are not reported anyway
		return []attacks.System{scanning.NewOnDevice(), scanning.NewPrivate(2), scanning.NewKeywords()}
	},
	Worst:  scanning.ReportKey,
	Loot:   "the key to all reports", // of an honest list: one that grows opens more
	Search: "none",
	Honest: "the one holder",
}, {
	Name: "Franking", Package: "noescrow/franking", Program: "franking", Year: 2016,
	Systems: func(string) []attacks.System { return []attacks.System{franking.New()} },
	Worst:   attacks.DeviceKeys,
	Loot:    "one person's device state",
}, {
	Name: "Provider's backup", Package: "escrow/backup", Program: "recovery", Year: 2011, Until: "today",
	Systems: func(string) []attacks.System { return []attacks.System{backup.New()} },
	Worst:   backup.MasterKey,
	Loot:    "a master key, and backups of the past",
	Search:  "none",
	Honest:  "the one holder",
}, {
	Name: "Recovery", Package: "noescrow/recovery", Program: "recovery",
	Systems: func(string) []attacks.System {
		return []attacks.System{recovery.NewVault(digits), recovery.NewFriends(), recovery.NewSheet()}
	},
	Worst: recovery.Servers,
	Loot:  "two servers of three; PINs are searched",
}, {
	Name: "Identity check", Package: "escrow/idcheck", Program: "agetoken", Year: 2025, Until: "today",
	Guessed: "the contractor's records",
	Systems: func(string) []attacks.System {
		return []attacks.System{idcheck.New(), idcheck.NewAttestations()} // visits in the place of messages
	},
	Worst:  idcheck.Contractor,
	Loot:   "a contractor's key and database",
	Search: "none",
	Honest: "the one contractor",
}, {
	Name: "Blind tokens", Package: "noescrow/agetoken", Program: "agetoken", Year: 2024, Until: "today",
	Systems: func(cheat string) []attacks.System {
		return []attacks.System{agetoken.New(), agetoken.NewTagging(cheat)}
	},
	Worst: messenger.PhoneCopied,
	Loot:  "a copy of one phone",
}, {
	Name: "BBS credential", Package: "noescrow/credential", Program: "agetoken", // a draft
	Guessed: "the encodings",
	Systems: func(string) []attacks.System {
		return []attacks.System{credential.New(), credential.NewCurious()}
	},
	Worst: messenger.PhoneCopied,
	Loot:  "a copy of one phone",
}, {
	Name: "MLS", Package: "noescrow/mls", Program: "groups", Year: 2023, Until: "today",
	Systems: func(string) []attacks.System {
		return []attacks.System{mls.New(), mls.NewXWing(), mls.NewRemoved(), mls.NewInfiltrated()}
	},
	Worst: messenger.Quantum, // of suite 1, which all implementations have
	Loot:  "a quantum computer, and a record of the past",
}, {
	Name: "Key transparency", Package: "noescrow/transparency", Program: "transparency", Year: 2015,
	Systems: func(string) []attacks.System {
		all := append([]attacks.System{transparency.New()}, transparency.NewActing()...)
		return append(all, transparency.NewIdentityProvider()...)
	},
	Worst: attacks.DeviceKeys,
	Loot:  "one person's device state",
}}

// Systems returns the systems of all schemes, in order.
func Systems(cheat string) (all []attacks.System) {
	for _, s := range Schemes {
		all = append(all, s.Systems(cheat)...)
	}
	return all
}
