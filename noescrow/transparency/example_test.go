package transparency_test

import (
	"errors"
	"fmt"
	"log"
	"time"

	"doormat/noescrow"
	"doormat/noescrow/transparency"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Ben asks whose key is whose. Then the directory lies to him, and Ana's device finds it.
func Example() {
	monday := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	directory, err := transparency.NewDirectory("directory.example", transparency.VRFLabels)
	check(err)
	witness, err := transparency.NewWitness("library.example")
	check(err)
	parameters := directory.Parameters()
	check(witness.Trust(parameters.Log))
	parameters.Witnesses, parameters.Quorum = []string{witness.VerifierKey()}, 1
	publish := func(now time.Time) {
		_, err := directory.Publish(now)
		check(err)
		request, err := directory.WitnessRequest(witness.Size("directory.example"))
		check(err)
		line, err := witness.AddCheckpoint(request, now)
		check(err)
		check(directory.AddCosignature(witness.VerifierKey(), line))
	}

	// Ana's device publishes its identity.
	ana := noescrow.NewDevice().Identity()
	hers, err := transparency.NewClient(parameters)
	check(err)
	check(hers.Own("Ana", ana[:]))
	check(directory.Set("Ana", ana[:]))
	publish(monday)

	// Ben's device asks before the first message.
	his, err := transparency.NewClient(parameters)
	check(err)
	contacts := transparency.NewContacts(his, directory)
	got, err := contacts.Identity("Ana", monday)
	check(err)
	fmt.Println("Ben is told Ana's identity:", got == ana)
	_, err = contacts.Identity("Dee", monday)
	fmt.Println(err)

	// The directory puts another key under Ana's name, for one day.
	other := noescrow.NewDevice().Identity()
	tuesday := monday.AddDate(0, 0, 1)
	check(directory.Set("Ana", other[:]))
	publish(tuesday)
	changed, err := contacts.Renew("Ana", tuesday)
	check(err)
	fmt.Println("Ben is told that Ana's key has changed:", changed)

	_, err = transparency.NewContacts(hers, directory).Monitor("Ana", tuesday)
	fmt.Println(err)
	var found *transparency.Intrusion
	errors.As(err, &found)
	proved, err := transparency.Verify(parameters, "Ana", found.Evidence)
	check(err)
	fmt.Printf("proved: on %s the directory has signed key number %d of %s\n", proved.At.Format(time.DateOnly), proved.Versions, proved.Label)

	// Output:
	// Ben is told Ana's identity: true
	// transparency: the directory has no key under this name, "Dee"
	// Ben is told that Ana's key has changed: true
	// transparency: the directory has said since 2026-03-03 08:00:00 that "Ana" has value number 2, of 32 bytes, and its owner has set 1
	// proved: on 2026-03-03 the directory has signed key number 2 of Ana
}

// Two clients that were shown two histories have the proof, when they compare.
func ExampleClient_Compare() {
	monday := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	directory, err := transparency.NewDirectory("directory.example", transparency.VRFLabels)
	check(err)
	state, err := directory.MarshalBinary()
	check(err)
	other := new(transparency.Directory)
	check(other.UnmarshalBinary(state))
	check(directory.Set("Ana", []byte("Ana's key")))
	check(other.Set("Ana", []byte("another key")))

	var clients []*transparency.Client
	for _, d := range []*transparency.Directory{directory, other} {
		_, err := d.Publish(monday)
		check(err)
		c, err := transparency.NewClient(directory.Parameters())
		check(err)
		answer, err := d.Lookup("Ana", c.Since())
		check(err)
		binding, err := c.Lookup("Ana", answer, monday)
		check(err)
		fmt.Printf("%s\n", binding.Value)
		clients = append(clients, c)
	}
	err = clients[0].Compare(clients[1].Checkpoint(), nil)
	fmt.Println(err)
	var split *transparency.Split
	errors.As(err, &split)
	fmt.Println(transparency.CheckSplit(directory.Parameters().Log, split.A, split.B))
	// Output:
	// Ana's key
	// another key
	// transparency: the directory has signed two histories, see the two checkpoints
	// <nil>
}
