package weakcipher_test

import (
	"context"
	"fmt"
	"log"

	"doormat/escrow/weakcipher"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// What a wiretap knows of every mail.
const known = "MIME-Version: 1.0\r\n"

// keystream returns the keystream under the known words.
func keystream(wire []byte) []byte {
	out := []byte(known)
	for i := range out {
		out[i] ^= wire[i]
	}
	return out
}

// A session of SSL 2.0 for export. The hello crosses the wire in clear, with 88 bits of the key; of
// the 40 secret bits, 16 are unknown here.
func ExampleRecoverExport() {
	hello := weakcipher.Hello{
		Challenge:    [16]byte([]byte("a client's random")),
		ConnectionID: [16]byte([]byte("a server's random")),
		ClearKey:     [11]byte([]byte("88 bits are clear")),
	}
	wire := []byte(known + "At nine, as always.")
	client, err := weakcipher.ParseExportSecret([]byte{0, 0, 0, 0xca, 0xfe})
	check(err)
	hello.XOR(client, true, 0, wire)

	ctx := context.Background()
	_, _, err = weakcipher.RecoverExport(ctx, hello, true, keystream(wire), weakcipher.Options{Bits: 8})
	fmt.Println("8 bits:", err)
	secret, w, err := weakcipher.RecoverExport(ctx, hello, true, keystream(wire), weakcipher.Options{Bits: 16})
	check(err)
	hello.XOR(secret, true, 0, wire)
	fmt.Printf("16 bits: key number %d, %x\n%s\n", w.Place, secret.Bytes(), wire[len(known):])
	fmt.Println(secret)

	// Output:
	// 8 bits: weakcipher: no key fits
	// 16 bits: key number 51967, 000000cafe
	// At nine, as always.
	// weakcipher.ExportSecret(hidden)
}

// Two blocks of 40-bit DES, with a key of which 20 bits are unknown here.
func ExampleRecoverDES40() {
	wire := []byte(known)[:16]
	theirs, err := weakcipher.ParseDES40Key([]byte{0, 0, 0x0b, 0xad, 0x10})
	check(err)
	check(theirs.EncryptBlocks(wire))
	fmt.Printf("%x\n", wire)

	key, _, err := weakcipher.RecoverDES40(context.Background(), []byte(known)[:16], wire, weakcipher.Options{Bits: 20})
	check(err)
	fmt.Printf("%x\n", key.Bytes())

	// Output:
	// 2d7fac10a3c3a7728b42ed72480e2568
	// 00000bad10
}

// A radio has 80 bits of key and uses 32 of them. With the 32 the wiretap reads on, whatever the 80
// were.
func ExampleRecoverTEA1() {
	key, err := weakcipher.ParseTEA1Key([]byte("TETRA1\xbc\x19\x23\x45"))
	check(err)
	wire := []byte(known + "All units to the north gate.")
	frame := weakcipher.TEA1Frame(42, true)
	key.Reduce().XOR(frame, wire)

	register, _, err := weakcipher.RecoverTEA1(context.Background(), frame, keystream(wire), weakcipher.Options{Bits: 19})
	check(err)
	fmt.Printf("the key is %x, the register %x\n", key.Bytes(), register.Bytes())
	register.XOR(frame, wire)
	fmt.Printf("%s\n", wire[len(known):])

	// Output:
	// the key is 544554524131bc192345, the register 6f1b1df7
	// All units to the north gate.
}

// The key follows from the first state of one frame, and opens all the others.
func ExampleRecoverGEA1() {
	key, err := weakcipher.ParseGEA1Key([]byte{0xab, 0xda, 0xf7, 0xa7, 0x42, 0x9a, 0x63, 0x31})
	check(err)
	first, second := []byte(known), []byte("and the PIN is not 1234")
	key.XOR(0, false, first)
	key.XOR(1, false, second)

	found, w, err := weakcipher.RecoverGEA1(context.Background(), 0, false, keystream(first), weakcipher.Options{Bits: 32})
	check(err)
	fmt.Printf("%x, in a search of %d steps\n", found.Bytes(), w.Of)
	found.XOR(1, false, second)
	fmt.Printf("%s\n", second)

	// Output:
	// abdaf7a7429a6331, in a search of 1048576 steps
	// and the PIN is not 1234
}

// The flaw of GEA-1, computed from its taps. Sixty-four bits of key should start A and C in 2^64 states.
func ExampleGEA1Ranks() {
	for _, r := range weakcipher.GEA1Ranks() {
		fmt.Printf("%-10s  %2d bits start in 2^%d states\n", r.Registers, r.Bits, r.Rank)
	}

	// Output:
	// A           31 bits start in 2^31 states
	// B           32 bits start in 2^32 states
	// C           33 bits start in 2^33 states
	// A and B     63 bits start in 2^63 states
	// B and C     65 bits start in 2^63 states
	// A and C     64 bits start in 2^40 states
	// A, B and C  96 bits start in 2^64 states
}
