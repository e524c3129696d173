package attacks

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/crypto/cryptobyte"

	"doormat/escrow/sakke"
	"doormat/internal/padme"
)

// What each key of MIKEY-SAKKE is worth:
//
//	z                   computes the receiver's key of any number in any month: all calls. It signs
//	                    nothing, but whoever has a call's keys can put his own words into it
//	KSAK                computes signing keys: invitations from anybody. It opens nothing that
//	                    was recorded; for that, the caller must call the man in the middle
//	a phone             the calls to it in one month, and invitations from it in that month
//	last month's keys   the same, of last month
//
// Rotation sorts the last two by months. It does nothing for the first two: the month is an
// argument of the function, and the thief fills it in.

var errSakkeLoot = errors.New("attacks: the loot is not a key of MIKEY-SAKKE")

// A call is an envelope in its parts.
type call struct {
	invitation sakke.Invitation
	packet     []byte
	callee     sakke.Identifier
}

func splitCall(envelope []byte) (c call, ok bool) {
	var err1, err2 error
	c.invitation, c.packet, err1 = sakke.ParseInvitation(envelope)
	c.callee, err2 = sakke.NewIdentifier(c.invitation.To, c.invitation.At)
	return c, err1 == nil && err2 == nil
}

// open reads a call, given its shared secret value.
func (c *call) open(ssv sakke.SSV) (text []byte, ok bool) {
	padded, err := c.invitation.CalleeSession(ssv).Open(c.packet)
	if err != nil {
		return nil, false
	}
	text, err = padme.Unpad(padded)
	return text, err == nil
}

// recoverUnkeyedCalls is what can be tried with no receiver's key: are calls under a value that
// is always the same, or that stands in the invitation?
func recoverUnkeyedCalls(ctx context.Context, _ *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	var operations atomic.Int64
	err := inParallel(ctx, t, func(e Envelope) {
		c, ok := splitCall(e.Bytes)
		if !ok {
			return
		}
		inClear := c.invitation.Encapsulated[len(c.invitation.Encapsulated)-16:]
		for _, ssv := range []sakke.SSV{sakke.NewSSV([16]byte{}), sakke.NewSSV([16]byte(inClear))} {
			operations.Add(1)
			if text, ok := c.open(ssv); ok {
				found(e.Index, text)
			}
		}
	})
	return operations.Load(), err
}

// forgeByRepeatedCall is what can be tried without a key: the last call once more.
func forgeByRepeatedCall(_ *Tape, t *Transcript, f Forgery) ([]byte, error) {
	var last []byte
	for e, err := range t.All() {
		if err != nil {
			return nil, err
		}
		if c, ok := splitCall(e.Bytes); ok && c.invitation.From == string(f.From) && c.invitation.To == string(f.To) {
			last = bytes.Clone(e.Bytes)
		}
	}
	if last == nil {
		return nil, errNothingRecorded
	}
	return last, nil
}

// communityOf reads the first record of a loot, which is public, and returns those behind it.
func communityOf(l *Tape) (c *sakke.Community, secrets [][]byte, err error) {
	for record, err := range l.All() {
		if err != nil {
			return nil, nil, err
		}
		secrets = append(secrets, bytes.Clone(record))
	}
	if len(secrets) < 2 {
		return nil, nil, errSakkeLoot
	}
	c, err = sakke.ParseCommunity(secrets[0])
	return c, secrets[1:], err
}

// receiverKeys are computed once for each number and month, whoever asks first.
type receiverKeys struct {
	master sakke.MasterSecret
	mu     sync.Mutex
	keys   map[sakke.Identifier]func() (sakke.ReceiverKey, error)
}

func (r *receiverKeys) of(id sakke.Identifier) (sakke.ReceiverKey, error) {
	r.mu.Lock()
	key := r.keys[id]
	if key == nil {
		key = sync.OnceValues(func() (sakke.ReceiverKey, error) { return r.master.Extract(id) })
		r.keys[id] = key
	}
	r.mu.Unlock()
	return key()
}

