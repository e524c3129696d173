package desk

import (
	"encoding/hex"
	"errors"

	"golang.org/x/crypto/cryptobyte"
)

var errState = errors.New("not a device's state")

// keysOf reads the keys of a stolen device without escrow, from its bytes alone: noescrow/state.go and
// internal/ratchet/state.go have their format. It returns the identity, and those of the newest session with the
// first peer, if there is one.
func keysOf(state []byte, peer string) ([]Key, error) {
	in := cryptobyte.String(state)
	var identity []byte
	var files, skip, answered, unanswered cryptobyte.String
	if !in.Skip(2) || !in.ReadBytes(&identity, 32) || !in.ReadUint8LengthPrefixed(&files) || !in.Skip(4) ||
		!in.ReadUint24LengthPrefixed(&skip) || !in.ReadUint24LengthPrefixed(&skip) || !in.ReadUint24LengthPrefixed(&skip) ||
		!readUint32Prefixed(&in, &answered) || !readUint32Prefixed(&in, &unanswered) {
		return nil, errState
	}
	keys := []Key{{Name: "identity", Bytes: hex.EncodeToString(identity)}}
	peers := answered
	if peers.Empty() {
		peers = unanswered
	}
	if peers.Empty() {
		return keys, nil
	}
	var sessions, initial, session cryptobyte.String
	if !peers.Skip(32) || !readUint32Prefixed(&peers, &sessions) || !sessions.Skip(32+4) ||
		!sessions.ReadUint16LengthPrefixed(&initial) || !sessions.ReadUint24LengthPrefixed(&session) {
		return nil, errState
	}
	more, err := sessionKeys(session)
	for _, k := range more {
		k.Peer = peer
		keys = append(keys, k)
	}
	return keys, err
}

func readUint32Prefixed(in, out *cryptobyte.String) bool {
	var n uint32
	return in.ReadUint32(&n) && in.ReadBytes((*[]byte)(out), int(n))
}

// sessionKeys reads a session of the ratchet. A key that the session does not have at the moment is not in the list.
func sessionKeys(in cryptobyte.String) (keys []Key, err error) {
	var ad, chains cryptobyte.String
	var root, private, sendingChain []byte
	var turn, sending uint8
	const header = 32 + 32 + 32 // dhs_public, hks, nhks
	if !in.ReadUint8LengthPrefixed(&ad) || !in.ReadBytes(&root, 32) || !in.ReadUint8(&turn) || !in.ReadBytes(&private, 32) ||
		!in.Skip(header) || !in.ReadBytes(&sendingChain, 32) || !in.ReadUint8(&sending) || !in.Skip(4+4+32+32) ||
		!in.ReadUint24LengthPrefixed(&chains) {
		return nil, errState
	}
	add := func(name string, key []byte, there bool) {
		if there {
			keys = append(keys, Key{Name: name, Bytes: hex.EncodeToString(key)})
		}
	}
	add("root", root, true)
	add("ratchet", private, turn == 0)
	add("sending chain", sendingChain, sending == 1)
	for !chains.Empty() {
		var key []byte
		var closed uint8
		var skipped cryptobyte.String
		if !chains.Skip(32) || !chains.ReadBytes(&key, 32) || !chains.Skip(4) || !chains.ReadUint8(&closed) || !chains.ReadUint24LengthPrefixed(&skipped) {
			return nil, errState
		}
		add("receiving chain", key, closed == 0)
	}
	return keys, nil
}
