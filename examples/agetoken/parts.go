package main

import (
	"fmt"
	"strings"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/agetoken"
	"doormat/attacks/conversation"
	attackcredential "doormat/attacks/credential"
	attackcheck "doormat/attacks/idcheck"
	"doormat/attacks/messenger"
	"doormat/escrow/idcheck"
	"doormat/examples/internal/page"
	"doormat/noescrow/agetoken"
	"doormat/noescrow/credential"
)

// A world is Ana, who is 35 and wants to buy wine.
type world struct {
	document []byte
	at       time.Time
}

// documents has a contractor look at Ana's.
func (w *world) documents(p *page.Page) error {
	w.at = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	var err error
	w.document, err = idcheck.Document{
		Name: "Ana", Born: time.Date(1990, 5, 1, 0, 0, 0, 0, time.UTC), Number: "L01X00T47", Scan: []byte("a picture"),
	}.Bytes()
	if err != nil {
		return err
	}
	contractor := idcheck.NewContractor()
	p.Title("Of age, and who is asking")
	p.Say("Ana is 35 and buys a bottle of wine. The shop must know that she is of age.")
	p.Part("She shows who she is")
	p.Say("The shop has a contractor look at a document. To have something to show, the contractor keeps a copy:")
	n, err := contractor.Check(w.document, "wine.example", "/red/17", w.at)
	if err != nil {
		return err
	}
	all, err := contractor.Recover("Ana")
	if err != nil {
		return err
	}
	p.Table(16)
	p.Row("the shop has", n[:])
	for _, c := range all {
		d := c.Document
		p.Row("the contractor", fmt.Sprintf("%s, born %s, document %s with its picture, at %s%s, %s", d.Name, d.Born.Format(time.DateOnly), d.Number, c.Site, c.Page, c.At.Format("2006-01-02 15:04")))
	}
	p.Say(`A court, an employee and a thief read that by one call, and what Ana can see is the same before and after.
		About 70,000 photographs of documents that people had sent to prove their age were taken from Discord's
		support contractor in September 2025, through one agent's account.`)
	return nil
}

// attestations are those of the EU's blueprint.
func (w *world) attestations(p *page.Page) error {
	provider, phone := idcheck.NewProvider(), new(idcheck.Holder)
	issued, err := provider.Issue(w.document, phone.Keys(idcheck.Batch), w.at)
	if err != nil {
		return err
	}
	if err := phone.Take(issued); err != nil {
		return err
	}
	log, err := idcheck.ParseLog(provider.Log())
	if err != nil {
		return err
	}
	p.Part("She shows an attestation")
	p.Say(`In the EU's blueprint a provider looks at the document once, and signs a batch of %d attestations: "over
		18", for a key on Ana's phone, another for each. She shows each once. Two visits, as sites see them:`, len(issued))
	p.Table(10, 40)
	names := []string{}
	for i := range 2 {
		nonce := fmt.Appendf(nil, "the site's nonce %d", i)
		shown, err := phone.Show(nonce)
		if err != nil {
			return err
		}
		a, err := idcheck.Verify(provider.PublicKey(), nonce, shown, w.at.Add(time.Hour))
		if err != nil {
			return err
		}
		p.Row(fmt.Sprintf("visit %d", i+1), "key "+page.Short(a.Key[1:], 16))
		for _, line := range log {
			if line.Key == a.Key {
				names = append(names, line.Name)
			}
		}
	}
	p.Say("Nothing links them. But the provider has signed these keys, and keeps a log of it. With the sites' logs beside it:")
	p.Table(10)
	for i, name := range names {
		p.Row(fmt.Sprintf("visit %d", i+1), name)
	}
	return nil
}

// app is the flaw of April 2026.
func (w *world) app(p *page.Page) error {
	provider, app := idcheck.NewProvider(), idcheck.NewApp()
	if err := app.Unlock("7203"); err != nil {
		return err
	}
	issued, err := provider.Issue(w.document, app.Holder.Keys(1), w.at)
	if err != nil {
		return err
	}
	if err := app.Holder.Take(issued); err != nil {
		return err
	}
	p.Part("A phone is borrowed")
	p.Say("The attestations lie behind a PIN, and the app counts wrong ones. Ana's nephew, who is 14, has her phone:")
	p.Table(10)
	for _, pin := range []string{"1234", "0000", "1990", "7203"} {
		p.Row(pin, outcome(app.Unlock(pin)))
	}
	p.Say("The last one was right. The counter stands in a file on the phone, beside the PIN's hash:")
	p.Table()
	for line := range strings.Lines(app.Preferences) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if len(value) > 16 {
			value = value[:16] + "…"
		}
		p.Row(name + "=" + value)
	}
	_, rest, _ := strings.Cut(app.Preferences, "\n")
	app.Preferences = rest
	p.Say("He deletes the first line, and sets a PIN of his own:")
	err = app.Unlock("1111")
	if err != nil {
		return err
	}
	shown, err := app.Show([]byte("nonce"))
	if err != nil {
		return err
	}
	_, err = idcheck.Verify(provider.PublicKey(), []byte("nonce"), shown, w.at)
	p.Table(10)
	p.Row("1111", outcome(nil))
	p.Row("the site", outcome(err))
	p.Say(`The EU's reference app had this flaw when it was presented in April 2026. A guess counter that the guesser
		can write is no counter: see recovery for one that holds.`)
	return nil
}

