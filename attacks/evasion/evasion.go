// Package evasion measures how users hide inside an escrowed system, and how a maker hides inside its
// users' messages. It is a ladder of rogues against package escrow, whose authority has one key that opens
// everything:
//
//	rung                    the authority  and reads  who notices                      hidden bits a message
//	honest                  opens all      all        -                                0
//	no field                opens none     none       the relay: another format        -
//	noise in the field      opens none     none       the authority, when it looks     -
//	encrypted first         opens all      none       the authority, when it looks     -
//	hidden in the coins     opens all      all        nobody                           192
//
// The last rung is an anamorphic message (Persiano, Phan and Yung, "Anamorphic Encryption: Private
// Communication Against a Dictator", Eurocrypt 2022): the authority has every key, reads every text, finds
// every field as an honest sender makes it, and two accomplices have another conversation in the same
// envelopes. They need one key of 32 bytes between them, [Key], which is the paper's double key, and coins:
// whatever an honest sender draws at random and a receiver gets to see. In this system those are
//
//	coins                                receiver                        bits       at a cost of
//	seed of a message, 32 bytes          the recipient, who has the Key  256        nothing
//	ML-KEM's 32 bytes in the field       the authority's key and a Key   256        nothing; recipients who check see it
//	ML-KEM's 32 bytes in a handshake     the recipient, who has the Key  256 once   nothing
//	the nonce of a ratchet's header      the wire, with the Key          192        nothing, but one's own generator
//	the ciphertext of a body             the wire, with the Key          b          2^b bodies
//	the order of n messages              readers of them, with the Key   log2(n!)   waiting
//	padding                              -                               0          Padmé writes zeros, and refuses others
//
// Of 256 bits [Key.Hide] spends 64 on a tag, so that coins which hide nothing say so: the robustness of
// Banfi, Gegier, Hirt, Maurer and Rito, "Anamorphic Encryption, Revisited", Eurocrypt 2024. The receiver of
// the seed holds one more thing than the recipient of an honest message: the Key. Ratchets do not protect
// it: a thief of the Key and of a recipient's sessions reads what was hidden in the messages that the
// sessions open.
//
// [Judge] is the authority's test. It tells apart a channel that forgets to encrypt, and does not tell
// apart one that encrypts. It never can, if HMAC-SHA-256 is a pseudo-random function: then hidden coins are
// as uniform as honest ones.
//
// The reverse is kleptography. In [Key.Substitute] the Key is a device's maker's, the sender does not know
// of it, and the ciphertexts leak the secret of the device, a bit each: the algorithm substitution attack
// of Bellare, Paterson and Rogaway, CRYPTO 2014. It keeps no state and is done for 128 bits after
// [Expected](128) = 695 messages. Who holds the maker's Key reads it from the wire. The statistics do not
// show it, to the user or to the authority. A maker of the generator too needs one message:
// [Key.HideInNonce].
//
// One remedy stops both: a [Chain], with which sender and recipient compute the coins. A sender that
// chooses others is refused, and there is nothing left to choose. Its price is one more key, which opens
// every message it made the coins of: a [Chain] is itself an escrow key, and whoever takes it from one of
// two phones needs no authority. It covers field and body. The ratchet draws its keys and nonces itself,
// and they stay a channel unless they follow likewise, the nonces from a counter. What no coins can take
// away is the order, the times and the texts.
//
// Nothing is added to the packages under attack. A rogue is built, as in package attacks/escrow, on
// package noescrow and the format of an envelope.
package evasion
