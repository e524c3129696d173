// Package scanning has three designs of record for client-side scanning: each person's device looks at what
// its owner writes before it is encrypted, and tells somebody of what is on a list. The messenger is that of
// package noescrow, and nothing is taken from its encryption. What is escrowed is what is looked for.
//
//	the list in clear    hashes of pictures on each device, and reports on a match, as the Hamming distance
//	                     of PDQ is used (facebook/ThreatExchange, pdq)
//	private matching     Bhowmick, Boneh, Myers, Talwar and Tarbe, "The Apple PSI System", 29 July 2021:
//	                     tPSI-AD, with its blinded cuckoo table, safety vouchers, threshold and synthetic
//	                     vouchers. A reconstruction of its encodings: the paper fixes none
//	texts                keywords and hashed n-grams of words. A reconstruction: the drafts of the European
//	                     regulation, COM(2022) 209, name no technique
//
// It is a demonstration of what such systems see, miss and can be turned to: do not use it. Most programs
// want package noescrow. Its franking answers another need, reports by those who received a message.
//
// Who holds what:
//
//	              a device                          the server                   the authority
//	in clear      the list; the authority's         who was reported, when       the report key, and the
//	              public key                                                     list, which it writes
//	private       the table; its own key, shares    the list, α, and all         the report key
//	              and matrix                        vouchers
//	texts         hashes of the phrases;            who was reported, when       the report key, and the
//	              the authority's public key                                     phrases
//
// Private matching, for a picture with the hash y. H hashes to ristretto255, and F is pseudorandom:
//
//	the server                        a device
//	α random, L = αG
//	P_w = αH(entry in cell w),
//	or a random element
//	L, P_1 … P_n -------------------> once
//	                                  f of degree t-1, adkey = hash(f(0)), K of s rows
//	                                  x = F(number), r = K·(1, x, …, x^(t-2))
//	                                  content = AEAD(adkey, small copy and text)
//	                                  sealed = AEAD(rkey, content ‖ x ‖ f(x) ‖ r)
//	                                  for both cells w of y, with β and γ random:
//	                                  Q = βH(y) + γG, S = βP_w + γL, ct = AEAD(H'(S), rkey)
//	        <------------------------ number, Q ‖ ct twice in either order, sealed
//	αQ = S if the cell w holds y;
//	else S is uniform, and ct stays shut
//	with t shares: f(0), and every copy that matched
//
// The threshold t of this package is the number of matches at which an account opens. The paper opens above
// t; Apple said 30. A synthetic voucher opens like a match and holds a random share, so that the server does
// not learn the number of matches below t. Above it the r tell the two apart, if an account has sent no more
// synthetic ones than s - t + 1, and so the client here stops at the dial. The paper compares NeuralHash, 96
// bits, for exact equality; here it is PDQ, 256 bits.
//
// What a warrant gets. Nothing of it is targeted: each device looks at everything, always, and people at the
// authority decide about what has come in. A server that is ordered to can add an entry to the list, and no
// court knows whose pictures that will find.
//
// What a thief gets. Of the report key: every report, past and future. Of α: with the vouchers, which the
// server stores, the matches of every account, and the copies of those above the threshold. α opens them
// without the list. Of the list in clear: which pictures are on it, to anyone who has them; PDQ's hashes are
// not one-way either.
//
// Who notices. A report leaves nothing on a device that its owner would see. It stands beside its envelope: the
// server, a wiretap and the recipient's device can tell which message was reported (TestDevice). A list that grows is told, in
// clear, for any picture that the owner has; of texts, for any phrase that can be guessed; with private
// matching, never: the table is as long as before, and its bytes are random under either list
// (TestTableTellsNothing). Against that stands [Table.Check]: k organisations see what is in each cell, and
// devices take no table without their signatures. It does not tell an organisation what picture a hash is
// of, and it does not help against an order that binds all k.
//
// By the Commission's definition of a backdoor (attacks.Definition), "report key" is one, for the
// authority. It opens what is on the list, and any text can be put there.
//
// What the designs get right. Without a match the server of private matching learns of a picture that it
// exists, and no more (TestOnlyTheList). Of matches below the threshold it learns which vouchers opened, and so
// whose, when and beside which message, though some may be synthetic; but nothing of what they show
// (TestOneShareShort). That is proved under the decisional Diffie-Hellman assumption, for the list that the
// server has. Nobody promises anything about what is on that list.
//
// Who evades. A client without a scanner sends envelopes that cannot be told from those of a scanner that has
// found nothing (TestDevice), but with private matching: there a voucher is missing beside each picture, and such a
// client makes it of another picture, which opens for nobody (TestOnlyTheList). Or it sends more synthetic vouchers
// than the dial allows, and nothing of its account opens (TestTooManySynthetics). A client that encrypts before, or
// changes a picture, evades too.
package scanning

import "doormat/internal/secret"

type (
	hidden[T any] = secret.Hidden[T]
	named[T any]  = secret.Named[T]
)

// Each format begins with the version and a kind.
const (
	version      = 0xe3
	kindMessage  = 1
	kindReport   = 2
	kindList     = 3
	kindTextList = 4
	kindTable    = 5
	kindAccount  = 6
	kindVoucher  = 7
	kindOpening  = 8
	kindEnvelope = 9
)
