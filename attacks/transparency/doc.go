// Package transparency puts package noescrow/transparency under study: messengers whose people have
// each other's keys from a directory, every day anew, and who look at their own entry as often. The
// first has the thefts of every messenger, of thieves who listen, and one more. In the others a thief
// acts, who has taken over the directory and the relay and stands between people: each gets a device of
// the thief's in the place of the other's.
//
//	system              theft                        it reads, from then on          noticed by
//	key transparency    directory keys               nothing                         nobody
//	plain directory     directory, swapping keys     everything                      who compares safety numbers
//	key transparency    the same                     until the end of the day        the owners, at the next look
//	key transparency    directory, two histories     nothing: too few witnesses      all devices, which refuse
//	                                                 sign each
//	key transparency    two histories, and           what one person writes and      who compares checkpoints
//	                    witnesses too                receives
//	identity provider   identity provider's key      everything, in groups of MLS    who compares authenticators
//	the same, logged    the same                     nothing: the directory has      all devices, which refuse
//	                                                 other keys
//
// All that is in the column of those who notice is measured: the owners' evidence and the pairs of
// checkpoints are checked with the directory's public key. When an owner has published evidence, people
// here believe the directory no more and exchange keys in person.
//
// With two histories, one is shown to the victim, in which all others have keys of the thief's, and one
// to the others, in which the victim has: so each owner finds the own key right. There are four
// witnesses of whom three must sign. The honest ones are kept apart, two for each history; if one
// history is shown to all of them, its people believe it, and those of the other refuse. Two who sign
// both are 2k-n, and enough.
//
// The identity provider's thief needs the relay too. It joins each group of two by an external commit
// in the name of one (joinAs), and so stands between. DigiNotar's in 2011 had at least 531
// certificates, one of them from 10 July for google.com. The authority noticed on 19 July and told
// nobody; a user in Iran reported that one on 27 August (Fox-IT's interim report, as reported; CACM
// 57(10), 2014). A log that no one looks at would not have helped either, as that of jabber.ru's
// certificates in 2023 shows.
//
// A warrant gets from the directory what every provider has: names, and who asks about whom. Nobody
// here reads what was sent before: there is no key that opens messages. That is what tells a false key
// from an escrowed one.
//
// [RecoverNames] is the attack on a directory whose labels are hashes: a dictionary finds its names.
package transparency
