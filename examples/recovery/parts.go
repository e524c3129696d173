package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"doormat/attacks"
	attackbackup "doormat/attacks/backup"
	"doormat/attacks/conversation"
	attack "doormat/attacks/recovery"
	"doormat/escrow/backup"
	"doormat/examples/internal/page"
	"doormat/noescrow"
	"doormat/noescrow/recovery"
)

// A world is Ana's history, and how it comes back.
type world struct {
	text  string
	key   *recovery.Key
	file  []byte // the history under key
	v     *recovery.Vault
	words string
}

const night = "2026-03-02 03:00"

// history seals Ana's history.
func (w *world) history(p *page.Page) error {
	w.text = "1 March, Ben: Have you read it?\n1 March, Ana: I have. Not here.\n2 March, Ben: At the old place.\n"
	w.key = recovery.NewKey()
	var file bytes.Buffer
	if err := w.key.Seal(&file, strings.NewReader(w.text)); err != nil {
		return err
	}
	w.file = file.Bytes()
	p.Title("The phone is lost")
	p.Say(`Ana's messages are encrypted end to end, and their keys are gone from everywhere but her phone. So
		that a lost phone does not lose them, the phone uploads her history each night, in an age file:`)
	p.Table(10)
	p.Row("history", fmt.Sprintf("%d bytes, 3 messages", len(w.text)))
	p.Row("sealed", page.Short(w.file, 16))
	p.Row("", fmt.Sprintf("%s bytes, to %s…", page.Thousands(len(w.file)), fmt.Sprint(w.key)[13:30]))
	p.Say("Now the phone is in the lake. Who can bring back the key?")
	return nil
}

// provider is the backup that most phones make.
func (w *world) provider(p *page.Page) error {
	at, err := time.Parse("2006-01-02 15:04", night)
	if err != nil {
		return err
	}
	provider := backup.NewProvider()
	for _, name := range []string{"Ana", "Ben"} {
		if err := provider.Upload(name, at, w.file); err != nil {
			return err
		}
	}
	if err := provider.Deposit("Ana", w.key); err != nil {
		return err
	}
	p.Part("The provider has the key")
	p.Say("Ana's phone has deposited the key. She resets her password, and the provider gives her the history:")
	got, err := provider.Recover("Ana")
	if err != nil {
		return err
	}
	w.show(p, got)
	before, err := provider.See("Ana")
	if err != nil {
		return err
	}
	p.Say("So it does for a court, with the same call, and for an employee. What Ana sees before and after:")
	if _, err := provider.Recover("Ana"); err != nil {
		return err
	}
	after, err := provider.See("Ana")
	if err != nil {
		return err
	}
	p.Table(8)
	for _, v := range []struct {
		when string
		backup.View
	}{{"before", before}, {"after", after}} {
		p.Row(v.when, fmt.Sprintf("backup of %s, %s bytes, the provider has the key: %v", v.At.Format("2006-01-02 15:04"), page.Thousands(v.Size), v.Deposited))
	}
	p.Say("Ben has the same file there, and one switch the other way: he has not deposited the key.")
	_, err = provider.Recover("Ben")
	p.Table()
	p.Row(refusal(err))
	return nil
}

func (w *world) show(p *page.Page, history []byte) {
	p.Table()
	for line := range strings.Lines(string(history)) {
		p.Row(strings.TrimSuffix(line, "\n"))
	}
}

