package ghost

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/secret"
	"doormat/noescrow"
)

// An App is a messenger of two people whose maker reads along, as ANOM was: a noescrow device, and in the
// program the line of the maker's [Bot]. It has the verbs of noescrow's device, and what leaves it has a
// copy of each text beside the envelope, on a path of its own:
//
//	struct {
//	    uint8  version = 0xe8;
//	    uint8  kind = 6;
//	    opaque copied<1..2^24-1>;     /* to the bot: an age file, which holds Copied */
//	    opaque envelope[];            /* to the recipient: noescrow's */
//	} Sent;
//
//	struct {
//	    opaque from[32];
//	    opaque to[32];
//	    opaque text[];
//	} Copied;
type App struct {
	*noescrow.Device
	maker string
}

// NewApp returns an app on a new device. Maker is what [Bot.Recipient] returns: the same constant in
// every copy of the program.
func NewApp(maker string) *App { return &App{noescrow.NewDevice(), maker} }

// Maker returns the line of the maker's bot, which is a constant of the program.
func (a *App) Maker() string { return a.maker }

// Seal encrypts a text to a peer and, without a word to the owner, to the maker.
func (a *App) Seal(to noescrow.Identity, text, associated []byte) (sent []byte, err error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("ghost: expected a text of at most %d bytes, found %d", MaxText, len(text))
	}
	envelope, err := a.Device.Seal(to, text, associated)
	if err != nil {
		return nil, fmt.Errorf("ghost: %w", err)
	}
	from := a.Identity()
	var file bytes.Buffer
	if err := a.SealFile(&file, bytes.NewReader(slices.Concat(from[:], to[:], text)), a.maker); err != nil {
		return nil, fmt.Errorf("ghost: %w", err)
	}
	out := cryptobyte.NewBuilder([]byte{version, kindApp})
	out.AddUint24LengthPrefixed(func(out *cryptobyte.Builder) { out.AddBytes(file.Bytes()) })
	out.AddBytes(envelope)
	return out.Bytes()
}

// Open opens what another app has sealed. It looks at the envelope alone.
func (a *App) Open(sent, associated []byte) (from noescrow.Identity, text []byte, err error) {
	n, ok := AppHead(sent)
	if !ok {
		return from, nil, malformed("what an app sends")
	}
	from, text, err = a.Device.Open(sent[n:], associated)
	if err != nil {
		return from, nil, fmt.Errorf("ghost: %w", err)
	}
	return from, text, nil
}

// AppHead returns how many bytes of what an app sends come before the recipient's envelope. It reports
// false for anything else.
func AppHead(sent []byte) (n int, ok bool) {
	in := cryptobyte.String(sent)
	var copied cryptobyte.String
	if !readHeader(&in, kindApp) || !in.ReadUint24LengthPrefixed(&copied) || copied.Empty() || in.Empty() {
		return 0, false
	}
	return len(sent) - len(in), true
}

// ForMaker returns the part of what an app sends that goes to the maker.
func ForMaker(sent []byte) ([]byte, error) {
	n, ok := AppHead(sent)
	if !ok {
		return nil, malformed("what an app sends")
	}
	return sent[5:n], nil
}

// A Bot is a server that the apps send copies to, or that another bot passes them to. Its key is fixed: it
// opens everything that was ever encrypted to it. Printing one prints its identity.
type Bot struct {
	named[Bot]
	device *noescrow.Device
}

// NewBot draws the keys of a bot.
func NewBot() *Bot { return newBot(noescrow.NewDevice()) }

func newBot(d *noescrow.Device) *Bot {
	id := d.Identity()
	return &Bot{secret.Name[Bot](fmt.Sprintf("%x…", id[:4])), d}
}

// Recipient returns the line that copies are encrypted to, of 1,959 characters.
func (b *Bot) Recipient() string { return b.device.Recipient() }

// A Copied is what the maker gets of a message.
type Copied struct {
	From, To noescrow.Identity // as the app says: nothing authenticates it
	Text     []byte
}

// Recover opens a copy. It does not know who asks.
func (b *Bot) Recover(copied []byte) (c Copied, err error) {
	var out bytes.Buffer
	if err := b.device.OpenFile(&out, io.LimitReader(bytes.NewReader(copied), 1<<24)); err != nil {
		return c, fmt.Errorf("ghost: %w", err)
	}
	in := cryptobyte.String(out.Bytes())
	if !readIdentity(&in, &c.From) || !readIdentity(&in, &c.To) || len(in) > MaxText {
		return Copied{}, malformed("two names and a text in a copy")
	}
	c.Text = in
	return c, nil
}

// Pass opens a copy and encrypts it to the next bot, whose line is next. So the first server, which the
// apps talk to, stood outside of the USA, and the second was the FBI's.
func (b *Bot) Pass(copied []byte, next string) ([]byte, error) {
	c, err := b.Recover(copied)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if err := b.device.SealFile(&file, bytes.NewReader(slices.Concat(c.From[:], c.To[:], c.Text)), next); err != nil {
		return nil, fmt.Errorf("ghost: %w", err)
	}
	return file.Bytes(), nil
}

// RecoveryKey returns the bot's keys in clear, 244 bytes.
func (b *Bot) RecoveryKey() ([]byte, error) { return b.device.MarshalBinary() }

// ParseBot reads what [Bot.RecoveryKey] returns.
func ParseBot(data []byte) (*Bot, error) {
	d := new(noescrow.Device)
	if err := d.UnmarshalBinary(data); err != nil {
		return nil, fmt.Errorf("ghost: %w", err)
	}
	return newBot(d), nil
}
