package main

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"doormat/escrow"
	"doormat/escrow/threshold"
)

type person struct {
	name   string
	device *escrow.Device
}

// letter is one message and its envelope, as a relay keeps them.
type letter struct {
	at             time.Time
	from, to, text string
	envelope       []byte
}

var conversation = []letter{
	{at(2, 8, 14), "Ana", "Ben", "Is the boiler on?", nil},
	{at(2, 8, 15), "Ben", "Ana", "Since six. Bring the keys.", nil},
	{at(3, 19, 2), "Ana", "Cas", "Ben has the boiler on again.", nil},
	{at(4, 7, 40), "Cas", "Ana", "Tell the landlord.", nil},
	{at(9, 21, 5), "Ben", "Cas", "Who told the landlord?", nil},
	{at(9, 21, 6), "Cas", "Ben", "Not me.", nil},
}

func at(day, hour, minute int) time.Time {
	return time.Date(2026, 3, day, hour, minute, 0, 0, time.UTC)
}

const day = "2 Jan 15:04"

// deal gives each agent his share, and has it checked.
func (s *story) deal(t, n int) {
	var err error
	if s.agents, s.shares, err = threshold.Deal(t, n); !s.ok(err) {
		return
	}
	s.issuer, s.log = threshold.NewIssuer(), threshold.NewLog()
	s.public, err = threshold.NewReader(s.log.Key())
	s.ok(err)
	s.printf("AN ESCROW KEY FOR %d AGENTS, OF WHOM %d MUST AGREE\n\n", n, t)
	s.printf("A dealer draws a key x and a polynomial f with f(0) = x, of degree %d. Agent i\ngets x_i = f(i). Everybody sees commitments to f, of which the first is the\njoint public key Y = xG.\n\n", t-1)
	s.printf("  Y  %x\n", s.agents.Key().Bytes())
	for _, share := range s.shares {
		a, err := threshold.NewAgent(s.agents, share, s.issuer.PublicKey(), s.log.Key())
		if !s.ok(err) {
			return
		}
		s.court = append(s.court, a)
		s.printf("  agent %-2d  x_%-2d = %x…  fits the commitments\n", share.Agent(), share.Agent(), share.Bytes()[3:11])
	}
	bad := s.shares[n-1].Bytes()
	bad[3] ^= 1
	share, err := threshold.ParseShare(bad)
	if s.ok(err) {
		_, err = threshold.NewAgent(s.agents, share, s.issuer.PublicKey(), s.log.Key())
		s.printf("\nWith one bit of the last share changed, that agent says:\n  %s\n", s.refusal(err))
	}
	s.earlier()
}

// earlier are entries of other cases, so that the log has a past.
func (s *story) earlier() {
	other, err := s.issuer.Sign(threshold.Warrant{Target: escrow.Identity{1}, From: at(-30, 0, 0), To: at(0, 0, 0)})
	s.ok(err)
	for i := range 5 {
		use, err := threshold.NewUse(other, fmt.Append(nil, "an envelope of February ", i))
		s.ok(err)
		s.log.Append(use)
	}
}

// converse sends the conversation.
func (s *story) converse() {
	s.people = map[string]*person{}
	for _, name := range []string{"Ana", "Ben", "Cas"} {
		s.people[name] = &person{name, escrow.NewDeviceFor(s.agents.Key())}
	}
	s.printf("\nTHE CONVERSATION\n\nEach envelope has a field of %d bytes, from which the agents can open it.\n\n", s.agents.Key().Scheme().FieldSize)
	met := map[string]bool{}
	for i := range conversation {
		l := conversation[i]
		from, to := s.people[l.from].device, s.people[l.to].device
		if pair := min(l.from, l.to) + max(l.from, l.to); !met[pair] {
			met[pair] = true
			s.ok(start(from, to))
		}
		var err error
		if l.envelope, err = from.Seal(to.Identity(), []byte(l.text), threshold.Date(l.at)); !s.ok(err) {
			return
		}
		if _, _, err := to.OpenChecked(l.envelope, threshold.Date(l.at)); !s.ok(err) {
			return
		}
		s.letters = append(s.letters, &l)
		s.printf("  %d  %-11s  %s to %s  %4d bytes  field %x…  %s\n", i, l.at.Format(day), l.from, l.to, len(l.envelope), l.envelope[1:5], short(l.text, 20))
	}
}

func start(from, to *escrow.Device) error {
	publication, err := to.Publish(1)
	if err != nil {
		return err
	}
	shelf, err := escrow.NewShelf(publication)
	if err != nil {
		return err
	}
	return from.Start(to.Identity(), shelf.Bundle())
}

