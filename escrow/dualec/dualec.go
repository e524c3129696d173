// Package dualec is Dual_EC_DRBG, the random number generator of NIST SP 800-90A that was
// standardised in 2006, suspected in public in 2007, and withdrawn in 2014. It is broken by whoever
// made its points: it is escrow without a field in any message. It is for study and demonstration:
// do not protect anything with it. Use crypto/rand for randomness.
//
// Who holds which key:
//
//	who chose Q    d, 32 bytes, with dQ = P      opens everything that a device draws after 30
//	                                             bytes of output were seen: keys, nonces, signatures
//	a device       a state s, and P and Q        its own randomness
//	a user         nothing                       and nothing to notice
//
// The generator is two Diffie-Hellman agreements in a row, and the trapdoor is the third:
//
//	the device                     on the wire                 who knows d, with dQ = P
//
//	s  ← φ(x(sP))
//	r  = φ(x(sQ)) -----> r without its first 16 bits -----> tries the 2^16 that are missing;
//	                     (a nonce, a hello, a cookie)       half of them have a point R
//	s' = φ(x(sP)) ........................................ = φ(x(dR)), as dR = d·sQ = s·dQ = sP
//	r' = φ(x(s'Q)) ----> two bytes of it ----------------> tell which s' was the right one
//	                                                       and from there draw what the device
//	                                                       draws: its private keys
//
// Read [Generator] first, then [Trapdoor.Recover], then tiny.go, where both are small enough to be
// done by hand.
//
// What a warrant gets: everything, of everyone whose devices use these points, and nothing has to
// be installed. One message with 32 random bytes in clear is enough. What a device drew before it
// stays closed, since the state cannot be run backwards; but each earlier nonce opens what follows
// it. What a thief of d gets: the same. What a user can notice: nothing in the output
// (attacks/dualec, TestStatisticsDoNotSeeTheTrapdoor). Taking the program apart shows that Q is not
// the standard's. Nothing shows whether anyone knows d, for any Q. What the design gets right: no
// way from the output to the state is known without d, so this is a door with one key; and d is
// short enough to be kept well.
//
// By the Commission's definition of a backdoor (attacks.Definition), "trapdoor" is one, for the maker.
//
// It is also a lock that can be changed. A burglar who writes another Q into the device takes over:
// the former holder of d is shut out at the next seeding, the burglar is in, and the device's tests
// find as little as before. That happened to Juniper's ScreenOS in 2012, and was found in 2015: see
// [JuniperX2012] and package attacks.
//
// What is measured:
//
//   - The examples of NIST for P-256 and SHA-256 come out (TestNISTExamples).
//   - 30 bytes of output and 2 more give the state after 2^14 points on average, of 2^15 that end in
//     the output (TestCandidates, and TestCandidatesLong in full); BenchmarkRecover has the time.
//   - With the change of 2007 a single block determines the state, where it did not before
//     (TestUpdateOf2007HelpsTheAttacker).
//   - Fresh entropy helps until the next 32 bytes are seen (TestReseedingHealsUntilTheNextNonce).
//
// Curves P-384 and P-521, and other hashes, are not here.
package dualec
