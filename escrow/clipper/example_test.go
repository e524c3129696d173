package clipper_test

import (
	"crypto/rand"
	"fmt"
	"log"
	mathrand "math/rand/v2"
	"time"

	"doormat/escrow/clipper"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// repeat makes an example print the same bytes every time. A program must not do that.
func repeat() (restore func()) {
	before := rand.Reader
	rand.Reader = mathrand.NewChaCha8([32]byte{})
	return func() { rand.Reader = before }
}

// start makes a family, its agents, and a chip for each unit.
func start(units ...clipper.UnitID) (f *clipper.Family, nist, treasury *clipper.Agent, chips []*clipper.Chip) {
	nist, err := clipper.NewAgent("NIST")
	check(err)
	treasury, err = clipper.NewAgent("Treasury")
	check(err)
	f = clipper.NewFamily()
	for _, u := range units {
		c, err := f.Program(u, nist, treasury)
		check(err)
		chips = append(chips, c)
	}
	return f, nist, treasury, chips
}

var (
	day  = time.Date(1994, 2, 9, 0, 0, 0, 0, time.UTC)
	text = []byte("The bridge, six.")
)

// A call is tapped, recorded, and opened with a warrant.
func Example() {
	defer repeat()()
	family, nist, treasury, chips := start(0x1a, 0x1b)
	ana, ben, ks := chips[0], chips[1], clipper.NewSessionKey()

	sender := ana.Load(ks)
	header, err := sender.GenerateIV()
	check(err)
	ciphertext, err := sender.Encrypt(clipper.OFB, text)
	check(err)

	receiver := ben.Load(ks)
	check(receiver.LoadIV(header))
	heard, err := receiver.Decrypt(clipper.OFB, ciphertext)
	check(err)
	fmt.Printf("Ben hears  %s\n", heard)

	// The wiretap has the family key, and what went over the wire.
	fields := family.Key().RecoverFields(header.LEAF)
	fmt.Printf("LEAF       %x\n", header.LEAF)
	fmt.Printf("           %x for unit %v, checksum %04x\n", fields.Wrapped, fields.Unit, fields.Checksum)
	warrant := clipper.Warrant{Unit: fields.Unit, From: day, Until: day.AddDate(0, 1, 0)}
	one, err := nist.Release(fields.Unit, warrant, day)
	check(err)
	two, err := treasury.Release(fields.Unit, warrant, day)
	check(err)
	recovered, err := clipper.RecoverSessionKey(family.Key(), one, two, header)
	check(err)
	tapped, err := recovered.Decrypt(clipper.OFB, header.IV, ciphertext)
	check(err)
	fmt.Printf("the tap    %s\n", tapped)
	// Output:
	// Ben hears  The bridge, six.
	// LEAF       0cd7d516912a488bf4d231ba6f9f2a23
	//            a86eb626784c7f7979bd for unit 0000001a, checksum f39f
	// the tap    The bridge, six.
}

// The chip refuses a LEAF that is not of this call, and does nothing without one.
func ExampleSession_LoadIV() {
	defer repeat()()
	_, _, _, chips := start(1, 2)
	ks := clipper.NewSessionKey()
	sender, receiver := chips[0].Load(ks), chips[1].Load(ks)
	header, err := sender.GenerateIV()
	check(err)
	ciphertext, err := sender.Encrypt(clipper.CBC, text)
	check(err)

	_, err = receiver.Decrypt(clipper.CBC, ciphertext)
	fmt.Println(err)
	broken := header
	broken.LEAF[15] ^= 1
	fmt.Println(receiver.LoadIV(broken))
	check(receiver.LoadIV(header))
	heard, err := receiver.Decrypt(clipper.CBC, ciphertext)
	fmt.Printf("%s, error: %v\n", heard, err)
	// Output:
	// clipper: the session has taken no LEAF to decrypt with: call LoadIV
	// clipper: the LEAF's checksum does not fit this session key and IV
	// The bridge, six., error: <nil>
}

// An agent wants a warrant for the unit that it is asked for.
func ExampleAgent_Release() {
	_, nist, _, _ := start(1, 2)
	warrant := clipper.Warrant{Unit: 2, From: day, Until: day.AddDate(0, 1, 0)}
	for _, unit := range []clipper.UnitID{1, 2} {
		half, err := nist.Release(unit, warrant, day)
		fmt.Println(half.Unit, err)
	}
	_, err := nist.Release(2, warrant, day.AddDate(1, 0, 0))
	fmt.Println(err)
	// Output:
	// 00000000 clipper: agent "NIST" expected a warrant for unit 00000001, found 00000002
	// 00000002 <nil>
	// clipper: agent "NIST" expected a day from 1994-02-09 until before 1994-03-09, found 1995-02-09
}

// One agent's halves are nothing. Both agents' are every call of every chip, recorded or to come.
func ExampleRecoverHalves() {
	defer repeat()()
	family, nist, treasury, chips := start(1)
	ks := clipper.NewSessionKey()
	header, err := chips[0].Load(ks).GenerateIV()
	check(err)

	one, err := clipper.RecoverHalves(nist.Database(), nist.RecoveryKey())
	check(err)
	guess := clipper.Half{Agent: "Treasury", Unit: 1}
	_, err = clipper.RecoverSessionKey(family.Key(), one[0], guess, header)
	fmt.Println("one agent:", err)

	two, err := clipper.RecoverHalves(treasury.Database(), treasury.RecoveryKey())
	check(err)
	recovered, err := clipper.RecoverSessionKey(family.Key(), one[0], two[0], header)
	check(err)
	fmt.Println("both: the session key is recovered, and its difference from the true one is", xor(recovered.Bytes(), ks.Bytes()))
	// Output:
	// one agent: clipper: the LEAF's checksum does not fit this session key and IV
	// both: the session key is recovered, and its difference from the true one is 00000000000000000000
}

func xor(a, b []byte) string {
	for i := range a {
		a[i] ^= b[i]
	}
	return fmt.Sprintf("%x", a)
}
