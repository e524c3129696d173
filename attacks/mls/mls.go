// Package mls puts package noescrow/mls under study: groups with no third key. Each set of people who write to
// each other is a group, which the first to write creates. A message is one envelope, whatever the number of
// recipients; the messengers of package messenger send one to each. A device commits, and so has new keys, after
// every third message of its own in a group.
//
//	theft           the thief has                  it opens                       ended by           noticed by
//	wiretap, relay  every envelope; of the relay   nothing                        -                  nobody
//	                KeyPackages and names too
//	device keys     a copy of a member's device    its groups, from then on       the owner's next   nobody
//	                                                                              commit in each
//	removed member  the phone of one who was in    what it has read, and nothing  the Remove         nobody
//	                a person's groups              after it
//	device seizure  a member's phone               what is on it                  -                  its owner
//	implant         code on a member's phone       its groups, and what it has    -                  who takes an app
//	                                               stored                                            apart
//	update key      the key that signs the app's   all                            -                  the same
//	                updates
//	quantum         every private key of X25519    suite 1: all; X-Wing: nothing  -                  nobody
//	                and Ed25519
//
// The owner's commit ends it, and no other member's: what another encrypts to the owner's old key, the copy opens
// too. In the post-quantum suite each commit is one against a quantum computer as well.
//
// What a court can have: the phone of a member, which is the warrant; or a member who works for it. An officer
// whom another member adds reads that one group, from then on. That is targeted, needs no key that opens other
// groups, and every program shows it: the list of members comes from the tree that the keys depend on.
//
// A key for signatures that was copied, or computed, writes in its owner's name in a new group until the owner
// calls Rotate. What a directory that lies can do, which hands out another's KeyPackage as Bob's, is not measured
// here: the devices know each other's keys.
package mls
