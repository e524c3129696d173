package sakke

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"

	"doormat/attacks"
	"doormat/escrow/sakke"
	"doormat/internal/padme"
)

// To read a call a thief needs its shared secret value (SSV), which the caller has encapsulated to the
// callee's identifier: b, a month and a number. There are two ways to the value:
//
//	                 the callee, or who has the phone    who has z, for any b
//	RSK of b         was issued by the KMS               = [1/(b + z)]P     RFC 6508, Section 6.1.1
//	SSV              = Decapsulate(RSK, R ‖ H)           the same           RFC 6508, Section 6.2.2
//	the call's keys  = PRF(SSV, RAND, …)                 the same           RFC 3830, Section 4.1.3
//
// Two columns, and one function from the second line on. To sign as a caller a thief needs SSK and PVT
// of the caller's identifier, which KSAK computes in the same way (RFC 6507, Section 5.1.1):
//
//	                 the caller, or who has the phone    who has KSAK, for any identifier
//	SSK, PVT         were issued by the KMS              = KSAK + HS·v, [v]G, for a v drawn anew
//	the invitation   is signed with them                 the same           RFC 6507, Section 5.2.1
//
// In neither table is a key that only a phone has.

// A call is an envelope in its parts: an I_MESSAGE (RFC 6509, Section 2.1), and what the caller says in
// the call. Numbers and date are in clear, so a thief knows which key opens it.
type call struct {
	invitation sakke.Invitation
	packet     []byte
	callee     sakke.Identifier // of the invitation's month
}

// splitCall reports false if an envelope does not begin with an I_MESSAGE. It checks no signature.
func splitCall(envelope []byte) (c call, ok bool) {
	var err1, err2 error
	c.invitation, c.packet, err1 = sakke.ParseInvitation(envelope)
	c.callee, err2 = sakke.NewIdentifier(c.invitation.To, c.invitation.At)
	return c, err1 == nil && err2 == nil
}

// addresses returns the numbers in an envelope, as identities.
func addresses(envelope []byte) (from, to []byte, ok bool) {
	c, ok := splitCall(envelope)
	return []byte(c.invitation.From), []byte(c.invitation.To), ok
}

// open reads a call, given its shared secret value. The traffic keys follow from that value and the
// invitation (RFC 3830, Section 4.1.3). It reports false if the packet does not open.
func (c *call) open(ssv sakke.SSV) (text []byte, ok bool) {
	padded, err := c.invitation.CalleeSession(ssv).Open(c.packet)
	if err != nil {
		return nil, false
	}
	text, err = padme.Unpad(padded)
	return text, err == nil
}

// recoverWithoutKey tries what can be tried with no receiver's key. It needs the transcript. It reads
// calls whose shared secret value is zeros, or stands in the invitation in clear, in the place of H,
// the 16 bytes that hide it (RFC 6508, Section 6.2.1). Each call is two attempts. A call of package
// sakke opens in neither, which is the zero in the table; a test has calls that do.
func recoverWithoutKey(ctx context.Context, t *attacks.Transcript, found attacks.Found) (int64, error) {
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		c, ok := splitCall(r.Bytes)
		if !ok {
			return
		}
		zeros := [16]byte{}
		h := [16]byte(c.invitation.Encapsulated[len(c.invitation.Encapsulated)-16:])
		for _, ssv := range [][16]byte{zeros, h} {
			tried(c.open(sakke.NewSSV(ssv)))
		}
	})
}

// recoverWithAnything tries what can be tried without a key, and then each record of the loot as every kind of
// key that opens calls: z, a phone's state, and keys as issued. The parameters of the community are the first
// record of the loot, and it needs the transcript. It is for who has KSAK, which is none of these.
func recoverWithAnything(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	community, err := l.First()
	if err != nil {
		return 0, err
	}
	n, err := recoverWithoutKey(ctx, t, found)
	if err != nil {
		return n, err
	}
	withCommunity := func(attack attacks.Attack) attacks.Attack {
		return func(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			secret, err := l.First()
			if err != nil {
				return 0, err
			}
			both, err := attacks.TapeOf(community, secret)
			if err != nil {
				return 0, err
			}
			return attack(ctx, both, t, found)
		}
	}
	all, err := attacks.TryAll(ctx, l, t, found, withCommunity(recoverWithMasterSecret), recoverWithPhone, withCommunity(recoverWithBackup))
	return n + all, err
}

// repeatCall forges without any key: it repeats the last call, with a valid signature. Phones remember
// the invitations that they have accepted, and refuse it.
func repeatCall(t *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	return attacks.Replay(t, f, addresses)
}

// recoverWithMasterSecret reads the calls of everyone, of every month. It computes the receiver's key of
// each number and month in the transcript, as the KMS does for its subscribers (RFC 6508, Section
// 6.1.1), and then does what each of them does.
//
// It needs z, the community's parameters, and the transcript; nothing of a phone, and no contact with
// one. It shows what Murdoch (2016) describes: the keys on phones change each month, and the key
// that they follow from does not, so one theft opens the past and the future, and a passive thief
// cannot be noticed.
//
// The operations are decapsulations. The keys, one for each identifier in the transcript, are not
// counted.
func recoverWithMasterSecret(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	community, z, err := parseMasterSecret(l)
	if err != nil {
		return 0, err
	}
	keys := &extractor{z: z, keys: map[sakke.Identifier]func() (sakke.ReceiverKey, error){}}
	return decapsulateAll(ctx, community, t, keys.extract, found)
}