// recoverWithMasterSecret does what the KMS does for each of its subscribers, and then what each
// of them does with the calls to him.
func recoverWithMasterSecret(ctx context.Context, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	community, secrets, err := communityOf(l)
	if err != nil {
		return 0, err
	}
	master, err := sakke.ParseMasterSecret(secrets[0])
	if err != nil {
		return 0, err
	}
	keys := &receiverKeys{master: master, keys: map[sakke.Identifier]func() (sakke.ReceiverKey, error){}}
	return decapsulateAll(ctx, community, t, keys.of, found)
}

// decapsulateAll opens every call for whose callee there is a key.
func decapsulateAll(ctx context.Context, community *sakke.Community, t *Transcript, keys func(sakke.Identifier) (sakke.ReceiverKey, error), found func(i int, text []byte)) (int64, error) {
	var operations atomic.Int64
	err := inParallel(ctx, t, func(e Envelope) {
		c, ok := splitCall(e.Bytes)
		if !ok {
			return
		}
		key, err := keys(c.callee)
		if err != nil {
			return
		}
		operations.Add(1)
		ssv, err := community.Decapsulate(key, c.invitation.Encapsulated)
		if err != nil {
			return
		}
		if text, ok := c.open(ssv); ok {
			found(e.Index, text)
		}
	})
	return operations.Load(), err
}

// forgeInCall takes a call that is being set up, and speaks in the caller's place: the invitation
// is signed, and what is said in the call is not.
func forgeInCall(l *Tape, _ *Transcript, f Forgery) ([]byte, error) {
	community, secrets, err := communityOf(l)
	if err != nil {
		return nil, err
	}
	master, err := sakke.ParseMasterSecret(secrets[0])
	if err != nil {
		return nil, err
	}
	c, ok := splitCall(f.Held)
	if !ok {
		return nil, errNothingRecorded
	}
	key, err := master.Extract(c.callee)
	if err != nil {
		return nil, err
	}
	ssv, err := community.Decapsulate(key, c.invitation.Encapsulated)
	if err != nil {
		return nil, err
	}
	packet, err := c.invitation.CallerSession(ssv).Seal(padme.Pad([]byte(f.Text)))
	return slices.Concat(f.Held[:len(f.Held)-len(c.packet)], packet), err
}

// forgeWithKSAK computes a signing key of the victim, and calls with it.
func forgeWithKSAK(l *Tape, _ *Transcript, f Forgery) ([]byte, error) {
	community, secrets, err := communityOf(l)
	if err != nil {
		return nil, err
	}
	ksak, err := sakke.ParseAuthenticationSecret(secrets[len(secrets)-1])
	if err != nil {
		return nil, err
	}
	caller, err := sakke.NewIdentifier(string(f.From), f.At)
	if err != nil {
		return nil, err
	}
	return forgeCall(community, ksak.Extract(caller), f)
}

func forgeCall(community *sakke.Community, signer sakke.SigningKey, f Forgery) ([]byte, error) {
	callee, err := sakke.NewIdentifier(string(f.To), f.At)
	if err != nil {
		return nil, err
	}
	invitation, session, err := sakke.Invite(community, signer, callee, f.At)
	if err != nil {
		return nil, err
	}
	packet, err := session.Seal(padme.Pad([]byte(f.Text)))
	return append(invitation, packet...), err
}

// stolenMonth is what a phone has for one month.
type stolenMonth struct {
	receiver sakke.ReceiverKey
	signing  sakke.SigningKey
}

// parseMonth reads the format of escrow/sakke/phone.go.
func parseMonth(community *sakke.Community, keys []byte) (m stolenMonth, err error) {
	in := cryptobyte.String(keys)
	var id cryptobyte.String
	var rsk, ssk []byte
	if !in.Skip(1) || !in.ReadUint8LengthPrefixed(&id) || !in.ReadBytes(&rsk, 257) || !in.ReadBytes(&ssk, 97) || !in.Empty() {
		return m, errSakkeLoot
	}
	identifier, err := sakke.ParseIdentifier(id)
	if err != nil {
		return m, err
	}
	if m.receiver, err = community.ParseReceiverKey(identifier, rsk); err != nil {
		return m, err
	}
	m.signing, err = community.ParseSigningKey(identifier, ssk)
	return m, err
}