// vault stores the key behind a PIN.
func (w *world) vault(p *page.Page) error {
	w.v = &recovery.Vault{Threshold: 2, Guesses: 10, Account: []byte("ana"), Cost: recovery.Cost{Memory: 1 << 10, Passes: 1}}
	for range 3 {
		server := recovery.NewServer(new(recovery.Memory))
		w.v.Servers = append(w.v.Servers, func(request []byte) ([]byte, error) { return server.Handle([]byte("ana"), request) })
	}
	if err := w.v.Store([]byte("7203"), []byte(w.key.RecoveryKey())); err != nil {
		return err
	}
	p.Part("A PIN and three servers")
	p.Say(`The key is sealed under what two servers of three compute together from Ana's PIN, without seeing it,
		and each server counts guesses before it answers. The new phone has the PIN and nothing else:`)
	p.Table(8)
	_, err := w.v.Recover([]byte("1234"))
	p.Row("1234", refusal(err))
	secret, err := w.v.Recover([]byte("7203"))
	if err != nil {
		return err
	}
	key, err := recovery.ParseKey(string(secret))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := key.Open(&out, bytes.NewReader(w.file)); err != nil {
		return err
	}
	p.Row("7203", "the key, and with it:")
	w.show(p, out.Bytes())
	one := w.v.Servers[0]
	w.v.Servers[0] = func([]byte) ([]byte, error) { return nil, errors.New("no answer") }
	_, err = w.v.Recover([]byte("7203"))
	p.Say("With one server down: %s. With two:", outcome(err))
	two := w.v.Servers[1]
	w.v.Servers[1] = w.v.Servers[0]
	_, err = w.v.Recover([]byte("7203"))
	p.Table()
	p.Row(refusal(err))
	w.v.Servers[0], w.v.Servers[1] = one, two
	return nil
}

func outcome(err error) string {
	if err == nil {
		return "the same"
	}
	return refusal(err)
}

// guesses uses them up.
func (w *world) guesses(p *page.Page) error {
	p.Part("Somebody guesses")
	p.Table(8)
	for _, pin := range []string{"1234", "1111", "0000", "1212", "7777", "1004", "2000", "4444", "2222", "6969", "7203"} {
		_, err := w.v.Recover([]byte(pin))
		p.Row(pin, refusal(err))
	}
	p.Say(`These are the ten commonest PINs of four digits, and 23 of a hundred people have one of them
		(DataGenetics, 2012). Ana does not, but the secret is gone, even to her. Six digits that are nobody's
		birthday leave ten guesses one chance in a hundred thousand.`)
	return nil
}

// friends share the key.
func (w *world) friends(p *page.Page) error {
	shares, err := w.key.Split(2, 3)
	if err != nil {
		return err
	}
	w.words = shares[0].RecoveryKey()
	ana := noescrow.NewDevice()
	p.Part("Three friends, of whom two are enough")
	p.Say(`The key is split in three shares of 33 words (SLIP-39). Each friend gets one, in an age file that
		the friend's device opens. One share:`)
	p.Table()
	p.Row(w.words)
	var back []recovery.Share
	for _, share := range shares {
		friend := noescrow.NewDevice()
		var sealed bytes.Buffer
		var opened strings.Builder
		if err := ana.SealFile(&sealed, strings.NewReader(share.RecoveryKey()), friend.Recipient()); err != nil {
			return err
		}
		if err := friend.OpenFile(&opened, &sealed); err != nil {
			return err
		}
		share, err := recovery.ParseShare(opened.String())
		if err != nil {
			return err
		}
		back = append(back, share)
	}
	p.Table(26)
	_, err = recovery.CombineKey(back[0])
	p.Row("one friend", refusal(err))
	key, err := recovery.CombineKey(back[1:]...)
	if err != nil {
		return err
	}
	p.Row("two friends", fmt.Sprintf("the key: %v", key.Equal(w.key)))
	fresh, err := w.key.Split(2, 3)
	if err != nil {
		return err
	}
	_, err = recovery.CombineKey(back[0], fresh[1])
	p.Row("a share from before a refresh", refusal(err))
	words := strings.Fields(w.words)
	words[9], words[10] = words[10], words[9]
	_, err = recovery.ParseShare(strings.Join(words, " "))
	p.Row("two words exchanged", refusal(err))
	return nil
}

// sheet is a line on paper.
func (w *world) sheet(p *page.Page) error {
	line := w.key.RecoveryKey()
	p.Part("A sheet of paper")
	p.Table()
	p.Row(line[:38])
	p.Row(line[38:])
	p.Say("The command of age 1.3 or later opens the history with it. A slip of the pen is found:")
	slip := []byte(line)
	slip[50], slip[51] = slip[51], slip[50]
	if slip[50] == slip[51] {
		slip[50] ^= 'A' ^ 'C'
	}
	_, err := recovery.ParseKey(string(slip))
	p.Table()
	p.Row(refusal(err))
	return nil
}