func short(text string, n int) string {
	if len(text) > n {
		return text[:n-3] + "..."
	}
	return text
}

// lawful opens one message by warrant, and shows each step.
func (s *story) lawful() {
	ben := s.people["Ben"].device.Identity()
	var err error
	s.warrant, err = s.issuer.Sign(threshold.Warrant{Target: ben, From: at(1, 0, 0), To: at(8, 0, 0), Serial: 1})
	s.ok(err)
	l := s.letters[1]
	request := s.enter(s.warrant, l, s.log)
	if s.err != nil {
		return
	}
	s.printf("\nA WARRANT FOR BEN, FOR THE FIRST WEEK OF MARCH\n\n")
	s.printf("  signed by the issuer  %x…\n  its hash              %x…\n", []byte(s.issuer.PublicKey()[:8]), hash(s.warrant))
	entry, err := s.log.Entry(request.Index)
	s.ok(err)
	s.printf("\nBefore an agent answers, the use is in the log. Its entry hides who is meant:\n")
	s.printf("  entry %d  %x\n           %x…  warrant\n           %x…  warrant and message\n", request.Index, entry[:3], entry[3:19], entry[35:51])
	s.printf("  proof    %s\n", hashes(request.Proof))
	s.head("  head     ", s.log)
	s.ok(s.public.Check(request.Index, entry, request.Proof))
	s.printf("The public checks the proof against the head: the entry is there.\n")

	s.printf("\nEach agent answers for this one message: x_i u, and a proof that it is x_i.\n")
	var partials [][]byte
	for i := range s.agents.T() {
		p, err := s.court[i].Partial(request)
		if !s.ok(err) {
			return
		}
		partials = append(partials, p)
		s.printf("  agent %d  x_%d u = %x…  proof %x…\n", i+1, i+1, p[35:43], p[67:75])
	}
	_, _, text, err := s.agents.Recover(s.warrant, l.envelope, partials...)
	s.ok(err)
	s.printf("Together they give the key of the message, and not x:\n  %s to %s: %q\n", l.from, l.to, text)

	partials[0][67] ^= 1
	_, _, _, err = s.agents.Recover(s.warrant, l.envelope, partials...)
	s.printf("With one bit of the first answer's proof changed:\n  %s\n", s.refusal(err))
}

// enter puts a use into a log, and shows the head to agents and, if it is theirs, to the public.
func (s *story) enter(warrant []byte, l *letter, log *threshold.Log) (r threshold.Request) {
	use, err := threshold.NewUse(warrant, l.envelope)
	if !s.ok(err) {
		return r
	}
	index := log.Append(use)
	for _, a := range s.court {
		_, size := a.Head()
		s.ok(show(a, log, size))
	}
	if log == s.log {
		_, size := s.public.Head()
		s.ok(show(s.public, log, size))
	}
	proof, err := log.ProveEntry(index)
	s.ok(err)
	return threshold.Request{Warrant: warrant, Envelope: l.envelope, At: l.at, Index: index, Proof: proof}
}

func show(to interface {
	Follow(head, proof []byte) error
}, log *threshold.Log, size int64) error {
	proof, err := log.ProveExtension(size)
	if err != nil {
		return err
	}
	return to.Follow(log.Head(), proof)
}

// ask has t agents answer, and opens a message.
func (s *story) ask(r threshold.Request) (text string, err error) {
	var partials [][]byte
	for _, a := range s.court[:s.agents.T()] {
		p, err := a.Partial(r)
		if err != nil {
			return "", err
		}
		partials = append(partials, p)
	}
	_, _, plaintext, err := s.agents.Recover(r.Warrant, r.Envelope, partials...)
	return string(plaintext), err
}

// refused asks for what the warrant does not cover.
func (s *story) refused() {
	s.printf("\nWHAT THE AGENTS REFUSE\n\nThe same warrant, and what it does not cover. All but the last is entered in the\nlog, which takes anything.\n")
	_, err := s.ask(s.enter(s.warrant, s.letters[2], s.log))
	s.printf("  2, Ana to Cas     %s\n", wrap(s.refusal(err)))
	late := s.enter(s.warrant, s.letters[4], s.log)
	_, err = s.ask(late)
	s.printf("  4, too late       %s\n", wrap(s.refusal(err)))
	late.At = at(2, 12, 0)
	_, err = s.ask(late)
	s.printf("  4, a false date   %s\n", wrap(s.refusal(err)))
	mine := *s.letters[1]
	mine.envelope = append([]byte(nil), mine.envelope...)
	copy(mine.envelope[1:], s.letters[2].envelope[1:][:160])
	_, err = s.ask(s.enter(s.warrant, &mine, s.log))
	s.printf("  1, with 2's field %s\n", wrap(s.refusal(err)))
	unlogged := late
	unlogged.Envelope, unlogged.At = s.letters[0].envelope, s.letters[0].at
	_, err = s.ask(unlogged)
	s.printf("  0, not in the log %s\n", wrap(s.refusal(err)))
}

