package desk

// A Request is what the page asks for: one action at one station. The page sends it as JSON. Unknown fields,
// actions and stations are errors, and so is a request of more than MaxRequest bytes.
//
// Actions of the class, which no log contains:
//
//	class draw                   a new class code
//	class open   code            begins anew with that class code
//	class undo   name            takes back the last action at the station of that name
//	class reset  name            takes back all actions at that station
//	class log                    what has been done so far: Text.log, for a link or for homework
//	class replay log             begins anew and does all that is in a log
//
// Open, undo, reset and replay begin with an event "cleared" for each station that they begin anew, and then send
// the events of what is done again. Their responses have what its responses had, each name behind its station and a full
// stop. They end at the first action that is an error, and what was done before it stays.
//
// Every station that reveals something has the action
//
//	STATION bet  name, n, list   locks a prediction; name is what it is about. A second one is an error, and so is one that no
//	                             run could make true
//
// and refuses what it reveals, with the error "bet first", before there is one. Names and stations:
//
//	doorstep people                          five people with a secret: events "person"
//	doorstep pick    name                    whose secret the student would keep; no bet is needed
//
//	breach   send    n                       the next n messages of the town in both columns; 0 is all that are left
//	breach   steal   name                    the theft of that name, now, in each column that has it; bet: the theft. A
//	                                         thief who acts ("relay, acting", "device keys, acting") reads what is sent later
//	breach   write   from, to, text          one more message by hand; it opens at once if a theft opens it
//	                                         a bet is from 0 to the number of messages sent, of which there must be one
//	breach   card                            after the theft of the escrow key: Text.key, and Text.group, in groups of four
//	breach   use     text                    a key from a card, typed in: opens the left column. Text.say: "card.slip"
//	                                         (a character is wrong), "card.unsent" (no message is sent yet), "card.other"
//	                                         (another town's key) or "card.opens"
//
//	ratchet  run                             sends the conversation of two people: events "sealed", "keys"
//	ratchet  theft   at                      keys are copied before message at; bet: "theft", List: the indexes that open
//
//	leaf     call                            an honest call; bet: "call", N: what a tap learns with the family key alone: 0
//	                                         nothing, 1 who calls, 2 the call too
//	leaf     forge                           a LEAF that the chip accepts, by trial; bet: "forge", N: trials
//	leaf     hundred n                       n more, 1 to 100: an event "forged" for each
//	leaf     blame                           four calls, and who is blamed: events "call"; bet: "blame", N: in how many the tap
//	                                         sees the unit of who really calls
//
//	generator tiny                           the curve: an event "points"
//	generator draw                           the owner of d says the next output of a device on that curve, then it is
//	                                         drawn; again and again; bet: "draw", N: the byte
//	generator find   n                       P-256 with n bits dropped, 8 or 16: events "progress"; bet: "find N", N: the
//	                                         candidates that are tested
//	generator statistics                     tests of randomness, of the output on P-256: events "statistic"; bet:
//	                                         "statistics", N: 1 if all pass
//	generator juniper                        the intruder changes Q: events "exposed" without a column; the names are
//	                                         "wiretap", "trapdoor" (the maker's d) and "Q replaced" (the intruder's); bet: "juniper",
//	                                         N: messages that open to the intruder
//
//	dial     deal    n, k                    n agents of whom k are needed; bet: "deal N K", N: messages that open to k-1
//	                                         events "step"
//
//	scanning rates   rate, people, checks    the base-rate calculator, of a scanner that misses nothing; bet: "rates", N:
//	                                         false reports of a hundred
//	scanning push                            a picture that was altered until it is taken for another may be shown: the page
//	                                         has it, from when it was built; bet: "push", N
//	tracing  chain   name                    a leaflet goes through Chain, and the third of it does one of "forward", "retype",
//	                                         "alter", "frame": events "named"; bet: "chain NAME", N: who is named, in Chain
//	tracing  town                            one recipient of the leaflet in the town reports it: events "traced"; bet: "town",
//	                                         N: people who are named
//	tracing  guess                           the table of hashes is stolen, and texts are guessed; bet: "guess", N: messages
//	tracing  report                          reports of a message, true and false: events "report"; bet: "report", N: believed
//	recovery guess                           a thief tries the ten commonest PINs at everybody's vault: events "vault"; bet:
//	                                         "guess", N: vaults that open
//	recovery theft   name                    a theft of backups, by its name in BackupThefts: an event "backup"; bet: "theft
//	                                         NAME", N: people who are read
//
//	groups   ghost   name, at                the provider's group with the apps of that name, "hiding", "one" or "showing"; an
//	                                         order puts a ghost into it before message at; bet: the name, N: members who see
//	                                         it; events "heard"
//	groups   tries                           what a provider tries against a group of MLS may be shown; bet: "tries", N: tries
//	                                         in which it reads, and no list shows it
//	groups   directory                       what directories do that lie may be shown; bet: "directory", N: messages that one
//	                                         reads which shows two histories
//	groups   removed at                      a member is removed before message at; what opens may be shown; bet: "removed",
//	                                         List: the indexes that open to that member
//	matrix, debate                           bets only
//	network                                  the class network, which no log contains: see its type
type Request struct {
	Station string `json:"station"`
	Do      string `json:"do"`
	Args    Args   `json:"args"`
}

