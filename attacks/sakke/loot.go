package sakke

import (
	"bytes"
	"errors"

	"golang.org/x/crypto/cryptobyte"

	"doormat/attacks"
	"doormat/escrow/sakke"
)

var errLoot = errors.New("attacks: expected a community and its secrets, or the keys of a phone, as loot, found something else")

// parseLoot reads the first record of a loot, the community, and returns copies of the others. There must
// be at least one.
func parseLoot(l *attacks.Tape) (c *sakke.Community, secrets [][]byte, err error) {
	for record, err := range l.All() {
		if err != nil {
			return nil, nil, err
		}
		secrets = append(secrets, bytes.Clone(record))
	}
	if len(secrets) < 2 {
		return nil, nil, errLoot
	}
	c, err = sakke.ParseCommunity(secrets[0])
	return c, secrets[1:], err
}

// parseMasterSecret reads a loot whose second record is z.
func parseMasterSecret(l *attacks.Tape) (*sakke.Community, sakke.MasterSecret, error) {
	community, secrets, err := parseLoot(l)
	if err != nil {
		return nil, sakke.MasterSecret{}, err
	}
	z, err := sakke.ParseMasterSecret(secrets[0])
	return community, z, err
}

// monthKeys are what the KMS issues to a number for a month: RSK, and SSK with PVT. Both are of the same
// identifier.
type monthKeys struct {
	receiver sakke.ReceiverKey
	signing  sakke.SigningKey
}

// Sizes of the keys in bytes.
const (
	rskSize = 257     // a point
	sskSize = 32 + 65 // SSK ‖ PVT
)

// parseMonthKeys reads the format of escrow/sakke/phone.go: version ‖ identifier ‖ RSK ‖ SSK ‖ PVT. It
// checks both keys against the community, as a phone does.
func parseMonthKeys(community *sakke.Community, keys []byte) (m monthKeys, err error) {
	in := cryptobyte.String(keys)
	var id cryptobyte.String
	var rsk, ssk []byte
	if !in.Skip(1) || !in.ReadUint8LengthPrefixed(&id) || !in.ReadBytes(&rsk, rskSize) || !in.ReadBytes(&ssk, sskSize) || !in.Empty() {
		return m, errLoot
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

// parsePhone reads the format of escrow/sakke/phone.go: version ‖ community ‖ number ‖ the keys of each
// month ‖ a date, a number, and a record of 40 bytes for each of as many invitations accepted. A thief
// has no use for these records.
func parsePhone(state []byte) (community *sakke.Community, months []monthKeys, err error) {
	in := cryptobyte.String(state)
	var parameters, telephone, all cryptobyte.String
	if !in.Skip(1) || !in.ReadUint16LengthPrefixed(&parameters) || !in.ReadUint8LengthPrefixed(&telephone) ||
		!in.ReadUint24LengthPrefixed(&all) || len(in)%40 != 12 {
		return nil, nil, errLoot
	}
	if community, err = sakke.ParseCommunity(parameters); err != nil {
		return nil, nil, err
	}
	for !all.Empty() {
		var keys cryptobyte.String
		if !all.ReadUint16LengthPrefixed(&keys) {
			return nil, nil, errLoot
		}
		m, err := parseMonthKeys(community, keys)
		if err != nil {
			return nil, nil, err
		}
		months = append(months, m)
	}
	return community, months, nil
}

// parseStolenPhone reads a loot whose first record is a phone's state.
func parseStolenPhone(l *attacks.Tape) (*sakke.Community, []monthKeys, error) {
	state, err := l.First()
	if err != nil {
		return nil, nil, err
	}
	return parsePhone(state)
}

// parseBackup reads the keys of months, as the KMS issues them. It returns none if the loot is empty.
func parseBackup(l *attacks.Tape) (community *sakke.Community, months []monthKeys, err error) {
	if l.Len() == 0 {
		return nil, nil, nil
	}
	community, secrets, err := parseLoot(l)
	if err != nil {
		return nil, nil, err
	}
	for _, keys := range secrets {
		if err != nil {
			return nil, nil, err
		}
		var m monthKeys
		m, err = parseMonthKeys(community, keys)
		months = append(months, m)
	}
	return community, months, err
}
