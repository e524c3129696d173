// Package backup is a backup of chat history under a key that the provider holds, as most phones make by
// default. Messages may be encrypted end to end; their copy is not. Support, a court, an employee and
// a thief read the history by the same call.
//
// Package noescrow/recovery is the twin: the same files, under a key that the provider does not have. The
// difference is one call, Deposit. Both are demonstrations. Sources: Apple Platform Security ("iCloud Backup"
// at standard protection, where the provider's modules hold the keys, for recovery); Google Drive backups of
// WhatsApp before September 2021, which were in clear.
//
// The provider stores files; it need not be the relay that passes the messages on. Who holds which key:
//
//	a phone       the backup key, while it is there
//	the provider  the master key; and, wrapped to it, the backup key of every account that deposited one
//
//	the phone                              the provider
//	key random
//	key, wrapped to the master key ------> Deposit
//	history, sealed with key ------------> Upload, each night
//
//	a new phone, a court, an employee ---> Recover: unwrap, open, history
//
// What a warrant gets: the history of its target as of last night, back to the first message, whatever the
// messenger's forward secrecy: a backup is a copy of the past. And what others wrote to the target, who may
// have no backup at all. What a thief gets: of the database alone, nothing; of the master key and the
// database, the histories of all accounts. What an employee gets who may call Recover: any history, one at a
// time. Who notices: no one. What a user sees ([Provider.See]) is the same before and after (TestSee).
//
// By the Commission's definition of a backdoor (attacks.Definition), "backup master key" is one, for
// the provider.
//
// What it gets right: no history is ever lost. A person who forgets everything gets it back with a
// password reset. The twin cannot promise that.
package backup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"filippo.io/age"
	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/agekey"
	"doormat/internal/secret"
	"doormat/noescrow/recovery"
)

type named[T any] = secret.Named[T]

const (
	version      = 0xe5
	kindAccounts = 1
)

// Limits.
const (
	MaxName = 64        // bytes of an account's name
	MaxFile = 1<<24 - 1 // bytes of a sealed history
)

var (
	// ErrAccount reports an account that has no backup.
	ErrAccount = errors.New("backup: the account has no backup")
	// ErrNoKey reports a backup whose key the provider does not have: the user did not deposit it.
	ErrNoKey = errors.New("backup: the key of this backup was not deposited")
)

// A Provider keeps backups and their keys. It is safe for concurrent use. Printing one prints the
// beginning of its public key.
type Provider struct {
	named[Provider]
	master   *age.HybridIdentity
	mu       sync.Mutex
	accounts map[string]*account
}

type account struct {
	at      time.Time // of the last upload
	wrapped []byte    // the backup key, an age file to the master key; empty if it was not deposited
	file    []byte    // the history, an age file
}

// NewProvider makes a provider with a fresh master key, and no accounts.
func NewProvider() *Provider {
	master, err := age.GenerateHybridIdentity()
	if err != nil {
		panic("backup: internal error: " + err.Error()) // age draws 32 random bytes
	}
	return newProvider(master)
}

func newProvider(master *age.HybridIdentity) *Provider {
	name := master.Recipient().String()[:24] + "…"
	return &Provider{named: secret.Name[Provider](name), master: master, accounts: map[string]*account{}}
}

// RecoveryKey returns the master key, the line "AGE-SECRET-KEY-PQ-1…". With the database it opens every
// history, by the command of age 1.3 or later, too.
func (p *Provider) RecoveryKey() string { return p.master.String() }

// ParseProvider makes a provider of a master key, with no accounts. Give it a database by
// [Provider.UnmarshalBinary].
func ParseProvider(line string) (*Provider, error) {
	master, err := age.ParseHybridIdentity(line)
	if err != nil {
		return nil, errors.New(`backup: expected a line "AGE-SECRET-KEY-PQ-1…", found something else`)
	}
	return newProvider(master), nil
}

func (p *Provider) account(name string) (*account, error) {
	if len(name) == 0 || len(name) > MaxName {
		return nil, fmt.Errorf("backup: expected an account's name of 1 to %d bytes, found %d", MaxName, len(name))
	}
	if p.accounts[name] == nil {
		p.accounts[name] = new(account)
	}
	return p.accounts[name], nil
}

