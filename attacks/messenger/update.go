package messenger

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/noescrow/transparency"
)

// Who signs an app's updates decides what runs on every phone of a service. In April 2020 EncroChat's phones, some
// 60,000, took an update with an implant in it; the users were warned on 13 June. The encryption was not broken,
// and not one suspect was its target: every phone got it. By June 2023 there were 6,558 arrests, which are 11 % of
// those exposed. Sky ECC, of 170,000 users, was intercepted at its servers from 2019 on, and 70,000 were read live from
// mid-February to 9 March 2021. ANOM's app had its maker as one more recipient (attacks/ghost): of 12,000 phones, which
// led to 1,119 arrests, 9 %. Users of none of them had agreed to a third key.
//
// An update, in bytes:
//
//	opaque signature[64];    Ed25519, over "doormat 1 update" ‖ program
//	opaque program[];        to the end
//
// A phone with a log takes an update only if the log's last entry under the app's name is the program's SHA-256:
// binary transparency. The log is the directory of package transparency, with one label. So a program that phones take
// is one that everybody can see was released, and who builds the app from its source sees that it is another.
// The owner who monitors the entry is whoever rebuilds, and gets evidence that the log has signed. The log here has no
// witnesses: who holds its key beside the update key can show phones one history and whoever rebuilds another, until
// two compare what they were shown (TestSplitView in noescrow/transparency). Where there is no log, nothing is left but
// to take one's own app apart.

// The programs, which stand for as many bytes as there are in an app.
const (
	release   = "the messenger, as its published source builds it"
	implanted = "the messenger, as its published source builds it, and code that exports each text"
)

// The updates, in the last record but those of the phones.
const (
	kindUpdate  = 'U'
	updateLabel = "doormat 1 update"
	appLabel    = "messenger"
)

// updates are the service's key for them, and what runs on which phone.
type updates struct {
	key     ed25519.PrivateKey
	running map[string]string // by owner; the release where there is none
	log     releaseLog        // nil: phones take what is signed
	refused map[string]int    // by program, how many phones have refused it
}

// A releaseLog is the log of an app's releases, as the service, phones, and those who rebuild the app use it. It is an
// interface so that a program which has no such log, as the classroom's page, is linked without one.
type releaseLog interface {
	enter(program []byte, now time.Time) error
	publish(now time.Time) error
	check(owner string, program []byte, now time.Time) error
	rebuild() (evidence []byte, err error)
}

// run changes the program on a phone.
func (u *updates) run(owner, program string) {
	if u.running == nil {
		u.running = map[string]string{}
	}
	u.running[owner] = program
}

// signing returns the key, which is drawn when it is first asked for.
func (u *updates) signing() ed25519.PrivateKey {
	if u.key == nil {
		seed := make([]byte, ed25519.SeedSize)
		rand.Read(seed)
		u.key = ed25519.NewKeyFromSeed(seed)
	}
	return u.key
}

// signUpdate makes an update.
func signUpdate(key ed25519.PrivateKey, program []byte) []byte {
	return slices.Concat(ed25519.Sign(key, slices.Concat([]byte(updateLabel), program)), program)
}

var (
	errUpdate   = errors.New("attacks: the update is not signed by the service")
	errUnlogged = errors.New("attacks: the update is not the last in the log")
)

// openUpdate returns the program in an update that the key of the service has signed.
func openUpdate(key ed25519.PublicKey, update []byte) (program []byte, err error) {
	if len(update) < ed25519.SignatureSize {
		return nil, errUpdate
	}
	program = update[ed25519.SignatureSize:]
	if !ed25519.Verify(key, slices.Concat([]byte(updateLabel), program), update[:ed25519.SignatureSize]) {
		return nil, errUpdate
	}
	return program, nil
}

// take is what a phone does with an update: it runs the program, or returns an error.
func (u *updates) take(owner string, update []byte, now time.Time) error {
	program, err := openUpdate(u.signing().Public().(ed25519.PublicKey), update)
	if err != nil {
		return err
	}
	if u.log != nil {
		if err := u.log.check(owner, program, now); err != nil {
			if u.refused == nil {
				u.refused = map[string]int{}
			}
			u.refused[string(program)]++
			return err
		}
	}
	if string(program) == release {
		delete(u.running, owner)
		return nil
	}
	u.run(owner, string(program))
	return nil
}

// releases is the log of an app's releases, with what each phone and the one who rebuilds the app have seen of it.
type releases struct {
	directory *transparency.Directory
	phones    map[string]*transparency.Client
	rebuilder *transparency.Client // who builds each release from its source
	at        time.Time
}