// Args are the arguments of all actions. What an action does not name is left out.
type Args struct {
	Name string    `json:"name,omitempty"`
	Code string    `json:"code,omitempty"`
	From string    `json:"from,omitempty"`
	To   string    `json:"to,omitempty"`
	Text string    `json:"text,omitempty"`
	N    int       `json:"n,omitempty"`
	K    int       `json:"k,omitempty"`
	At   int       `json:"at,omitempty"`
	List []int     `json:"list,omitempty"`
	Log  []Request `json:"log,omitempty"`

	Rate   float64 `json:"rate,omitempty"`   // one innocent item in so many is reported
	People int     `json:"people,omitempty"` // how many items are looked at in a day
	Checks int     `json:"checks,omitempty"` // how many of a million are what is looked for
}

// A Response ends an action. Its numbers and strings are put where the page has an element for them:
// `data-number="STATION.NAME"` and `data-text="STATION.NAME"`. They hold their values until the next response
// that has them, or until the station is cleared.
type Response struct {
	Error   string             `json:"error,omitempty"` // in English, for a person; the action then did nothing
	Numbers map[string]float64 `json:"numbers,omitempty"`
	Text    map[string]string  `json:"text,omitempty"` // names, texts, bytes in hexadecimal; Text["say"] is the id of a sentence in words/
}

// An Event is one thing that has happened. The page gets it while the action runs, before the response. What a kind
// does not name is left out.
//
//	cleared   station
//	replaying station "class", n (the action that is done again now), of
//	person    name, index (of the message that is the secret; -1 if it is of no one message)
//	sealed    column, index, at, from, to, bytes (the last 24 of the envelope, hexadecimal), size (of the envelope), text
//	stolen    column, name (of the theft), text (what the thief takes), size (of the loot), bytes (its first 32), n: the
//	          index of the first message after the theft
//	opened    column, name (of the theft), index, text
//	exposed   column, name, n (messages that open), of (all), before, after, people, wrong, operations (attempts), nanoseconds,
//	          noticed, blamed ("" for nobody), exists (false where the system has no such thing: then the thief has tried
//	          what he stole elsewhere), victims
//	keys      column, name (a person), index (before the message with that index; the last is after all), keys
//	opens     column ("with": the escrow key; "with, device": as "without"; "without"), index (of the theft), n, of, flags
//	          by message
//	progress  n, of
//	forged    index, n (trials), bytes (the LEAF), nanoseconds
//	call      name ("honest", "forged", "fed back", "borrowed"), flags [the recipient's chip accepts, the tap reads],
//	          text (the unit that the tap sees), blamed
//	points    points: x and y of each point of the tiny curve, in turn
//	statistic name, text (name, value and bounds), flags [it passes]
//	named     name (of the design), index, text (what the third does), blamed, exists: it is who wrote the leaflet
//	traced    name (of the design), index, text (what is used), people (who are named for the leaflet), victims (all), n (messages whose
//	          writer is named), of, wrong (messages for which another is named), exists: it is the authority's question
//	report    index, name ("honest", "text", "sender", "date", "key"), flags [the provider believes it], text
//	vault     index, name (of its owner), text (the PIN), n (guesses that were made), flags [it opens to the thief, it is lost
//	          to its owner]
//	backup    index, name, n (messages that open), of, people (who are read), victims (all people), operations, noticed
//	measured  name (of the bet), n, of: what the bet is compared with
//	heard     column (the apps), index, at, from, n (copies that leave), of (other devices on the sender's screen), flags [the
//	          ghost reads it], text (as the ghost reads it)
//	step      index (agents who are robbed, or willing), n (messages that open to the thief), of, flags [the thief opens
//	          any, the warrant opens its one message]
type Event struct {
	Kind    string `json:"kind"`
	Station string `json:"station"`
	Column  string `json:"column,omitempty"` // "with" or "without" escrow
	Name    string `json:"name,omitempty"`
	Index   int    `json:"index"`
	At      string `json:"at,omitempty"` // RFC 3339
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
	Text    string `json:"text,omitempty"`
	Bytes   string `json:"bytes,omitempty"`
	Size    int    `json:"size,omitempty"`

	N           int    `json:"n"`
	Of          int    `json:"of"`
	Before      int    `json:"before"`
	After       int    `json:"after"`
	People      int    `json:"people"`
	Victims     int    `json:"victims"`
	Wrong       int    `json:"wrong"`
	Operations  int64  `json:"operations"`
	Nanoseconds int64  `json:"nanoseconds"`
	Noticed     string `json:"noticed,omitempty"`
	Blamed      string `json:"blamed,omitempty"`
	Exists      bool   `json:"exists"`
	Points      []int  `json:"points,omitempty"`
	Flags       []bool `json:"flags,omitempty"`
	Keys        []Key  `json:"keys,omitempty"`
}