// Deposit gives the provider the key of an account's backup. It is the switch: who does not call it has the
// same backup, which the provider cannot open.
func (p *Provider) Deposit(name string, key *recovery.Key) error {
	var wrapped bytes.Buffer
	w, err := age.Encrypt(&wrapped, agekey.RecipientOf(p.master))
	if err == nil {
		_, err = io.WriteString(w, key.RecoveryKey())
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	a, err := p.account(name)
	if err != nil {
		return err
	}
	a.wrapped = wrapped.Bytes()
	return nil
}

// Upload stores a sealed history in the place of the one before.
func (p *Provider) Upload(name string, at time.Time, file []byte) error {
	if len(file) > MaxFile {
		return fmt.Errorf("backup: expected a file of at most %d bytes, found %d", MaxFile, len(file))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	a, err := p.account(name)
	if err != nil {
		return err
	}
	a.at, a.file = time.UnixMilli(at.UnixMilli()).UTC(), bytes.Clone(file)
	return nil
}

// Download returns the sealed history, for a phone that has its key.
func (p *Provider) Download(name string) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.accounts[name]
	if a == nil || a.file == nil {
		return nil, ErrAccount
	}
	return bytes.Clone(a.file), nil
}

// Recover returns the history of an account, with the provider's keys alone. It is the way of support, of a
// court and of a thief, and does not know who is asking. It returns [ErrAccount] or [ErrNoKey], or an error
// for a database that was altered.
func (p *Provider) Recover(name string) (history []byte, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.accounts[name]
	if a == nil || a.file == nil {
		return nil, ErrAccount
	}
	if len(a.wrapped) == 0 {
		return nil, ErrNoKey
	}
	line, err := p.unwrap(a.wrapped)
	if err != nil {
		return nil, errors.New("backup: the key of this backup does not open with the master key")
	}
	key, err := recovery.ParseKey(line)
	if err != nil {
		return nil, errors.New("backup: what was deposited is no key")
	}
	var out bytes.Buffer
	if err := key.Open(&out, bytes.NewReader(a.file)); err != nil {
		return nil, errors.New("backup: the history does not open with the key that was deposited")
	}
	return out.Bytes(), nil
}

func (p *Provider) unwrap(wrapped []byte) (line string, err error) {
	r, err := agekey.Decrypt(bytes.NewReader(wrapped), p.master)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	_, err = io.Copy(&b, io.LimitReader(r, 1<<10))
	return b.String(), err
}

// A View is what a user sees of the own backup.
type View struct {
	At        time.Time // of the last upload
	Size      int       // bytes
	Deposited bool      // the provider has the key
}

// See returns what a user can see. Whether and for whom the history was recovered is not in it, and stored
// nowhere.
func (p *Provider) See(name string) (View, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.accounts[name]
	if a == nil {
		return View{}, ErrAccount
	}
	return View{a.at, len(a.file), len(a.wrapped) > 0}, nil
}

// Names returns the names of all accounts, in order.
func (p *Provider) Names() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.accounts))
}

// MarshalBinary returns the database, without the master key:
//
//	struct {
//	    opaque name<1..2^8-1>;
//	    uint64 date;               /* milliseconds since 1970 */
//	    opaque wrapped<0..2^16-1>;
//	    opaque file<0..2^24-1>;
//	} Account;
//
//	struct {
//	    uint8   version = 0xe5;
//	    uint8   kind = 1;
//	    Account accounts[];        /* names strictly ascending */
//	} Accounts;
func (p *Provider) MarshalBinary() ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := cryptobyte.NewBuilder([]byte{version, kindAccounts})
	for _, name := range slices.Sorted(maps.Keys(p.accounts)) {
		a := p.accounts[name]
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(name)) })
		b.AddUint64(uint64(a.at.UnixMilli()))
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(a.wrapped) })
		b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(a.file) })
	}
	return b.Bytes()
}

// UnmarshalBinary reads what [Provider.MarshalBinary] returns. The master key stays. After an error the
// provider is unchanged.
func (p *Provider) UnmarshalBinary(data []byte) error {
	accounts := map[string]*account{}
	last := ""
	in := cryptobyte.String(data)
	var v, kind uint8
	ok := in.ReadUint8(&v) && v == version && in.ReadUint8(&kind) && kind == kindAccounts
	for ok && !in.Empty() {
		var name, wrapped, file cryptobyte.String
		var date uint64
		ok = in.ReadUint8LengthPrefixed(&name) && in.ReadUint64(&date) && in.ReadUint16LengthPrefixed(&wrapped) &&
			in.ReadUint24LengthPrefixed(&file) && len(name) <= MaxName && string(name) > last
		last = string(name)
		accounts[last] = &account{time.UnixMilli(int64(date)).UTC(), bytes.Clone(wrapped), bytes.Clone(file)}
	}
	if !ok {
		return errors.New("backup: expected a database of backups, found something else")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accounts = accounts
	return nil
}
