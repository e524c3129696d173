package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"doormat/attacks"
	"doormat/attacks/conversation"
	attack "doormat/attacks/transparency"
	"doormat/examples/internal/page"
	"doormat/noescrow"
	"doormat/noescrow/mls"
	"doormat/noescrow/transparency"
)

// A world is a directory with three witnesses, and people's devices.
type world struct {
	d         *transparency.Directory
	witnesses []*transparency.Witness
	p         transparency.Parameters
	ana, ben  *noescrow.Device
	own       *transparency.Client // on Ana's device
	now       time.Time
}

func newWorld() (*world, error) {
	d, err := transparency.NewDirectory("directory.example", transparency.VRFLabels)
	if err != nil {
		return nil, err
	}
	w := &world{d: d, p: d.Parameters(), ana: noescrow.NewDevice(), ben: noescrow.NewDevice(), now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	for _, name := range []string{"library.example", "newspaper.example", "university.example"} {
		one, err := transparency.NewWitness(name)
		if err != nil {
			return nil, err
		}
		if err := one.Trust(w.p.Log); err != nil {
			return nil, err
		}
		w.witnesses = append(w.witnesses, one)
		w.p.Witnesses = append(w.p.Witnesses, one.VerifierKey())
	}
	w.p.Quorum = 2
	w.own, err = transparency.NewClient(w.p)
	return w, err
}

// day ends a day: d publishes, and the witnesses sign if they will. It returns the first refusal.
func (w *world) day(d *transparency.Directory) (refused error) {
	if _, err := d.Publish(w.now); err != nil {
		return err
	}
	for _, one := range w.witnesses {
		body, err := d.WitnessRequest(min(one.Size("directory.example"), d.Size()))
		if err != nil {
			return err
		}
		line, err := one.AddCheckpoint(body, w.now)
		if err != nil {
			refused = err
			continue
		}
		if err := d.AddCosignature(one.VerifierKey(), line); err != nil {
			return err
		}
	}
	return refused
}

func (w *world) lookup(c *transparency.Client, d *transparency.Directory, name string) (*transparency.Binding, int, error) {
	data, err := d.Lookup(name, c.Since())
	if err != nil {
		return nil, 0, err
	}
	b, err := c.Lookup(name, data, w.now)
	return b, len(data), err
}

// ask looks Ana up.
func (w *world) ask(p *page.Page) error {
	id := w.ana.Identity()
	if err := w.own.Own("ana@example.com", id[:]); err != nil {
		return err
	}
	if err := w.d.Set("ana@example.com", id[:]); err != nil {
		return err
	}
	if err := w.day(w.d); err != nil {
		return err
	}
	p.Title("Whose key is this?")
	p.Say(`Ben wants to write to Ana, and needs her key. He asks the directory of his messenger, and must believe it. A
		directory that answers with a key of its own reads along, and writes to both. Only a comparison of safety
		numbers would show it, which few people make.

		This directory signs, every day, the head of a log. Each record of the log has the root of a tree with
		all keys in it. Three witnesses sign the same head, if it continues the one before. The head of today:`)
	p.Table()
	text, signatures, _ := strings.Cut(string(w.d.Checkpoint()), "\n\n")
	for line := range strings.Lines(text + "\n\n" + signatures) {
		line = strings.TrimSuffix(line, "\n")
		if len(line) > 60 {
			line = line[:60] + "…"
		}
		p.Row(line)
	}
	ben, err := transparency.NewClient(w.p)
	if err != nil {
		return err
	}
	b, n, err := w.lookup(ben, w.d, "ana@example.com")
	if err != nil {
		return err
	}
	p.Say("The answer to Ben's device is %d bytes, and his device checks all of them:", n)
	p.Table(24)
	p.Row(b.Label, b.Value)
	p.Row("keys before this one", fmt.Sprint(b.Versions-1))
	p.Row("witnesses", fmt.Sprintf("%d of 3, and 2 are enough", b.Cosigned))
	if b, n, err = w.lookup(ben, w.d, "dee@example.com"); err != nil {
		return err
	}
	p.Say("It also proves that somebody is not there: dee@example.com has had %d keys, in %d bytes.", b.Versions, n)
	return nil
}

// swap has the directory lie in its log.
func (w *world) swap(p *page.Page) error {
	evil := noescrow.NewDevice().Identity()
	if err := w.d.Set("ana@example.com", evil[:]); err != nil {
		return err
	}
	w.now = w.now.AddDate(0, 0, 1)
	if err := w.day(w.d); err != nil {
		return err
	}
	p.Part("The directory swaps Ana's key")
	p.Say("It is told to, or it was broken into. Nothing stops it: the new key is in the log, the witnesses sign, and Ben's device is content.")
	ben, err := transparency.NewClient(w.p)
	if err != nil {
		return err
	}
	b, _, err := w.lookup(ben, w.d, "ana@example.com")
	if err != nil {
		return err
	}
	p.Table(24)
	p.Row("what Ben is told", b.Value)
	id := w.ana.Identity()
	p.Row("what Ana has", id[:])
	data, err := w.d.Monitor("ana@example.com", w.own.SinceOwn("ana@example.com"))
	if err != nil {
		return err
	}
	_, err = w.own.Monitor("ana@example.com", data, w.now)
	var found *transparency.Intrusion
	if !errors.As(err, &found) {
		return fmt.Errorf("expected that the device of Ana finds it, found %v", err)
	}
	p.Say("But everybody is shown the same log, and Ana's device looks at its own entry every day:")
	p.Table()
	p.Row(plain(err))
	proved, err := transparency.Verify(w.p, "ana@example.com", found.Evidence)
	if err != nil {
		return err
	}
	p.Say(`The evidence is %d bytes. A newspaper that has the directory's public key checks it alone: the directory has
		signed, on %s, that %s has this key. It cannot take that back. (That Ana did not ask for it is Ana's word:
		nothing in the log can tell a lie from a new phone.)`, len(found.Evidence), proved.At.Format("2 January 2006"), proved.Label)
	found.Evidence[len(found.Evidence)-1] ^= 1
	_, err = transparency.Verify(w.p, "ana@example.com", found.Evidence)
	p.Say("Evidence in which Ana has changed one bit is none:")
	p.Table()
	p.Row(plain(err))
	return nil
}

// histories forks the log.
func (w *world) histories(p *page.Page) error {
	state, err := w.d.MarshalBinary()
	if err != nil {
		return err
	}
	forBen := new(transparency.Directory)
	if err := forBen.UnmarshalBinary(state); err != nil {
		return err
	}
	id, evil := w.ana.Identity(), noescrow.NewDevice().Identity()
	if err := w.d.Set("ana@example.com", id[:]); err != nil { // hers again
		return err
	}
	if err := forBen.Set("ana@example.com", evil[:]); err != nil {
		return err
	}
	w.now = w.now.AddDate(0, 0, 1)
	if err := w.day(w.d); err != nil {
		return err
	}
	p.Part("The directory shows two histories")
	p.Say("In Ana's log her key is right. For Ben there is another log, with another key of the thief's. An honest witness signs only one:")
	refused := w.day(forBen)
	p.Table()
	p.Row(plain(refused))
	ben, err := transparency.NewClient(w.p)
	if err != nil {
		return err
	}
	_, _, err = w.lookup(ben, forBen, "ana@example.com")
	p.Say("So Ben's device refuses the head:")
	p.Table()
	p.Row(plain(err))
	careless := w.p
	careless.Witnesses, careless.Quorum = nil, 0
	if ben, err = transparency.NewClient(careless); err != nil {
		return err
	}
	if _, _, err = w.lookup(ben, forBen, "ana@example.com"); err != nil {
		return err
	}
	ana, err := transparency.NewClient(careless)
	if err != nil {
		return err
	}
	if _, _, err = w.lookup(ana, w.d, "ana@example.com"); err != nil {
		return err
	}
	p.Say(`With witnesses who sign everything, or without any, Ben believes it. Of n witnesses of whom k must sign, 2k-n must
		lie for that: here one of three. Then two people find it, when they compare the heads that they have seen:`)
	err = ana.Compare(ben.Checkpoint(), nil)
	var split *transparency.Split
	if !errors.As(err, &split) {
		return fmt.Errorf("expected that the device of Ana finds it, found %v", err)
	}
	p.Table()
	p.Row(plain(err))
	for _, head := range [][]byte{split.A, split.B} {
		p.Row(strings.Join(strings.SplitN(string(head), "\n", 4)[:3], "  "))
	}
	return transparency.CheckSplit(w.p.Log, split.A, split.B)
}

// names guesses who is in the directory.
func (w *world) names(p *page.Page) error {
	p.Part("Who is in the directory?")
	p.Say("Auditors see the tree, and check that nothing in it is ever changed. If labels are hashes, an auditor can guess names, as from a telephone book of five:")
	book := []string{"ana", "ben", "cas", "dee", "eli"}
	p.Table(24)
	for kind, l := range []transparency.Labelling{transparency.HashedLabels, transparency.VRFLabels} {
		d, err := transparency.NewDirectory("directory.example", l)
		if err != nil {
			return err
		}
		for _, name := range []string{"ana", "cas", "eli"} {
			if err := d.Set(name, []byte(name+"'s key")); err != nil {
				return err
			}
		}
		if _, err := d.Publish(w.now); err != nil {
			return err
		}
		audit, err := d.Audit(0)
		if err != nil {
			return err
		}
		found, err := attack.RecoverNames(audit, book)
		if err != nil {
			return err
		}
		p.Row([]string{"labels are SHA-256", "labels are a VRF"}[kind], fmt.Sprintf("%d of 3 are found: %s", len(found), strings.Join(found, " ")))
	}
	p.Say("The VRF's output is a hash that only the directory can compute, with a proof that it is right (RFC 9381).")
	return nil
}

// provider steals an identity provider's key.
func (w *world) provider(p *page.Page) error {
	from, until := w.now.AddDate(-1, 0, 0), w.now.AddDate(1, 0, 0)
	authority := mls.NewAuthority("identity provider", from, until)
	accept, err := mls.AcceptCertificates(authority.Root())
	if err != nil {
		return err
	}
	member := func(a *mls.Authority, name string) (*mls.Identity, error) {
		id := mls.NewIdentity(name)
		id.SetClock(func() time.Time { return w.now })
		id.SetVerifier(accept)
		c, err := a.Certify(name, id.SignatureKey(), from, until)
		if err != nil {
			return nil, err
		}
		return id, id.SetCredential(c)
	}
	p.Part("An identity provider's key is stolen")
	p.Say(`Groups of MLS (RFC 9420) believe a member's certificate. In 2011 somebody had the keys of the authority DigiNotar: at least
		531 false certificates, one of them from 10 July for google.com. The authority noticed on 19 July and told nobody; a
		user in Iran reported that one on 27 August. About 300,000 addresses were affected (Fox-IT's interim report; Communications of the ACM 57(10), 2014). The true number
		is unknown, since not all were in the authority's own records.`)
	stolen, err := mls.ParseAuthority(authority.Root(), authority.RecoveryKey())
	if err != nil {
		return err
	}
	ana, err := member(authority, "ana")
	if err != nil {
		return err
	}
	thief, err := member(stolen, "ben")
	if err != nil {
		return err
	}
	for _, name := range []string{"ana", "ben"} {
		if err := w.d.Set(transparency.MLSLabel(name), ana.SignatureKey()); err != nil {
			return err
		}
	}
	w.now = w.now.AddDate(0, 0, 1)
	if err := w.day(w.d); err != nil {
		return err
	}
	client, err := transparency.NewClient(w.p)
	if err != nil {
		return err
	}
	p.Say("Who has the key adds a device of his own to a group of Ana's, under Ben's name:")
	p.Table(34)
	for i, v := range []mls.Verifier{accept, transparency.NewContacts(client, w.d).Verifier(accept)} {
		g, err := ana.NewGroup(mls.X25519AES128, nil)
		if err != nil {
			return err
		}
		kp, err := thief.KeyPackage(mls.X25519AES128)
		if err != nil {
			return err
		}
		ana.SetVerifier(v)
		_, _, err = g.Commit(mls.Add(kp))
		ana.SetVerifier(accept)
		result := "he is Ben"
		if err != nil {
			result = "refused"
		}
		p.Row([]string{"Ana believes the certificate", "Ana also asks the directory"}[i], result)
	}
	p.Say(`To get past the directory too, the thief must have his key put there, where Ben's device looks. In the case of
		jabber.ru (2023) the certificates were in public logs all the time, for 90 days or more, and nobody looked: the
		look is what protects, not the log.`)
	return nil
}

// thefts counts what each thief reads.
func (w *world) thefts(p *page.Page) error {
	town := conversation.Town()
	var some []attacks.Message
	i := 0
	for m, err := range town.Messages {
		if err != nil {
			return err
		}
		if i < 52 {
			some = append(some, m)
		}
		i++
	}
	talk := attacks.NewConversation(some)
	p.Part("What each thief reads")
	p.Say(`A town writes %d messages. In the middle a thief takes over the directory and the relay, or steals the provider's key, and
		stands between all people, or between one and all others:`, len(some))
	p.Table(20, 22, 10)
	p.Row("system", "theft", "reads", "noticed by")
	name := ""
	for _, s := range append(attack.NewActing(), attack.NewIdentityProvider()...) {
		r, err := attacks.Run(p.Context(), s, talk, town.Busiest, p.Progress)
		if err != nil {
			return err
		}
		e := &r.Exposures[0]
		if name == e.System {
			e.System = ""
		} else {
			name = e.System
		}
		n := e.Readable()
		p.Row(e.System, string(e.Theft), fmt.Sprintf("%d of %d", n.N, n.Of), e.Noticed)
		if err := r.Close(); err != nil {
			return err
		}
	}
	p.Say(`Half of the messages come after the theft. In the plain directory all of these are read, and the only way to find out is a
		comparison in person. With the log the same lie lasts a day. Nobody reads backwards: a directory has no key that
		opens anything, which is what tells it from escrow.`)
	return nil
}

// plain returns the text of an error of package transparency.
func plain(err error) string {
	if err == nil {
		return "nothing: it is not refused"
	}
	return strings.TrimPrefix(err.Error(), "transparency: ")
}