// newReleases makes a log with one release in it.
func newReleases(now time.Time) (*releases, error) {
	d, err := transparency.NewDirectory("releases.example", transparency.VRFLabels)
	if err != nil {
		return nil, err
	}
	c, err := transparency.NewClient(d.Parameters())
	if err != nil {
		return nil, err
	}
	l := &releases{d, map[string]*transparency.Client{}, c, now}
	sum := sha256.Sum256([]byte(release))
	if err := c.Own(appLabel, sum[:]); err != nil {
		return nil, err
	}
	return l, l.enter([]byte(release), now)
}

// enter logs a program, which the log does for whoever signs the updates.
func (l *releases) enter(program []byte, now time.Time) error {
	sum := sha256.Sum256(program)
	if err := l.directory.Set(appLabel, sum[:]); err != nil {
		return err
	}
	return l.publish(now)
}

// publish ends an epoch of the log, as it does every day: phones refuse a log that is not of today.
func (l *releases) publish(now time.Time) error {
	if !now.After(l.at) {
		now = l.at.Add(time.Millisecond)
	}
	if first := time.Unix(1, 0); now.Before(first) {
		now = first
	}
	l.at = now
	_, err := l.directory.Publish(now)
	return err
}

// check returns an error unless the last program in the log is this one.
func (l *releases) check(owner string, program []byte, now time.Time) error {
	c := l.phones[owner]
	if c == nil {
		var err error
		if c, err = transparency.NewClient(l.directory.Parameters()); err != nil {
			return err
		}
		l.phones[owner] = c
	}
	if now.Before(l.at) {
		now = l.at
	}
	answer, err := l.directory.Lookup(appLabel, c.Since())
	if err != nil {
		return err
	}
	b, err := c.Lookup(appLabel, answer, now)
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(program); !bytes.Equal(b.Value, sum[:]) {
		return errUnlogged
	}
	return nil
}

// rebuild has the one who rebuilds look at the log, and returns the evidence of a release that is not built from the
// source. Everyone can check it who has the log's key. Nil if there is none.
func (l *releases) rebuild() (evidence []byte, err error) {
	answer, err := l.directory.Monitor(appLabel, l.rebuilder.SinceOwn(appLabel))
	if err != nil {
		return nil, err
	}
	var found *transparency.Intrusion
	if _, err = l.rebuilder.Monitor(appLabel, answer, l.at); errors.As(err, &found) {
		_, err = transparency.Verify(l.directory.Parameters(), appLabel, found.Evidence)
		return found.Evidence, err
	}
	return nil, err
}

// An updatePlan is how a thief of the update key goes about it.
type updatePlan struct {
	name    attacks.TheftName
	takes   string
	program string
	within  time.Duration // what phones store, 0 for all
	logged  bool          // the thief has the update logged
}

// byUpdate is the implant on every phone, which the key that signs updates puts there.
func (p *Phones) byUpdate(plan updatePlan) attacks.Theft {
	return attacks.Theft{
		Name:    plan.name,
		Parties: []attacks.Party{attacks.Maker},
		Takes:   plan.takes,
		Steal: func() (*attacks.Tape, error) {
			loot := [][]byte{append([]byte{kindUpdate}, p.updates.signing().Seed()...)}
			update := signUpdate(ed25519.NewKeyFromSeed(loot[0][1:]), []byte(plan.program))
			now := p.Now()
			if log := p.updates.log; log != nil {
				err := log.publish(now)
				if err == nil && plan.logged {
					err = log.enter([]byte(plan.program), now)
				}
				if err != nil {
					return nil, err
				}
			}
			var taken []string
			for _, owner := range p.Owners() {
				switch err := p.updates.take(owner, update, now); {
				case err == nil:
					taken = append(taken, owner)
				case !errors.Is(err, errUnlogged):
					return nil, err
				}
			}
			since := time.Time{}
			if plan.within > 0 {
				since = now.Add(-plan.within)
			}
			return p.install(taken, since, loot)
		},
		Read:  p.read,
		Forge: p.forge,
		Noticed: func(loot *attacks.Tape, t *attacks.Transcript) (attacks.Notice, error) {
			return p.noticedUpdate(plan, loot, t)
		},
	}
}

// noticedUpdate returns who could have noticed an update: every phone that has refused it; who rebuilds what is logged,
// with evidence; and where there is no log, who takes an app apart.
func (p *Phones) noticedUpdate(plan updatePlan, loot *attacks.Tape, t *attacks.Transcript) (n attacks.Notice, err error) {
	if p.updates.log == nil {
		return p.noticed(loot, t)
	}
	switch n := p.updates.refused[plan.program]; n {
	case 0:
	case len(p.Owners()):
		return attacks.Notice{Who: "all phones, which refuse it"}, nil
	case 1:
		return attacks.Notice{Who: "1 phone, which refuses it"}, nil
	default:
		return attacks.Notice{Who: fmt.Sprintf("%d phones, which refuse it", n)}, nil
	}
	evidence, err := p.updates.log.rebuild()
	if evidence != nil {
		n = attacks.Notice{Who: "who rebuilds what is logged", Possible: true}
	}
	return n, err
}
