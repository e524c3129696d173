package mls

// epochSecrets are the secrets of one epoch (RFC 9420, Section 8):
//
//	init[n-1] ─ Extract(·, commit_secret) ─ "joiner" ─> joiner ─ Extract(·, psk_secret) ─> member
//	member ─ "welcome" ─> welcome          member ─ "epoch" ─> epoch
//	epoch  ─ one label each ─> the rest
type epochSecrets struct {
	joiner, welcome secret // of the commit; not kept

	senderData, encryption, exporter, external, confirm, membership, resumption, authentication, init secret
}

// nextEpoch runs the key schedule. Context is the encoded GroupContext of the new epoch.
func nextEpoch(init, commit, psk secret, context []byte) *epochSecrets {
	s := extract(init[:], commit[:])
	return fromJoiner(secret(expandWithLabel(s[:], "joiner", context, nh)), psk, context)
}

// memberSecret is what a joiner derives welcome and epoch from.
func memberSecret(joiner, psk secret) secret { return extract(joiner[:], psk[:]) }

// fromJoiner is the part of the key schedule that a new member runs too.
func fromJoiner(joiner, psk secret, context []byte) *epochSecrets {
	member := memberSecret(joiner, psk)
	e := fromEpoch(secret(expandWithLabel(member[:], "epoch", context, nh)))
	e.joiner, e.welcome = joiner, member.derive("welcome")
	return e
}

// fromEpoch derives the secrets of Table 4. The first epoch of a group begins here, with a secret
// that its creator draws (Section 11).
func fromEpoch(epoch secret) *epochSecrets {
	return &epochSecrets{
		senderData:     epoch.derive("sender data"),
		encryption:     epoch.derive("encryption"),
		exporter:       epoch.derive("exporter"),
		external:       epoch.derive("external"),
		confirm:        epoch.derive("confirm"),
		membership:     epoch.derive("membership"),
		resumption:     epoch.derive("resumption"),
		authentication: epoch.derive("authentication"),
		init:           epoch.derive("init"),
	}
}

// export implements MLS-Exporter according to RFC 9420, Section 8.5.
func (e *epochSecrets) export(label string, context []byte, n int) []byte {
	s := e.exporter.derive(label)
	return expandWithLabel(s[:], "exported", hash(context), n)
}

// welcomeKey returns the key and the nonce of encrypted_group_info.
func (s *suite) welcomeKey(welcome secret) (key, nonce []byte) {
	return expandWithLabel(welcome[:], "key", nil, s.nk), expandWithLabel(welcome[:], "nonce", nil, nn)
}

// pskSecret computes psk_secret according to RFC 9420, Section 8.4:
//
//	s[0] = 0
//	s[i+1] = Extract(ExpandWithLabel(Extract(0, psk[i]), "derived psk", PSKLabel, Nh), s[i])
func pskSecret(ids []pskID, psks [][]byte) (s secret) {
	for i := range ids {
		extracted := extract(make([]byte, nh), psks[i])
		label := ids[i].add(nil) // PSKLabel
		label = addUint16(addUint16(label, uint16(i)), uint16(len(ids)))
		input := expandWithLabel(extracted[:], "derived psk", label, nh)
		s = extract(input, s[:])
	}
	return s
}

// confirmedHash computes confirmed_transcript_hash of the next epoch (RFC 9420, Section 8.2).
func confirmedHash(interim []byte, a *authenticatedContent) []byte {
	b := append([]byte(nil), interim...)
	b = a.content.add(addUint16(b, a.wire))
	return hash(addV(b, a.signature))
}

// interimHash computes interim_transcript_hash. At epoch 0 it follows Section 11, where the tag is
// hashed, and not Section 8.2, where the hash is empty.
func interimHash(confirmed, tag []byte) []byte {
	return hash(addV(append([]byte(nil), confirmed...), tag))
}