// wrap breaks an error's text behind its prefix, to 80 columns.
func wrap(text string) string {
	text = strings.TrimPrefix(text, "threshold: ")
	const indent, width = 20, 60
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		if i > 0 && column+1+len(word) > width {
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = 0
		} else if i > 0 {
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

// oneShare and tShares are the thief.
func (s *story) oneShare() {
	s.printf("\nONE AGENT IS ROBBED\n\n")
	s.rob(1)
}

func (s *story) tShares() {
	t := s.agents.T()
	if t == 1 {
		return
	}
	s.printf("\n%d AGENTS ARE ROBBED, OR AGREE AMONG THEMSELVES\n\n", t)
	before := s.log.Size()
	s.rob(t)
	s.printf("The log had %d entries before and has %d. No agent was asked.\n", before, s.log.Size())
}

func (s *story) rob(k int) {
	key, err := threshold.RecoverKey(s.shares[:k]...)
	if !s.ok(err) {
		return
	}
	opened := 0
	for i, l := range s.letters {
		if _, _, text, err := key.Recover(l.envelope); err == nil {
			opened++
			s.printf("  %d  %s to %s: %s\n", i, l.from, l.to, text)
		}
	}
	s.printf("  shares: %d, the public key of what they give: %s\n", k, key.JointKey())
	s.printf("  the agents' public key:                      %s\n", s.agents.Key())
	s.printf("  %d of %d messages open.\n", opened, len(s.letters))
}

// bulk opens everything by one signature.
func (s *story) bulk() {
	warrant, err := s.issuer.Sign(threshold.Warrant{Everyone: true, From: at(1, 0, 0), To: at(31, 0, 0), Serial: 2})
	s.ok(err)
	before, opened := s.log.Size(), 0
	for _, l := range s.letters {
		if _, err := s.ask(s.enter(warrant, l, s.log)); s.ok(err) {
			opened++
		}
	}
	s.printf("\nA WARRANT FOR EVERYONE\n\n")
	s.printf("  one signature  %x…\n  %d of %d messages open.\n", warrant[len(warrant)-64:][:16], opened, len(s.letters))
	s.printf("Nothing in the mathematics limits a warrant. What is left is the log: it has\n%d entries more, and everybody sees that they are of one warrant, for everyone:\n", s.log.Size()-before)
	for i := before; i < s.log.Size() && s.err == nil; i++ {
		entry, err := s.log.Entry(i)
		s.ok(err)
		use, err := threshold.ParseUse(entry)
		s.ok(err)
		s.printf("  entry %2d  everyone: %-5v  warrant %x…\n", i, use.Everyone, use.Warrant[:8])
	}
}

// split shows the agents one log and the public another.
func (s *story) split() {
	s.printf("\nTHE LOG LIES\n\n")
	fork := s.log.Fork()
	text, err := s.ask(s.enter(s.warrant, s.letters[0], fork))
	s.ok(err)
	s.log.Append([]byte("another case"))
	_, size := s.public.Head()
	s.ok(show(s.public, s.log, size))
	s.printf("Its operator enters a use in a copy, which he shows to the agents only. They\nkeep the rules, and answer:\n  Ana to Ben: %q\n", text)
	s.head("  the agents' head  ", fork)
	s.head("  the public's head ", s.log)
	s.printf("Both are signed, and each extends what its readers saw before. Somebody who\nreads his own log finds nothing. Then an agent shows a reader his head:\n")
	head, _ := s.court[0].Head()
	s.printf("  %s\n", s.refusal(s.public.Gossip(head, nil)))
	s.printf("The two signatures prove it to anybody. If nobody compares, nobody knows.\n")
}

// head prints a signed head, on one line.
func (s *story) head(title string, log *threshold.Log) {
	lines := strings.Split(string(log.Head()), "\n")
	s.printf("%ssize %s, root %s…, signature %s…\n", title, lines[1], lines[2][:8], lastField(lines[4])[8:16])
}

func lastField(line string) string {
	f := strings.Fields(line)
	return f[len(f)-1]
}

func hash(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:16]
}

func hashes(proof []byte) string {
	text := fmt.Sprintf("%d hashes:", len(proof)/sha256.Size)
	for h := range slices.Chunk(proof, sha256.Size) {
		text += fmt.Sprintf(" %x…", h[:4])
	}
	return text
}
