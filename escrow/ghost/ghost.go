// Package ghost is a messenger between many devices, encrypted end to end, whose provider says who is in
// a chat. The provider adds a device or a member for whom it is told to, and the client does not show it: the
// "ghost" of Levy and Robinson, "Principles for a More Informed Exceptional Access Debate" (Lawfare,
// 29 November 2018). No key is escrowed and no cipher is weakened.
//
// It is a demonstration. Package noescrow/mls is the twin for groups: there, who is a member is part of what
// all members' keys are derived from. A directory whose entries everyone can check (key transparency) makes a
// ghost visible that is added here.
//
// The proposal says that it is "relatively easy for a service provider to silently add a law enforcement
// participant to a group chat or call", because "the service provider usually controls the identity
// system". It needs "suppressing a notification on a target's device". An open letter by 47 signatories
// (22 May 2019, New America) names the same two changes: the provider injects a public key, and the
// client hides it. They are two functions here: [Provider.Obey], and the build [Hiding] of a [Client].
//
// Who holds which key:
//
//	a device       identity, prekeys, sessions: those of noescrow, one session for each other device
//	a ghost        the same; it receives and never writes
//	the provider   no key that reads; the list of devices and members that each client asks for
//	an agency      the ghost's device, and the key that the provider's interface for orders asks for
//
//	Ana's phone                      the provider                            the agency
//	                                 Obey: list one device more <----------- order, signed
//	who is in the chat? ---------->  Roster: Ben's phone, Ben's laptop,
//	                                 Ana's laptop, (do not show:) the ghost
//	Seal: one copy for each -------> each copy to its device --------------> Recover: the text
//
// What a warrant gets: all chats of one account, or one chat, from a date on, with what its members write and
// receive. Nothing from before that date. No phone is needed.
//
// What a thief gets. A copy of the ghost's device: what that ghost is sent from then on. A ghost never
// answers, so no session with it makes a turn, and a copy is not healed as that of a phone is
// (TestGhostNeverHeals). The key for orders, or the provider's machines, as an administrator or an
// intruder: everyone, from then on (TestOneKeyForAll). Both have happened where telephone networks have
// such an interface:
//
//	Athens, 2004    rogue software used the interception part of four Ericsson AXE exchanges from August 2004
//	                to March 2005: over 100 phones, the prime minister's among them, to 14 prepaid ones
//	Salt Typhoon    intruders in eight or nine carriers of the USA, and in what they had built for court orders:
//	                over a million call records, more than 100 people as targets
//
// (Prevelakis and Spinellis, "The Athens Affair", IEEE Spectrum, July 2007. Press reports since October
// 2024.)
//
// Who notices. With a client that is not made to hide, everyone in the chat: the device is in the list of
// members, and the safety number is another one. With one that is, no one who looks at the screen. The
// ghost's identity is in the state of each device that writes to it, and in each message there is one
// copy more than the screen accounts for: who takes the program apart finds both. The provider's client
// is everyone's client, so one update is enough to hide every ghost.
//
// By the Commission's definition of a backdoor (attacks.Definition), "ghost's key" is one, for the
// authority. The order that puts the ghost there is one where a chance to know does not count, and a
// client that shows the ghost makes it none.
//
// What it gets right: it is targeted, it begins at a date, and no key opens the past. What an attacker
// must hold is used in the open, at the provider, and leaves copies.
//
// # ANOM
//
// From October 2018 to 7 June 2021 the FBI and the Australian police ran a maker of encrypted phones,
// ANOM, whose app attached a copy of each message for the maker itself (search-warrant affidavit of May
// 2021, as quoted in the press on 8 June 2021). [App] and [Bot] are that: the program has a key of its
// maker in it, and sends each text on a second path, to a server outside of the USA, which opens it and
// encrypts it again to one that the FBI owns. It is the ghost without a directory and without sessions:
// the key is fixed, so whoever has it opens everything from the first message on, of everyone
// (TestBotKeyOpensThePast). More than 12,000 phones sent 20 million messages by May 2021; there were 800
// arrests on 8 June. The app's own questions and answers said that secret keys never leave the phone.
package ghost

import (
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/secret"
	"doormat/noescrow"
)

type (
	hidden[T any] = secret.Hidden[T]
	named[T any]  = secret.Named[T]
)

// All formats begin with the version and a kind.
const (
	version      = 0xe8
	kindMessage  = 1
	kindRoster   = 2
	kindClient   = 3
	kindOrder    = 4
	kindOrderKey = 5
	kindApp      = 6
)

// Limits on what others can make a client store and compute. Beyond one, a function returns an error.
const (
	MaxDevices = 200     // in a chat, ghosts included
	MaxChats   = 1000    // that a client has seen
	MaxName    = 64      // bytes of an account's or a chat's name, at least one
	MaxText    = 1 << 19 // bytes of a text
)

var (
	// ErrNoCopy reports a message of which no copy is for this device: it was sent before the device was
	// in the chat, or after.
	ErrNoCopy = errors.New("ghost: no copy of the message is for this device")
	// ErrOrder reports an order that the key for orders has not signed.
	ErrOrder = errors.New("ghost: the order is not signed with the key for orders")
)

var errName = fmt.Errorf("expected a name of 1 to %d bytes, found another length", MaxName)

func checkName(name string) error {
	if len(name) == 0 || len(name) > MaxName {
		return errName
	}
	return nil
}

// readHeader reads the version and a kind.
func readHeader(in *cryptobyte.String, kind uint8) bool {
	var v, k uint8
	return in.ReadUint8(&v) && v == version && in.ReadUint8(&k) && k == kind
}

// readName reads a name behind its length.
func readName(in *cryptobyte.String, name *string) bool {
	var b cryptobyte.String
	if !in.ReadUint8LengthPrefixed(&b) || checkName(string(b)) != nil {
		return false
	}
	*name = string(b)
	return true
}

func addName(out *cryptobyte.Builder, name string) {
	out.AddUint8LengthPrefixed(func(out *cryptobyte.Builder) { out.AddBytes([]byte(name)) })
}

func readIdentity(in *cryptobyte.String, id *noescrow.Identity) bool { return in.CopyBytes(id[:]) }

// malformed returns the error of a parser.
func malformed(what string) error {
	return fmt.Errorf("ghost: expected %s, found something else", what)
}
