package main

// origin records who weakened a cipher.
type origin struct {
	cipher    string
	by        string // who made it weak
	known     string // who knew, since when
	disclosed string // how the public learned of it
	source    string
}

// origins returns the origins of the four ciphers, in the order of the searches.
func origins() []origin {
	return []origin{
		{
			"export RC4",
			"the export rules of the United States: 40 bits, or no licence to export",
			"everybody, from the beginning: the cipher is called EXPORT40",
			"never hidden; broken in public in August 1995",
			"SSL 2.0 specification, 1995; cambium.inria.fr/~doligez/ssl/announce-rev.html",
		},
		{
			"40-bit DES",
			"the same rules; IBM's CDMF and SSL 3.0 left 40 of 56 bits",
			"everybody, from the beginning",
			"never hidden; 56 bits fell in public in July 1998",
			"RFC 6101, 2011 (SSL 3.0, 1996); EFF, Cracking DES, 1998",
		},
		{
			"TEA1",
			"ETSI's SAGE, with help from government authorities, so that it could be exported",
			"whoever was given the secret specification, from the 1990s on",
			"taken out of a radio in 2021, published in July 2023: CVE-2022-24402",
			"Meijer, Bokslag, Wetzels, USENIX Security 2023; Zetter's interview with ETSI, July 2023",
		},
		{
			"GEA-1",
			"ETSI's SAGE; ETSI in 2021: \"we followed export control regulations\"",
			"whoever was given the secret specification, from 1998 on",
			"given to researchers by somebody unnamed, published in June 2021",
			"Beierle et al., Eurocrypt 2021, eprint.iacr.org/2021/819; Vice, June 2021",
		},
	}
}

// fall records a public search that found a key.
type fall struct {
	when, who, cipher string
	bits              int
	took              string
	source            string
}

// falls returns the public searches of history, in order.
func falls() []fall {
	return []fall{
		{"Aug 1995", "Doligez, 120 machines", "RC4", 40, "8 days", "cambium.inria.fr/~doligez/ssl/announce-rev.html"},
		{"Aug 1995", "200 people, networked", "RC4", 40, "31.8 hours", "Clayton, Brute force attacks on cryptographic keys, cl.cam.ac.uk/~rnc1/brute.html"},
		{"Jan 1997", "Goldberg, 250 machines", "RC5", 40, "3.5 hours", "Clayton, as above"},
		{"Jul 1998", "Deep Crack, one machine", "DES", 56, "56 hours", "EFF, Cracking DES, 1998"},
	}
}
