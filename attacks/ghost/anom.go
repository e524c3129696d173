package ghost

import (
	"context"
	"slices"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/escrow/ghost"
	"doormat/noescrow"
)

// NewANOM returns a messenger whose app sends a copy of each text to its maker.
func NewANOM() attacks.System { return newANOM() }

type anom struct {
	*messenger.Messenger
	bot  *ghost.Bot
	wire messenger.Wire
}

func newANOM() *anom {
	s := &anom{bot: ghost.NewBot()}
	maker := s.bot.Recipient() // a constant of the program, which a thief has too
	newApp := func() (messenger.Device, error) { return ghost.NewApp(maker), nil }
	s.wire = messenger.Carried{HeadOf: ghost.AppHead, Fresh: newApp, Text: func(_, opened []byte) ([]byte, bool) {
		return opened, true
	}}.Wire()
	s.Messenger = messenger.New(messenger.Kind{
		Name:      ANOM,
		NewDevice: func(string) (messenger.Device, error) { return newApp() },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire:      s.wire,
		Keys:      []attacks.Attack{recoverWithBot},
	})
	return s
}

// Inspect returns the state of a phone, and the line of the maker's bot, which is in its program.
func (s *anom) Inspect(name string) ([]byte, error) {
	state, err := s.Messenger.Inspect(name)
	return append(state, s.bot.Recipient()...), err
}

// Thefts lists those of a messenger and, after those of the network, that of the bot's key. In place of
// the phone, the warrant takes that key for one person's messages. The operation itself asked for no
// single person's: what it read is what the theft of the key reads.
func (s *anom) Thefts(victim string) []attacks.Theft {
	key := attacks.Theft{
		Name:    BotKey,
		Takes:   "the key of the maker's server",
		Parties: []attacks.Party{attacks.Maker},
		Steal: func() (*attacks.Tape, error) {
			k, err := s.bot.RecoveryKey()
			if err != nil {
				return nil, err
			}
			return attacks.TapeOf(k)
		},
		Read: recoverWithBot,
	}
	warrant := attacks.Warrant(key, "the key of the maker's server, used on one person's messages",
		func() ([]byte, error) { return s.Identity(victim) }, s.wire.Addresses)
	return slices.Concat([]attacks.Theft{warrant}, s.Network(), []attacks.Theft{key}, s.Phone(victim), []attacks.Theft{s.Quantum()})
}

// recoverWithBot opens the maker's copy of each message. It needs the key, which does not change, and the
// transcript. It shows what a fixed key in everyone's program is: it opens what was sent before it was
// stolen as well.
func recoverWithBot(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	record, err := loot.First()
	if err != nil {
		return 0, err
	}
	bot, err := ghost.ParseBot(record)
	if err != nil {
		return 0, err
	}
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		file, err := ghost.ForMaker(r.Bytes)
		if err != nil {
			return
		}
		c, err := bot.Recover(file)
		tried(c.Text, err == nil)
	})
}
