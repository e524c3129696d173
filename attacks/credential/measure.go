package credential

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/noescrow/credential"
)

// A Manner is how phones show credentials.
type Manner uint8

// The manners. All but the first are controls, in which the same code links.
const (
	AgeAlone    Manner = iota // a proof for each visit
	BirthdayToo               // the same, and the date of birth is shown
	OneProof                  // a proof that is made once, for no site and no nonce, and shown at all visits
	manners
)

// String returns the manner in a few words.
func (m Manner) String() string {
	if m >= manners {
		return fmt.Sprintf("manner %d", uint8(m))
	}
	return [manners]string{"over 18, a proof each", "and the date of birth", "over 18, one proof"}[m]
}

// A Measured is what an issuer and all sites together make of the visits.
type Measured struct {
	Visits  int
	Named   int           // visits that are named rightly
	Wrong   int           // visits that are named wrongly, and pairs that are not of one person
	Pairs   attacks.Count // pairs of visits that are linked, of those that are of one person
	Crowd   float64       // people whose credential fits a visit, in the mean over visits
	Fetches int           // credentials that were issued
}

// Measure sends a conversation of visits in a manner, and links them: by name, with all that the issuer has signed,
// and with each other, by what is shown, by 16 bytes that two proofs have in common, and by random numbers that come
// again for one credential. Proofs that show the same have one size. What it does not try is habit: which sites
// somebody visits, and when. It returns an error for a manner that there is not, and errors of the conversation.
func Measure(ctx context.Context, c *attacks.Conversation, m Manner) (Measured, error) {
	if m >= manners {
		return Measured{}, fmt.Errorf("attacks: there is no %v", m)
	}
	d := newDesk()
	for message, err := range c.Messages {
		if err != nil {
			return Measured{}, err
		}
		if _, ok := d.index[message.From]; !ok {
			if err := d.enrol(message.From); err != nil {
				return Measured{}, err
			}
		}
	}
	var l loot
	var truth []string
	made := map[*credential.Credential][]byte{}
	for message, err := range c.Messages {
		if err != nil {
			return Measured{}, err
		}
		if err := d.fetch(message.At); err != nil {
			return Measured{}, err
		}
		proof, err := d.show(message.From, nameOf(message.To), m, made, d.night)
		if err != nil {
			return Measured{}, err
		}
		l.visits = append(l.visits, messenger.Visit{At: message.At, Proof: proof})
		truth = append(truth, nameOf(message.From))
	}
	var err error
	if l.issued, err = parseIssued(d.log); err != nil {
		return Measured{}, err
	}
	return l.measure(ctx, truth)
}

// show makes a proof, and has it admitted. In the manner OneProof, made has those that were.
func (d *desk) show(person, site string, m Manner, made map[*credential.Credential][]byte, at time.Time) (proof []byte, err error) {
	c := d.phones[person]
	nonce := make([]byte, 32)
	var more []credential.Attribute
	if m == BirthdayToo {
		more = append(more, credential.Born)
	}
	if m != OneProof {
		rand.Read(nonce)
	} else if proof = made[c]; proof != nil {
		return proof, nil
	} else {
		site = "any"
	}
	if proof, err = c.Show(site, nonce, more...); err != nil {
		return nil, err
	}
	made[c] = proof
	_, err = credential.Admit(d.issuer.PublicKey(), site, nonce, proof, at)
	return proof, err
}

// measure compares with who made the visits, which the attacker lacks.
func (l loot) measure(ctx context.Context, truth []string) (m Measured, err error) {
	crowds, _, err := l.crowds(ctx)
	if err != nil {
		return m, err
	}
	m.Visits, m.Fetches = len(l.visits), len(l.issued)
	sum := 0
	for i, crowd := range crowds {
		sum += len(crowd)
		switch {
		case len(crowd) == 1 && crowd[0] == truth[i]:
			m.Named++
		case len(crowd) == 1:
			m.Wrong++
		}
	}
	if m.Visits > 0 {
		m.Crowd = float64(sum) / float64(m.Visits)
	}
	linked, err := l.pairs(crowds)
	if err != nil {
		return m, err
	}
	for i := range truth {
		for j := range i {
			same := truth[i] == truth[j]
			if same {
				m.Pairs.Of++
			}
			switch {
			case linked[[2]int{j, i}] && same:
				m.Pairs.N++
			case linked[[2]int{j, i}]:
				m.Wrong++
			}
		}
	}
	return m, nil
}

// pairs returns which visits are linked: those that one person alone can have made, and those whose proofs have a
// block of 16 bytes in common.
func (l loot) pairs(crowds [][]string) (map[[2]int]bool, error) {
	linked := map[[2]int]bool{}
	seen := map[string][]int{} // visits with a block, or with a name
	for i, v := range l.visits {
		p, err := credential.ParsePresentation(v.Proof)
		if err != nil {
			return nil, err
		}
		var keys []string
		for block := range slices.Chunk(p.Proof(), 16) {
			keys = append(keys, "block "+string(block))
		}
		if len(crowds[i]) == 1 {
			keys = append(keys, "name "+crowds[i][0])
		}
		for _, key := range keys {
			for _, j := range seen[key] {
				linked[[2]int{j, i}] = true
			}
		}
		for _, key := range keys {
			seen[key] = append(seen[key], i)
		}
	}
	return linked, nil
}
