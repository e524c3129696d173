package attacks

import "doormat/escrow/adk"

// Schemes returns the schemes of record as systems, in the order of their years. Where a scheme
// has people who evade it, the victim is the one who does. Searches are of spaces so small that
// all of it takes seconds; each scheme's own program says what the full size costs.
func Schemes(victim string) []System {
	const bits = 12 // of the 40 of export RC4 and Lotus Notes, the 32 of TEA1, the 64 of GEA-1
	return []System{
		NewClipper(), NewClipperForger(victim), NewClipperBorrower(victim), // 1993
		NewExport40(bits),                                     // 1995
		NewWorkFactor(bits), NewWorkFactorRogue(bits, victim), // 1996
		NewTEA1(bits),      // 1996
		NewADK(adk.PGP553), // 1997
		NewGEA1(bits),      // 1998
		NewDualEC(8),       // 2006; 16 bits dropped in the standard
		NewJuniper(8),      // 2012
		NewSakke(),         // 2012
		NewThreshold(),
	}
}