// tokens are blind.
func (w *world) tokens(p *page.Page) error {
	issuer, err := attack.DemonstrationIssuer()
	if err != nil {
		return err
	}
	challenge, err := agetoken.Challenge{Issuer: "age.example"}.Bytes()
	if err != nil {
		return err
	}
	phone, err := agetoken.NewWallet(issuer.PublicKey(), challenge)
	if err != nil {
		return err
	}
	batch, err := phone.Request(2)
	if err != nil {
		return err
	}
	responses, err := issuer.SignBatch(batch)
	if err != nil {
		return err
	}
	if err := phone.Finish(responses); err != nil {
		return err
	}
	gate, err := agetoken.NewGate(issuer.PublicKey(), challenge, new(agetoken.Spent))
	if err != nil {
		return err
	}
	p.Part("She shows a token")
	p.Say(`An issuer looks at the document once, too, and signs what it cannot see: each token is multiplied by a
		number that never leaves the phone (RFC 9474, RFC 9578). What the issuer sees of two tokens, and the sites:`)
	p.Table(12)
	p.Row("the issuer", "Ana, "+page.Short(batch[5:], 24))
	p.Row("", "Ana, "+page.Short(batch[5+259:], 24))
	var first agetoken.Token
	for i := range 2 {
		token, err := phone.Take()
		if err != nil {
			return err
		}
		if err := gate.Admit(token.Bytes()); err != nil {
			return err
		}
		p.Row(fmt.Sprintf("site %d", i+1), "nonce "+page.Short(token.Bytes()[2:], 8)+", signature "+page.Short(token.Bytes()[98:], 8))
		first = token
	}
	p.Say(`Each request fits each token, with one number or another, and no power of computing tells which was drawn.
		A token is spent once:`)
	p.Table(12)
	p.Row("again", outcome(gate.Admit(first.Bytes())))
	p.Row("under key", issuer.PublicKey().ID())
	return nil
}

// credentials are BBS signatures, of which a part is shown.
func (w *world) credentials(p *page.Page) error {
	issuer := credential.NewIssuer()
	key := issuer.PublicKey()
	signed, err := issuer.Issue(credential.Person{Name: "Ana", Born: time.Date(1990, 5, 1, 0, 0, 0, 0, time.UTC), Number: "L01X00T47"}, w.at)
	if err != nil {
		return err
	}
	phone, err := credential.Take(key, signed, w.at)
	if err != nil {
		return err
	}
	p.Part("She shows a part of a credential")
	p.Say(`An issuer signs her name, date of birth, document, "over 18" and a last day together, once (BBS signatures, a
		draft of the IRTF). Her phone proves to each site that it has such a signature with "over 18" and the last day in
		it, and hides the rest. What the issuer keeps of it, and what two sites see:`)
	p.Table(12)
	p.Row("the issuer", "Ana, born "+phone.Value(credential.Born)+", signature "+page.Short(signed[len(signed)-80:], 8))
	var first []byte
	for i := range 2 {
		site, nonce := fmt.Sprintf("site%d.example", i+1), fmt.Appendf(nil, "the nonce of connection %d", i+1)
		shown, err := phone.Show(site, nonce)
		if err != nil {
			return err
		}
		seen, err := credential.Admit(key, site, nonce, shown, w.at)
		if err != nil {
			return err
		}
		over18, _ := seen.Value(credential.Over18)
		until, _ := seen.Value(credential.Until)
		p.Row(fmt.Sprintf("site %d", i+1), "over 18: "+over18+", until "+until+", proof "+page.Short(seen.Proof(), 8))
		if i == 0 {
			first = shown
		}
	}
	p.Say(`Each proof fits each credential with that last day, and no power of computing tells whose it is: as with tokens,
		but from one signature, for as many visits as she likes. A site cannot show the proof to another site, though it passes on the other's nonce. But a
		copy of the credential is as good as the first, and nothing counts its uses:`)
	_, err = credential.Admit(key, "site3.example", []byte("the nonce of connection 1"), first, w.at)
	p.Table(26)
	p.Row("site 1's proof, at site 3", outcome(err))
	const many = 5
	admitted := 0
	for i := range many {
		lent, err := credential.ParseCredential(key, phone.Bytes())
		if err != nil {
			return err
		}
		nonce := fmt.Appendf(nil, "a nonce for phone %d", i)
		shown, err := lent.Show("site3.example", nonce)
		if err != nil {
			return err
		}
		if _, err := credential.Admit(key, "site3.example", nonce, shown, w.at); err == nil {
			admitted++
		}
	}
	p.Row(fmt.Sprintf("%d copies", many), fmt.Sprintf("%d admitted", admitted))
	return w.linked(p)
}