// thefts robs all of them.
func (w *world) thefts(p *page.Page) error {
	town := conversation.Town()
	var some []attacks.Message
	i := 0
	for m, err := range town.Messages {
		if err != nil {
			return err
		}
		if i%4 == 0 {
			some = append(some, m)
		}
		i++
	}
	talk := attacks.NewConversation(some)
	p.Part("What each theft opens")
	p.Say("The same town writes %d messages, and makes backups in each of the four ways. Thieves come in the middle. A warrant for one person, or a seizure of a phone, comes at the end. With the provider, it opens the backup; elsewhere it is for the phone, which must be found:", len(some))
	p.Table(20, 20, 11, 12)
	p.Row("backup", "stolen", "opens", "noticed by")
	careful := town.Busiest
	for _, s := range []attacks.System{attackbackup.New(), attack.NewVault(2), attack.NewFriends(), attack.NewSheet()} {
		r, err := attacks.Run(p.Context(), s, talk, careful, p.Progress)
		if err != nil {
			return err
		}
		name := s.Name()
		for _, theft := range []attacks.TheftName{attacks.WarrantName, attackbackup.Store, attackbackup.MasterKey,
			attack.OneServer, attack.Servers, attack.OneFriend, attack.KFriends, attack.Paper, attacks.DeviceKeys, "device seizure"} {
			e := r.Exposure(theft)
			if e == nil {
				continue
			}
			n := e.Readable()
			p.Row(name, string(theft), fmt.Sprintf("%d of %d", n.N, n.Of), e.Noticed)
			name = ""
		}
		if err := r.Close(); err != nil {
			return err
		}
	}
	r, err := attacks.Run(p.Context(), attackbackup.NewCareful(careful), talk, careful, p.Progress)
	if err != nil {
		return err
	}
	hers, open := 0, 0
	for i, m := range some {
		if i < len(some)/2 && (m.From == careful || m.To == careful) {
			hers++
			if r.Exposure(attackbackup.MasterKey).Opened[i] {
				open++
			}
		}
	}
	p.Say(`One key opens everybody's past where the provider holds it. In the other three no one thing does: two
		servers must be robbed, and then each PIN searched; or two friends of one person, or one drawer. (PINs
		here have two digits.) A phone that is taken is the same in all of them.

		If %s makes no backup with the provider, and the others do, its key still opens %d of the %d messages
		that %s wrote or received before the theft: they are in the others' backups.`, careful, open, hers, careful)
	return r.Close()
}

// price says what a search costs once t servers are robbed.
func (w *world) price(p *page.Page) error {
	rate := 4.0 // guesses a second on one core
	how := "Take four guesses a second on one core"
	if !p.Seeded {
		start := time.Now()
		argon2.IDKey([]byte("7203"), []byte("a salt of 16 byte"), recovery.FullCost.Passes, recovery.FullCost.Memory, 1, 64)
		rate = 1 / time.Since(start).Seconds()
		how = fmt.Sprintf("This machine makes %.1f guesses a second on one core", rate)
	}
	p.Part("Once two servers are robbed")
	p.Say(`Then a PIN can be guessed offline, at the speed of Argon2id: 16 MiB and 32 passes a guess. %s, and a
		cent for an hour of a core. All guesses cost:`, how)
	p.Table(24, -12, -14, -14)
	p.Row("", "guesses", "core hours", "US$")
	for _, c := range []struct {
		what string
		n    float64
	}{
		{"four digits", 1e4}, {"six digits", 1e6}, {"eight letters, random", math.Pow(26, 8)},
		{"four words of 7,776", math.Pow(7776, 4)}, {"six words of 7,776", math.Pow(7776, 6)},
	} {
		hours := c.n / rate / 3600
		p.Row(c.what, size(c.n), size(hours), size(hours/100))
	}
	p.Say(`A PIN is worth what the servers are worth. Six words are worth something by themselves, and make the
		vault a convenience.`)
	return nil
}

func size(x float64) string {
	if x < 1e7 {
		if x < 10 {
			return fmt.Sprintf("%.2f", x)
		}
		return page.Thousands(int64(x))
	}
	return fmt.Sprintf("%.0e", x)
}

// refusal returns the text of an error of these packages.
func refusal(err error) string {
	if err == nil {
		return "nothing: it is not refused"
	}
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "recovery: "), "backup: ")
}