// parsePhone reads a phone's state. Which calls it has had does not matter to a thief.
func parsePhone(state []byte) (community *sakke.Community, months []stolenMonth, err error) {
	in := cryptobyte.String(state)
	var parameters, telephone, all cryptobyte.String
	if !in.Skip(1) || !in.ReadUint16LengthPrefixed(&parameters) || !in.ReadUint8LengthPrefixed(&telephone) ||
		!in.ReadUint24LengthPrefixed(&all) || len(in)%32 != 4 { // a number, and so many hashes
		return nil, nil, errSakkeLoot
	}
	if community, err = sakke.ParseCommunity(parameters); err != nil {
		return nil, nil, err
	}
	for !all.Empty() {
		var keys cryptobyte.String
		if !all.ReadUint16LengthPrefixed(&keys) {
			return nil, nil, errSakkeLoot
		}
		m, err := parseMonth(community, keys)
		if err != nil {
			return nil, nil, err
		}
		months = append(months, m)
	}
	return community, months, nil
}

var errNoKey = errors.New("attacks: no key for this number and month")

// recoverWithMonths opens the calls to one number in a few months.
func recoverWithMonths(ctx context.Context, community *sakke.Community, months []stolenMonth, t *Transcript, found func(i int, text []byte)) (int64, error) {
	keys := map[sakke.Identifier]sakke.ReceiverKey{}
	for _, m := range months {
		keys[m.receiver.Identifier()] = m.receiver
	}
	return decapsulateAll(ctx, community, t, func(id sakke.Identifier) (sakke.ReceiverKey, error) {
		if key, ok := keys[id]; ok {
			return key, nil
		}
		return sakke.ReceiverKey{}, errNoKey
	}, found)
}

func recoverWithPhone(ctx context.Context, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	state, err := l.First()
	if err != nil {
		return 0, err
	}
	community, months, err := parsePhone(state)
	if err != nil {
		return 0, err
	}
	return recoverWithMonths(ctx, community, months, t, found)
}

// forgeWithPhone signs with the keys of the date's month, or with what there is.
func forgeWithPhone(l *Tape, _ *Transcript, f Forgery) ([]byte, error) {
	state, err := l.First()
	if err != nil {
		return nil, err
	}
	community, months, err := parsePhone(state)
	if err != nil {
		return nil, err
	}
	return forgeWithMonths(community, months, f)
}

func forgeWithMonths(community *sakke.Community, months []stolenMonth, f Forgery) ([]byte, error) {
	if len(months) == 0 {
		return nil, errNoKey
	}
	best := months[0]
	for _, m := range months {
		if m.signing.Identifier().Month() == f.At.UTC().Format("2006-01") {
			best = m
		}
	}
	return forgeCall(community, best.signing, f)
}

// lastMonth reads the keys of one month, of which there may be none.
func lastMonth(l *Tape) (community *sakke.Community, months []stolenMonth, err error) {
	if l.Len() == 0 {
		return nil, nil, nil
	}
	community, secrets, err := communityOf(l)
	if err != nil {
		return nil, nil, err
	}
	m, err := parseMonth(community, secrets[0])
	return community, []stolenMonth{m}, err
}

func recoverWithMonth(ctx context.Context, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	community, months, err := lastMonth(l)
	if err != nil {
		return 0, err
	}
	return recoverWithMonths(ctx, community, months, t, found)
}

func forgeWithMonth(l *Tape, _ *Transcript, f Forgery) ([]byte, error) {
	community, months, err := lastMonth(l)
	if err != nil {
		return nil, err
	}
	if months == nil {
		return bytes.Clone(f.Held), nil // nothing to try
	}
	return forgeWithMonths(community, months, f)
}