// An extractor computes the receiver's key of each identifier once. It is safe for concurrent use.
type extractor struct {
	z    sakke.MasterSecret
	mu   sync.Mutex // guards keys
	keys map[sakke.Identifier]func() (sakke.ReceiverKey, error)
}

// extract returns the receiver's key of an identifier. A call for a key that is being computed waits
// for it, and other keys are computed meanwhile.
func (x *extractor) extract(id sakke.Identifier) (sakke.ReceiverKey, error) {
	x.mu.Lock()
	key := x.keys[id]
	if key == nil {
		key = sync.OnceValues(func() (sakke.ReceiverKey, error) { return x.z.Extract(id) })
		x.keys[id] = key
	}
	x.mu.Unlock()
	return key()
}

// decapsulateAll opens every call for which keyOf returns the callee's key. It implements RFC 6508,
// Section 6.2.2, for the thief as for the callee: this is the one function that all who read share,
// and it does not know how the key was come by. keyOf may be called from any goroutine. The operations
// are decapsulations, those that fail included.
func decapsulateAll(ctx context.Context, community *sakke.Community, t *attacks.Transcript, keyOf func(sakke.Identifier) (sakke.ReceiverKey, error), found attacks.Found) (int64, error) {
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		c, ok := splitCall(r.Bytes)
		if !ok {
			return
		}
		key, err := keyOf(c.callee)
		if err != nil {
			return
		}
		ssv, err := community.Decapsulate(key, c.invitation.Encapsulated)
		if err != nil {
			tried(nil, false)
			return
		}
		tried(c.open(ssv))
	})
}

// forgeInCall takes a call that is being set up, and puts a packet of its own in the place of the
// caller's. The invitation is the caller's, with a valid signature: z signs nothing. But the packets
// of a call are not signed, and are authenticated with keys that z gives.
//
// It needs z, and to sit on the wire while the victim calls. It shows that separate keys for reading and
// for signing do not keep a reader from writing. Without a call under way it can do nothing, and
// returns [attacks.ErrNothingRecorded].
func forgeInCall(l *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	community, z, err := parseMasterSecret(l)
	if err != nil {
		return nil, err
	}
	c, ok := splitCall(f.Held)
	if !ok {
		return nil, attacks.ErrNothingRecorded
	}
	key, err := z.Extract(c.callee)
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

// forgeWithKSAK computes the victim's signing key of the month, and calls with it. It implements
// RFC 6507, Section 5.1.1, as the KMS does. It needs KSAK, the community's parameters, and the two
// numbers; no call has to be recorded.
//
// PVT of the key differs from that of the victim's own key, which no phone can tell, since PVT is not
// registered anywhere. So it shows that the KMS, or a thief of KSAK, can call as anyone. With two such
// calls, one to each side, a man in the middle also hears what is said (examples/sakke).
func forgeWithKSAK(l *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	community, secrets, err := parseLoot(l)
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

// forgeCall calls with a signing key, and says the text.
func forgeCall(community *sakke.Community, signer sakke.SigningKey, f attacks.Forgery) ([]byte, error) {
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

// recoverWithPhone reads the calls to the victim of the months whose keys are on the phone, which is
// one. Calls that the victim made stay closed: the caller's phone keeps no SSV. It needs a copy of the
// phone's state, taken once, and the transcript.
//
// It shows what rotation is good for. The keys of other months are not on the phone, and do not follow
// from those that are; all calls of the month open, from before the theft and after it.
func recoverWithPhone(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	community, months, err := parseStolenPhone(l)
	if err != nil {
		return 0, err
	}
	return recoverWithMonthKeys(ctx, community, months, t, found)
}

// recoverWithBackup reads the calls to the victim of the month before. It needs the bytes that the KMS
// issued for it, from wherever they were kept. It shows that forgetting keys helps only if they are
// forgotten everywhere.
func recoverWithBackup(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	community, months, err := parseBackup(l)
	if err != nil {
		return 0, err
	}
	return recoverWithMonthKeys(ctx, community, months, t, found)
}

var errNoKey = errors.New("attacks: no key for this number and month")

// recoverWithMonthKeys opens the calls to the identifiers that the keys are of. Other calls are not
// tried, and are no operations: SSV is bound to the identifier, which is in clear.
func recoverWithMonthKeys(ctx context.Context, community *sakke.Community, months []monthKeys, t *attacks.Transcript, found attacks.Found) (int64, error) {
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

// forgeWithPhone calls with the signing key on the victim's phone. The call is accepted if it is of the
// month of the theft.
func forgeWithPhone(l *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	community, months, err := parseStolenPhone(l)
	if err != nil {
		return nil, err
	}
	return forgeWithMonthKeys(community, months, f)
}

// forgeWithBackup calls with the victim's signing key of the month before. The call is accepted if it is
// of that month. If the loot is empty it returns the held envelope, as it was.
func forgeWithBackup(l *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	community, months, err := parseBackup(l)
	if err != nil {
		return nil, err
	}
	if months == nil {
		return bytes.Clone(f.Held), nil
	}
	return forgeWithMonthKeys(community, months, f)
}

// forgeWithMonthKeys signs with the key of the forgery's month, or with another if there is none of that
// month; such a call is refused, as the callee verifies with the identifier of the month.
func forgeWithMonthKeys(community *sakke.Community, months []monthKeys, f attacks.Forgery) ([]byte, error) {
	if len(months) == 0 {
		return nil, errNoKey
	}
	best := months[0]
	for _, m := range months {
		if m.signing.Identifier().Month() == monthOf(f.At) {
			best = m
		}
	}
	return forgeCall(community, best.signing, f)
}
