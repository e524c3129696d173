// Package mls is end-to-end encrypted messaging in groups with no third key: Messaging Layer Security,
// RFC 9420 (https://www.rfc-editor.org/rfc/rfc9420). For two people, most programs want package noescrow,
// whose envelopes also hide who writes.
//
// It is here to be measured: what a third party must do to read a group. It is complete and passes the
// official vectors of its suites, but no one has reviewed it: do not protect real secrets with it.
//
// All members agree on who is a member. A member is a leaf of a tree; the hash of the tree is in the
// GroupContext, from which the secrets of the epoch are derived; so two members that count differently
// have different secrets. A leaf is added by a commit that a member signs, or by who joins, and in both
// cases every other member checks it.
//
//	members       Ana   Bob   Cem   Dee                  a commit by Bob draws new keys from Bob's leaf
//	                 \   /       \   /                    to the root, and encrypts each to all who
//	path secrets       *          *                      should have it and do not: here to Ana, and
//	                     \      /                         to the node above Cem and Dee
//	                       root ── commit_secret
//	                                    │
//	init_secret ──────────────────> joiner ──> epoch ──> sender data, encryption, exporter, confirm, …
//	of the epoch before          with the GroupContext      │
//	                                                     secret tree ──> one key a message
//
// Who holds which key:
//
//	a member              signature key                  until Rotate and the next commit
//	                      private key of its leaf        until its next commit or Update
//	                      private keys of nodes above    until a member below commits
//	                      epoch secrets                  until the next commit
//	                      message keys                   until their message opens; of messages that are missing,
//	                                                     for 2,000 generations and 3 epochs
//	                      KeyPackage's private keys      until a Welcome uses them, or 12 weeks
//	                      resumption secrets             for 32 epochs
//	a delivery service    messages, KeyPackages,         no secret
//	                      and, if told to be, the tree
//	an authority          the key that certificates      reads nothing, but can be anyone
//	                      are signed with
//
// What that buys: a delivery service or a wiretap reads nothing. From a PrivateMessage they learn the
// group, the epoch, the kind of content, the associated data, and the length in steps; from a Welcome, and
// from commits and proposals in clear, also who the members are. A thief who copies a member's state reads
// nothing that was opened before (forward secrecy, across restarts, as long as the store applies
// [Group.Changes] and erases what it replaces). What comes after, the thief reads until that member's own
// commit, or its Update in another's: that draws keys that the copy does not have (healing). A commit of
// another member does not help. Who was removed reads nothing of later epochs; who was added, nothing of
// earlier ones.
//
// What it does not buy. A member may leak what it reads, and every member can. A credential is worth what its
// [Verifier] checks: with basic credentials that is nothing, and a delivery service that hands out its
// own KeyPackage for Bob's has put itself in the group in Bob's place, where all see a member "Bob"; with
// certificates, a thief of the authority's key joins as anyone. The delivery service can also delay or
// drop messages, and choose between two commits: it can hold back the one that removes a thief. A thief with
// a signature key can return by an external commit, which takes its owner's place.
//
// What a warrant gets: the device of a member, and all that is on it, or a member who cooperates. Either
// way it begins with that member's joining, and is one group. From the delivery service: the groups, their
// sizes, and who sends when.
//
// Who can notice: every member, each time that the list of members changes. [Received] says what has
// changed, and [Group.Members] lists all from the tree itself. A program that shows neither hides an added
// member from its user, and from no one else. EpochAuthenticator differs if another party stands
// between two members.
//
// By the Commission's definition of a backdoor (attacks.Definition), "quantum" is one, for the holder
// of a quantum computer. The sentence asks neither for intent nor whether such a machine exists. The
// post-quantum suite ends it.
//
// An Add that comes from outside the group waits for a member's [Group.Approve]. An external commit
// does not wait: what keeps a stranger out is the Verifier, and not to hand out a GroupInfo.
//
// # The post-quantum suite
//
// With [XWingAES128Experimental] each commit encrypts with X-Wing: a thief who records everything and later has a
// quantum computer reads nothing, and each commit heals against it too. Signatures stay Ed25519, so such a
// thief could sign as a member from then on. With the other suites it opens every epoch of a recorded group.
//
// # Conflicts
//
// Two members may commit in one epoch. The delivery service must put commits in an order; the first counts,
// and Open refuses the others with [ErrPast]. A commit of this member is not in force before Open has been
// given it. [ErrMissing] asks for commits that were not delivered; [ErrFork] says that the members have
// parted. In both cases a member that cannot go on joins again with [Identity.JoinExternal].
//
// # What is left open
//
// Types of credentials and proposals that RFC 9420 does not define cannot be decoded, and so are refused.
// Ciphersuites with NIST curves and X448 are not offered. Clients are told apart by the identity in their
// credential. KeyPackages of last resort, and resumption PSKs of other groups in an ordinary commit, are not
// supported. Open refuses this member's own proposals and application messages as used: a delivery service
// need not return them. Equal lengths of commits and Welcomes are not aimed at.
package mls

// To read this package, begin with framing.go and protect.go for what is on the wire; then tree.go, treehash.go
// and treekem.go, schedule.go and secrettree.go, for where keys come from; then state.go, where a commit
// is followed, and commit.go, where one is made. Validation is in validate.go and state.go. Names are those of
// RFC 9420 in Go's spelling.

import internal "doormat/internal/secret"

// hidden keeps keys out of what a program prints.
type hidden[T any] = internal.Hidden[T]

// Limits on what others can make a member store and compute. Beyond one, a function returns an error,
// except where it says that the oldest is dropped.
const (
	MaxMembers          = 1 << 16 // leaves of a tree
	MaxForward          = 1000    // application messages of one sender that one message may skip
	MaxForwardHandshake = 100     // proposals and commits of one sender in one epoch that one may skip
	MaxSkipped          = 2000    // how far back a key is kept for a late message; the oldest is dropped
	MaxPastEpochs       = 3       // epochs whose late application messages still open; the oldest is dropped
	MaxResumption       = 32      // epochs back that a ResumptionPSK may be of; the oldest is dropped
	MaxProposals        = 4096    // proposals in one epoch that are not committed yet
	MaxWaiting          = 64      // of Adds from outside the group, which wait for Approve
	MaxPlaintext        = 1 << 20 // bytes of an application message
	MaxMessage          = 1 << 26 // bytes of any message, a Welcome to a very large group included
)
