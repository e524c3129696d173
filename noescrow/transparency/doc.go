// Package transparency is a directory of keys that cannot lie to one person unseen. It says which key a
// name has, and proves that it says the same to everyone: key transparency, as in CONIKS (Melara,
// Blankstein, Bonneau, Felten and Freedman, USENIX Security 2015) and draft-ietf-keytrans-protocol, of
// which the prefix tree, the commitments and the ladder are (text of 18 August 2026). The log is RFC
// 6962's, checkpoints and witnesses are C2SP's (https://c2sp.org/tlog-checkpoint,
// https://c2sp.org/tlog-cosignature, https://c2sp.org/tlog-witness), and the labels a VRF's (RFC 9381).
// It does not interoperate with the draft, whose log is another.
//
// It is a demonstration and has not been reviewed. Package noescrow needs no directory: two people who
// compare a safety number need none. This is for all others, who believe what a directory says.
//
//	Ana's device                    the directory                       Ben's device
//	Set(Ana, key) ----------------> the tree has VRF(Ana, 0) → commitment(key)
//	                                the log has the tree's root, day by day
//	                                its head is signed, and witnesses sign it too,
//	                                each if it continues the head before
//	                                <---------------------------------- Lookup(Ana)
//	                                key, opening, proofs -------------> key 0 is there, key 1 is not,
//	                                                                    in the tree that all are shown
//	Monitor(Ana), every day ------> the same, for each day ---->        (not Ben: his own)
//	no key but mine? otherwise an Intrusion, with evidence
//
// Who holds which key:
//
//	the directory   the log's key (Ed25519), and the VRF's; all names and public keys
//	a witness       a key with which it signs heads; the size and root of the last
//	a client        no secret: the last head, and which keys are its own
//	an auditor      no secret: the tree, without names
//
// What that buys. The directory can lie, but not to one alone. A key that it puts under Ana's name is
// in the tree that Ana's device sees, and stays there: her device finds it at its next look, with an
// answer that everyone can check who has the Parameters (TestSwapIsFound). A directory that shows Ana
// another tree must sign two histories. A witness signs one (TestSplitView); without witnesses, two
// people who compare heads have two signatures that cannot both be right.
//
// What it does not buy. The lie is found afterwards: until the next look what is sealed to the false
// key is read. A user who never looks is not protected. A new key of Ana's that the directory withholds
// is no lie in the log: her device sees that it is missing, and has no proof (TestWithheldKeyIsMissing).
// Nothing tells a lie from a new phone of Ana's: she knows, and the evidence says only what the directory
// has signed. A directory that shows her device nothing new is found by the age of the last epoch
// (TestOwnerIsNotKeptInThePast). A fork passes where enough
// witnesses lie: with k of n, 2k-n that sign both histories (TestCollusion, where n-k+1 that sign
// nothing stop the directory; of four with k = 3 both are two). Then only a comparison of heads finds
// it, over a channel that the directory does not carry.
//
// What a warrant gets: from the directory, all names, all public keys, when each changed, and who asks
// about whom, as from every provider; no text, and no key that opens one. It can order a false key.
// Then the order is in the log. What a thief of the directory's keys gets: the same, to lie with from
// then on, and every name. What was sent before stays shut. Who notices: the owner, at the next look;
// each client and witness to whom two histories are shown. Package attacks/transparency measures all of
// this.
//
// By the Commission's definition of a backdoor (attacks.Definition), "device keys" is not one: a
// user's device. Without the log, a directory that swaps keys would be one, for people who never
// compare safety numbers. With it the owners are told.
//
// What shows. An auditor sees how many keys change each day, and indexes and commitments that say
// nothing of names, values, or which belong together (TestLabelsAreHidden): the version is an input of
// the VRF. With [HashedLabels] in its place, anyone who has the tree can guess names. Look-ups
// enumerate names, so a server should limit their rate; the length of a proof tells how many entries
// there are. Labels are known to who measures the time of a look-up, whose VRF takes as long as it
// takes (package vrf).
//
// # Sizes
//
// Of a million entries, hourly epochs of a thousand changes, three witnesses, and a log of a day
// (TestSizes, -long): a look-up has 2.5 kB, of which 0.6 are the checkpoint, and monitoring 36 kB a
// day. CONIKS says less than 20 kB a day, and 2.5 kB a day for each provider that audits: it has one
// entry a name, and proves one path an epoch. Here a name has versions, and an epoch takes two paths,
// of the last and of the first that is absent. An auditor who checks that nothing is taken out, and
// whom the client trusts, would make all epochs but the last unnecessary: that would be 2.5 kB a look.
// Here the client trusts no auditor.
//
// # What is left open
//
// Changes are not signed by the key before: a person who has lost everything could then never come
// back, and the exception would be the attacker's way in. Monitoring shows every epoch, and not the
// draft's few, so it grows with the time away. The VRF's key cannot change: that is a new log.
// Cosignatures are Ed25519 and not ML-DSA-44.
package transparency