// A Key is one key on a device, as its state has it.
type Key struct {
	Name  string `json:"name"`  // "root", "sending chain", "receiving chain", "ratchet", "identity"
	Peer  string `json:"peer"`  // with whom
	Bytes string `json:"bytes"` // hexadecimal
}

// MaxRequest is the length of a request in bytes.
const MaxRequest = 1 << 18

// What the responses have, beside what is said above:
//
//	doorstep pick        Text picked; Numbers index
//	breach (each)        Numbers sent, left; after a theft with.open, with.of, without.open, without.of
//	breach card          Text key, group, qr (the path of a QR code of the key); Numbers qr (the side of its view box)
//	breach use           Text say; Numbers card.open, card.of
//	leaf call            Text leaf, iv, ciphertext, wrapped, kf, ku1, ku2, ku, ks (hexadecimal), unit, checksum, heard, tapped;
//	                     Numbers learned (by a tap with the family key alone, as in the bet)
//	leaf blame           Numbers named (the calls in which the tap sees the unit of who really calls)
//	leaf forge, hundred  Numbers trials, nanoseconds (of the last), forged (how many so far); of the first forgery also
//	                     Text forged (hexadecimal), forgedUnit, refusal (of the agents), Numbers accepted (1 if the other
//	                     chip decrypts)
//	dial deal            Numbers n, k, of, uses (entries in the public log for one lawful use)
//	ratchet run          Numbers messages
//	ratchet theft        Numbers at
//	generator tiny       Numbers px, py, qx, qy, points
//	generator draw       Text public (hexadecimal); Numbers d, said, drawn, draws (how many so far)
//	generator find       Text q, secret, nonce, predicted, really (hexadecimal, 32 bytes); Numbers dropped, tested, mean
//	                     (expected), nanoseconds
//	generator statistics Numbers passed, tests
//	generator juniper    Numbers messages
//	tracing chain        Text chain.how; Numbers chain.right (designs that name who wrote it), chain.of
//	tracing town         Numbers town.most (people, named by the design that names the most), town.people
//	tracing guess        Text guess.number, guess.sender; Numbers guess.opened, guess.of, guess.guesses, guess.tried,
//	                     guess.salted, guess.wrong
//	tracing report       Text report.from, report.to, report.text; Numbers report.believed, report.of, report.opened,
//	                     report.messages, report.tries
//	recovery guess       Numbers guess.opened, guess.lost, guess.of
//	recovery theft       Text robbed.name; Numbers robbed.people, robbed.of, robbed.hers (messages of one who makes no backup),
//	                     robbed.open (those that open with the provider's key)
//	groups ghost         Numbers, each behind the name of the apps and a full stop: at, sees, people, numbers (safety numbers
//	                     at the end), changed (members whose number is another than before), apart (phones that have the
//	                     ghost's key in their state), read, of
//	groups removed       Numbers removed (the index)
//	scanning rates       Numbers reports, right, false (in a day, expected), share (false ones of a hundred)