// linked is what issuer and sites make of a town's visits.
func (w *world) linked(p *page.Page) error {
	people := conversation.Town().People[:12]
	visits := attack.TownVisits(people, 20)
	p.Say(`What issuer and sites together link of %d visits of %d people: visits with a name, and pairs of one person's
		visits with each other. The second and third row give them something to link by:`, visits.Len, len(people))
	p.Table(30, -10, -12, -10)
	p.Row("phones show", "named", "pairs", "crowd")
	for _, manner := range []attackcredential.Manner{attackcredential.AgeAlone, attackcredential.OneProof, attackcredential.BirthdayToo} {
		m, err := attackcredential.Measure(p.Context(), visits, manner)
		if err != nil {
			return err
		}
		p.Row(manner.String(), fmt.Sprintf("%d of %d", m.Named, m.Visits), fmt.Sprintf("%d of %d", m.Pairs.N, m.Pairs.Of), fmt.Sprintf("%.1f", m.Crowd))
	}
	p.Say(`A proof that is shown twice is a pseudonym. A date of birth is a name, to the issuer who has the list. The crowd
		is of those who visit anything, and whose credential fits.`)
	return nil
}

// thefts robs all of them.
func (w *world) thefts(p *page.Page) error {
	visits := attack.TownVisits(conversation.Town().People[:12], 40)
	victim := visits.People[0]
	p.Part("What each theft names")
	p.Say(`Twelve people of a town visit four sites %d times. In the middle, thieves come. A visit counts if the thief
		can say who made it, and to which page. The warrant is for %s, at the end:`, visits.Len, victim)
	p.Table(15, 21, 9, 20)
	p.Row("proof of age", "stolen", "named", "noticed by")
	for _, s := range []attacks.System{attackcheck.New(), attackcheck.NewAttestations(), attack.New(), attack.NewTagging(victim), attackcredential.New()} {
		r, err := attacks.Run(p.Context(), s, visits, victim, p.Progress)
		if err != nil {
			return err
		}
		name := s.Name()
		for _, e := range r.Exposures {
			if e.Theft == messenger.OneSite || e.Theft == attacks.WiretapName {
				continue
			}
			n := e.Readable()
			p.Row(name, string(e.Theft), fmt.Sprintf("%d of %d", n.N, n.Of), e.Noticed)
			name = ""
		}
		if err := r.Close(); err != nil {
			return err
		}
	}
	p.Say(`A contractor is one place where everyone's visits lie. With attestations it takes two parties, and then
		everyone is named as well. With tokens the same two name no one,
		as long as no one runs out of them and fetches at the moment of a visit. With tagging, the issuer has given one
		person a key for itself. With the credential the two name no one either, unless sites ask for the date of birth. A
		phone remembers what it has seen in all of them.`)
	return nil
}

// remains is what tokens do not hide.
func (w *world) remains(p *page.Page) error {
	visits := attack.TownVisits(conversation.Town().People, 400)
	p.Part("What remains of tokens is time")
	p.Say(`The issuer knows who fetched tokens, and when; sites know when each was spent. The guess that the last to
		fetch is the first to spend, for %d visits of %d people:`, visits.Len, len(conversation.Town().People))
	p.Table(30, -10, -10, -10, -8)
	p.Row("phones fetch", "guessed", "alone", "crowd", "fetches")
	for _, c := range []struct {
		what string
		attack.Policy
	}{
		{"one, for each visit", attack.Policy{Batch: 1}},
		{"30, when none is left", attack.Policy{Batch: 30}},
		{"30, at night, all together", attack.Policy{Batch: 30, Night: true}},
	} {
		m, err := attack.Measure(visits, c.Policy)
		if err != nil {
			return err
		}
		p.Row(c.what, fmt.Sprintf("%d %%", 100*m.Right/m.Visits), m.Alone, fmt.Sprintf("%.1f", m.Crowd), m.Fetches)
	}
	p.Say(`Alone are visits for which one person only had fetched by then: these are named with certainty. The crowd is
		of all who had. It is small in a small town, and in the first hour of any key, and it hides a visitor at
		best: in the first row each is named by the moment, whatever the crowd.

		Tokens do not stop an adult who gives one away, or a nephew with the phone, and a credential can be given away
		without end. And the issuer still learns who wants to be of age somewhere.`)
	return nil
}

func outcome(err error) string {
	if err == nil {
		return "admitted"
	}
	_, text, _ := strings.Cut(err.Error(), ": ") // without the package's name
	return text
}
