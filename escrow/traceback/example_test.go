package traceback_test

import (
	"fmt"
	"log"
	"time"

	"doormat/escrow/traceback"
	"doormat/noescrow"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

var names = map[noescrow.Identity]string{{1}: "Ana", {2}: "Ben", {3}: "Cas", {4}: "Dee"}

// Ana writes, Ben and Cas forward, and Dee reports. Ben and Cas are named too.
func ExamplePathPlatform() {
	provider := new(traceback.PathPlatform)
	chain := []noescrow.Identity{{1}, {2}, {3}, {4}}
	text, came := []byte("the mill will close"), traceback.Pointer{}
	for i := range chain[1:] {
		plaintext, sent, err := traceback.SealPath(text, came)
		check(err)
		delivered, err := provider.Pass(sent, chain[i], chain[i+1]) // beside the envelope
		check(err)
		text, came, err = traceback.OpenPath(plaintext, delivered)
		check(err)
	}
	path, err := provider.Trace(chain[3], text, came)
	check(err)
	for _, id := range path {
		fmt.Println(names[id])
	}

	_, err = provider.Trace(chain[3], []byte("the mill will open"), came)
	fmt.Println(err)
	// Output:
	// Dee
	// Cas
	// Ben
	// Ana
	// traceback: no message was sent that fits the report
}

// Ana writes to Ben and Cas, Ben forwards to Dee. If Cas reports, Dee is named.
func ExampleTreePlatform() {
	provider := new(traceback.TreePlatform)
	ana, ben, cas, dee := noescrow.Identity{1}, noescrow.Identity{2}, noescrow.Identity{3}, noescrow.Identity{4}
	text := []byte("the mill will close")
	send := func(thread *traceback.Thread, from, to noescrow.Identity) *traceback.Thread {
		plaintext, sent, err := thread.Seal(text)
		check(err)
		delivered, err := provider.Pass(sent, from, to)
		check(err)
		_, received, err := traceback.OpenTree(plaintext, delivered)
		check(err)
		return received
	}
	written := traceback.NewThread()
	bens := send(written, ana, ben)
	cass := send(written, ana, cas)
	send(bens, ben, dee)

	root, err := provider.Trace(cas, text, cass)
	check(err)
	fmt.Println("from", names[root.Person])
	for _, id := range root.People()[1:] {
		fmt.Println("to", names[id])
	}
	// Output:
	// from Ana
	// to Ben
	// to Dee
	// to Cas
}

// The table answers for any text that can be typed. It needs no key.
func ExampleTable() {
	table := new(traceback.Table)
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	table.Pass(traceback.Hash(nil, []byte("yes")), noescrow.Identity{1}, at)
	table.Pass(traceback.Hash(nil, []byte("yes")), noescrow.Identity{2}, at.Add(time.Hour))
	for _, guess := range []string{"no", "yes"} {
		first, err := table.Originator(traceback.Hash(nil, []byte(guess)))
		fmt.Printf("%q: %q, %v\n", guess, names[first.From], err)
	}
	// Output:
	// "no": "", traceback: no message was sent that fits the report
	// "yes": "Ana", <nil>
}

// A client makes a tag that names another. Nothing in it is bound to who sends.
func ExampleTracePublicKey() {
	key := traceback.NewTraceKey()
	tag := key.PublicKey().Tag(noescrow.Identity{3}) // by Ana's client
	originator, err := key.Recover(tag)
	fmt.Println(names[originator], err)
	// Output: Cas <nil>
}
