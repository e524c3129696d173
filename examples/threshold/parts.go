package main

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"doormat/escrow/threshold"
	"doormat/examples/internal/page"
)

// deal gives each agent a share, and has it checked.
func (w *world) deal(p *page.Page, t, n int) error {
	var err error
	if w.agents, w.shares, err = threshold.Deal(t, n); err != nil {
		return err
	}
	w.issuer, w.log = threshold.NewIssuer(), threshold.NewLog()
	if w.public, err = threshold.NewReader(w.log.Key()); err != nil {
		return err
	}
	p.Title("Key escrow with more care")
	p.Say(`An escrow key opens everybody's messages for an authority. Here no authority has it alone: agents
		have shares of it, open one message at a time, want a warrant for it, and keep a log that everybody
		can read.`)
	p.Part(fmt.Sprintf("An escrow key for %d agents, of whom %d must agree", n, t))
	p.Say(`A dealer draws a key x and a polynomial f with f(0) = x, of degree %d. Agent i gets the share
		x_i = f(i): %d shares determine f and so x, and fewer say nothing about it. Everybody sees
		commitments to f, against which a share can be checked, and of which the first is the joint public
		key Y = xG, for a point G that everybody knows.`, t-1, t)
	p.Table(8)
	p.Row("Y", w.agents.Key().Bytes())
	for _, share := range w.shares {
		a, err := threshold.NewAgent(w.agents, share, w.issuer.PublicKey(), w.log.Key())
		if err != nil {
			return err
		}
		w.court = append(w.court, a)
		i := share.Agent()
		p.Row(fmt.Sprintf("agent %d", i), fmt.Sprintf("x_%-2d = %s  fits the commitments", i, page.Short(share.RecoveryKey()[3:], 8)))
	}
	bad := w.shares[n-1].RecoveryKey()
	bad[3] ^= 1
	share, err := threshold.ParseShare(bad)
	if err != nil {
		return err
	}
	_, err = threshold.NewAgent(w.agents, share, w.issuer.PublicKey(), w.log.Key())
	p.Say("With one bit of the last share changed, that agent says:")
	p.Table()
	p.Row(w.refusal(err))
	return w.begin()
}

// converse sends the conversation.
func (w *world) converse(p *page.Page) error {
	if err := w.send(); err != nil {
		return err
	}
	p.Part("The conversation")
	p.Say(`Three people write to each other. An envelope is what crosses the wire for one message, and a relay
		passes it on. Each has a field of %d bytes, from which the agents can open it:`, w.agents.Key().Scheme().FieldSize)
	p.Table(-1, 11, 10, -5, 9)
	p.Row("", "when", "who", "bytes", "field", "text")
	for i, l := range w.letters {
		p.Row(i, l.at.Format("2 Jan 15:04"), l.from+" to "+l.to, len(l.envelope), page.Short(l.envelope[1:], 4), l.text)
	}
	return nil
}

