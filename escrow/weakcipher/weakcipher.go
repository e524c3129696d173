// Package weakcipher is four ciphers that were made weak so that somebody could read along, and the
// searches that let everybody read along. They are broken: do not protect anything with them.
//
//	cipher      looks like   is                                    document
//	export RC4  128 bits     40, and 88 in clear                   SSL 2.0, Netscape 1995
//	40-bit DES  56 bits      40, and 16 that are known             FIPS 46-3; see below
//	TEA1        80 bits      32, after its key schedule            Meijer, Bokslag, Wetzels 2023
//	GEA-1       64 bits      40, for two registers out of three    Beierle et al. 2021
//
// Who holds which key:
//
//	two people   the session's key, the fleet's, or one with their network
//	an authority nothing at all
//	everybody    a computer, which is the third key
//
//	Alice ---------- ciphertext, and what is in clear beside it ----------> Bob
//	                            |
//	                            v
//	         whoever can spare 2^32 or 2^40 steps: Recover
//
// Nothing is escrowed, and nobody has to be asked. The weakness was meant to be a key for those
// with large computers, and computers went on growing. What a warrant gets: the ciphertext, and
// then a search like anybody's. What a thief gets: the same, and nothing has to be stolen; a
// wiretap is enough. What a user can notice: nothing. What the design gets right: there is no key
// to lose, and one search opens one key. For the export ciphers it is also right that everybody was
// told.
//
// By the Commission's definition of a backdoor (attacks.Definition), "wiretap" is one, for the
// listener. It asks neither for a key nor for intent.
//
// The package has no integrity: an altered ciphertext opens as an altered text. SSL had a MAC, with
// the same key as the cipher, which is left out. So are the modes and handshakes around the
// ciphers. 40-bit DES is a reconstruction in one point: 56 bits were reduced to 40 in several ways,
// and here 16 bits of the key are zero.
//
// The dial of each search is the number of unknown bits. It is the last parameter of a New function
// and [Options].Bits, and 0 means the full size, which runs the same code.
//
// What a search costs is measured:
//
//   - TEA1 and GEA-1 pass the published vectors (internal/tea1 and internal/gea1, TestVectors).
//   - GEA-1's registers A and C start together in 2^40 states of 2^64 (internal/gea1, TestRanks);
//     every other pair reaches all 2^64 states, or half of them.
//   - BenchmarkSearch, here and in internal/des, internal/tea1 and internal/gea1, reports the keys a
//     second of each search on one core, and as a multiple of the plainest loop: some 5 times for
//     export RC4, 50 for DES, 20 for TEA1, 35 for GEA-1.
//   - All of TEA1 took 81 seconds of one core (internal/tea1, TestFullSearch with -long). At the rates
//     measured, two cores try all of 40-bit DES in three hours, all of export RC4 in two days, and the
//     2^40 steps of GEA-1 in five hours, with its tables of full size (internal/gea1, TestFullSize).
//
// The program examples/weakcipher prints who weakened each cipher, who knew, and how it came out.
package weakcipher