// lawful opens one message by warrant, and shows each step.
func (w *world) lawful(p *page.Page) error {
	var err error
	w.warrant, err = w.issuer.Sign(threshold.Warrant{Target: w.devices["Ben"].Identity(), From: at(1, 0, 0), Until: at(8, 0, 0), Serial: 1})
	if err != nil {
		return err
	}
	l := w.letters[1]
	request, err := w.enter(w.warrant, l, w.log)
	if err != nil {
		return err
	}
	entry, err := w.log.Entry(request.Index)
	if err != nil {
		return err
	}
	if err := w.public.Check(request.Index, entry, request.Proof); err != nil {
		return err
	}
	p.Part("A warrant for Ben, for the first week of March")
	p.Say("A warrant says whose messages may be opened, and from when to when. An issuer, say a court, signs it:")
	p.Table(20)
	p.Row("signed by the issuer", page.Short(w.issuer.PublicKey(), 8))
	p.Row("its hash", short(w.warrant))
	p.Say(`Before an agent answers, the use of the warrant is in the log: a list that only grows. Who runs it
		signs its head, which is its size and a hash of all entries. An entry hides who is meant, and a few
		hashes more prove that it is below that head:`)
	p.Table(8)
	p.Row(fmt.Sprint("entry ", request.Index), entry[:3])
	p.Row("", page.Short(entry[3:], 16)+"  warrant")
	p.Row("", page.Short(entry[35:], 16)+"  warrant and message")
	p.Row("proof", hashes(request.Proof))
	p.Row("head", head(w.log))
	p.Say(`The public checks the proof against the head: the entry is there.

		Each agent answers for this one message. An agent is shown the names, the date, the field and a hash
		of the body, which is the encrypted text, and sees that the field was made for these. The sender has put a point u into its field, and with x
		times u the message opens. Agent i answers x_i u, and a proof that it is x_i:`)
	var partials [][]byte
	p.Table(8)
	for i := range w.agents.T() {
		partial, err := w.court[i].Partial(request)
		if err != nil {
			return err
		}
		partials = append(partials, partial)
		p.Row(fmt.Sprint("agent ", i+1), fmt.Sprintf("x_%d u = %s  proof %s", i+1, page.Short(partial[35:], 8), page.Short(partial[67:], 8)))
	}
	_, _, text, err := w.agents.Recover(w.warrant, l.envelope, l.at, partials...)
	if err != nil {
		return err
	}
	p.Say("Together they give the key of the message, and not x:")
	p.Table()
	p.Row(fmt.Sprintf("%s to %s: %q", l.from, l.to, text))
	partials[0][67] ^= 1
	_, _, _, err = w.agents.Recover(w.warrant, l.envelope, l.at, partials...)
	p.Say("With one bit of the first answer's proof changed:")
	p.Table()
	p.Row(w.refusal(err))
	return nil
}

// refused asks for what the warrant does not cover.
func (w *world) refused(p *page.Page) error {
	p.Part("What the agents refuse")
	p.Say(`The same warrant, and what it does not cover. All but the last is entered in the log, which takes
		anything. (To an agent a person is a public key; the names are put in here.)`)
	p.Table(17)
	other, err := w.enter(w.warrant, w.letters[2], w.log)
	if err != nil {
		return err
	}
	_, err = w.ask(other, w.letters[2])
	p.Row("2, Ana to Cas", w.refusal(err))

	late, err := w.enter(w.warrant, w.letters[4], w.log)
	if err != nil {
		return err
	}
	_, err = w.ask(late, w.letters[4])
	p.Row("4, too late", w.refusal(err))
	late.Message.At = at(2, 12, 0)
	_, err = w.ask(late, w.letters[4])
	p.Row("4, a false date", w.refusal(err))

	mixed := *w.letters[1]
	mixed.envelope = slices.Clone(mixed.envelope)
	fieldSize := w.agents.Key().Scheme().FieldSize
	copy(mixed.envelope[1:], w.letters[2].envelope[1:][:fieldSize])
	foreign, err := w.enter(w.warrant, &mixed, w.log)
	if err != nil {
		return err
	}
	_, err = w.ask(foreign, &mixed)
	p.Row("1, with 2's field", w.refusal(err))

	decoy := *w.letters[1]
	decoy.envelope = slices.Clone(decoy.envelope)
	decoy.envelope[1+fieldSize+3] ^= 1 // after the version, the field and a length
	decoyed, err := w.enter(w.warrant, &decoy, w.log)
	if err != nil {
		return err
	}
	_, err = w.ask(decoyed, w.letters[1])
	p.Row("1, another body", w.refusal(err))

	unlogged := late
	if unlogged.Message, err = threshold.Describe(w.letters[0].envelope, w.letters[0].at); err != nil {
		return err
	}
	_, err = w.ask(unlogged, w.letters[0])
	p.Row("0, not in the log", w.refusal(err))
	return nil
}

// oneShare and tShares rob agents.
func (w *world) oneShare(p *page.Page) error {
	p.Part("One agent is robbed")
	return w.rob(p, 1)
}

func (w *world) tShares(p *page.Page) error {
	t := w.agents.T()
	if t == 1 {
		return nil
	}
	p.Part(fmt.Sprintf("Now %d agents are robbed, or agree among themselves", t))
	before := w.log.Size()
	if err := w.rob(p, t); err != nil {
		return err
	}
	p.Say("The log had %d entries before and has %d. No agent was asked.", before, w.log.Size())
	return nil
}

// rob opens the conversation with the key that k shares give.
func (w *world) rob(p *page.Page, k int) error {
	key, err := threshold.RecoverKey(w.shares[:k]...)
	if err != nil {
		return err
	}
	opened := 0
	p.Table(1)
	for i, l := range w.letters {
		if _, _, text, err := key.Recover(l.envelope); err == nil {
			opened++
			p.Row(i, fmt.Sprintf("%s to %s: %s", l.from, l.to, text))
		}
	}
	p.Table(44)
	p.Row(fmt.Sprintf("shares: %d, the public key of what they give:", k), key.JointKey())
	p.Row("the agents' public key:", w.agents.Key())
	p.Say("%d of %d messages open.", opened, len(w.letters))
	return nil
}

// bulk opens everything by one signature.
func (w *world) bulk(p *page.Page) error {
	warrant, err := w.issuer.Sign(threshold.Warrant{Everyone: true, From: at(1, 0, 0), Until: at(31, 0, 0), Serial: 2})
	if err != nil {
		return err
	}
	before, opened := w.log.Size(), 0
	for _, l := range w.letters {
		request, err := w.enter(warrant, l, w.log)
		if err != nil {
			return err
		}
		if _, err := w.ask(request, l); err != nil {
			return err
		}
		opened++
	}
	p.Part("A warrant for everyone")
	p.Table(13)
	p.Row("one signature", page.Short(warrant[len(warrant)-64:], 16))
	p.Say(`%d of %d messages open. Nothing in the mathematics limits a warrant. What is left is the log: it has
		%d entries more, and everybody sees that they are of one warrant, for everyone:`,
		opened, len(w.letters), w.log.Size()-before)
	p.Table(8, 15)
	for i := before; i < w.log.Size(); i++ {
		entry, err := w.log.Entry(i)
		if err != nil {
			return err
		}
		use, err := threshold.ParseUse(entry)
		if err != nil {
			return err
		}
		p.Row(fmt.Sprintf("entry %2d", i), fmt.Sprint("everyone: ", use.Everyone), "warrant "+page.Short(use.Warrant[:], 8))
	}
	return nil
}

// split shows the agents one log and the public another.
func (w *world) split(p *page.Page) error {
	fork := w.log.Fork()
	request, err := w.enter(w.warrant, w.letters[0], fork)
	if err != nil {
		return err
	}
	text, err := w.ask(request, w.letters[0])
	if err != nil {
		return err
	}
	w.log.Append([]byte("another case"))
	if err := w.log.Show(w.public); err != nil {
		return err
	}
	p.Part("The log lies")
	p.Say(`Its operator enters a use in a copy, which he shows to the agents only. They keep the rules, and
		answer:`)
	p.Table(17)
	p.Row(fmt.Sprintf("Ana to Ben: %q", text))
	p.Row("the agents' head", head(fork))
	p.Row("the public's head", head(w.log))
	p.Say(`Both are signed, and each extends what its readers saw before. Somebody who reads his own log finds
		nothing. Then an agent shows a reader his head:`)
	seen, _ := w.court[0].Head()
	p.Table()
	p.Row(w.refusal(w.public.Gossip(seen, nil)))
	p.Say("The two signatures prove it to anybody. If nobody compares, nobody knows.")
	return nil
}

// head returns the parts of a log's signed head, on one line.
func head(log *threshold.Log) string {
	lines := strings.Split(string(log.Head()), "\n")
	signature := lines[4][strings.LastIndex(lines[4], " ")+1:]
	return fmt.Sprintf("size %s, root %s…, signature %s…", lines[1], lines[2][:8], signature[8:16])
}

// short returns the beginning of a hash of b.
func short(b []byte) string {
	sum := sha256.Sum256(b)
	return page.Short(sum[:], 16)
}

// hashes returns the beginnings of the hashes that a proof consists of.
func hashes(proof []byte) string {
	text := fmt.Sprintf("%d hashes:", len(proof)/sha256.Size)
	for h := range slices.Chunk(proof, sha256.Size) {
		text += " " + page.Short(h, 4)
	}
	return text
}
