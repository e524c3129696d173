package threshold_test

import (
	"fmt"
	"log"
	"time"

	"doormat/escrow"
	"doormat/escrow/threshold"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// pair is two people, and what the second was sent.
func pair(key threshold.JointKey, at time.Time, text string) (from, to escrow.Identity, envelope []byte) {
	alice, err := escrow.NewDeviceFor(key)
	check(err)
	bob, err := escrow.NewDeviceFor(key)
	check(err)
	publication, err := bob.Publish(1)
	check(err)
	shelf, err := escrow.NewShelf(publication)
	check(err)
	check(alice.Start(bob.Identity(), shelf.Bundle()))
	envelope, err = alice.Seal(bob.Identity(), []byte(text), threshold.Date(at))
	check(err)
	return alice.Identity(), bob.Identity(), envelope
}

// Three agents of five answer for one message, under a warrant, after its use was entered in the
// log. What travels between the parties is bytes.
func Example() {
	agents, shares, err := threshold.Deal(3, 5)
	check(err)
	issuer, book := threshold.NewIssuer(), threshold.NewLog()
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	alice, bob, envelope := pair(agents.Key(), at, "the bridge, at six")

	warrant, err := issuer.Sign(threshold.Warrant{Target: bob, From: at.AddDate(0, 0, -1), Until: at.AddDate(0, 0, 1)})
	check(err)
	message, err := threshold.Describe(envelope, at)
	check(err)
	use, err := threshold.NewUse(warrant, message)
	check(err)
	index := book.Append(use)
	proof, err := book.ProveEntry(index)
	check(err)

	var partials [][]byte
	for _, share := range shares[:3] {
		agent, err := threshold.NewAgent(agents, share, issuer.PublicKey(), book.Key())
		check(err)
		check(agent.Follow(book.Head(), nil))
		request := threshold.Request{Warrant: warrant, Message: message, Index: index, Proof: proof}
		p, err := agent.Partial(request)
		check(err)
		partials = append(partials, p)

		request.Message.At = at.AddDate(0, 0, -1) // the relay lies about the date
		_, err = agent.Partial(request)
		fmt.Println(agent, "answers with", len(p), "bytes; for another date:", err)
	}
	_, _, _, err = agents.Recover(warrant, envelope, at, partials[:2]...)
	fmt.Println(err)
	from, to, text, err := agents.Recover(warrant, envelope, at, partials...)
	check(err)
	fmt.Println(from == alice, to == bob, string(text))

	// Output:
	// threshold.Agent(1) answers with 131 bytes; for another date: threshold: the field was not made for these names, this body and this date
	// threshold.Agent(2) answers with 131 bytes; for another date: threshold: the field was not made for these names, this body and this date
	// threshold.Agent(3) answers with 131 bytes; for another date: threshold: the field was not made for these names, this body and this date
	// threshold: expected 3 partial decryptions, found 2
	// true true the bridge, at six
}

// Two shares of three give a key, and it is another one. Three give the key, and no agent is asked.
func ExampleRecoverKey() {
	agents, shares, err := threshold.Deal(3, 5)
	check(err)
	_, _, envelope := pair(agents.Key(), time.Now(), "the bridge, at six")
	for _, some := range [][]threshold.Share{shares[:2], shares[:3], shares[2:]} {
		key, err := threshold.RecoverKey(some...)
		check(err)
		_, _, text, err := key.Recover(envelope)
		fmt.Printf("%d shares: %q, %v\n", len(some), text, err)
	}
	_, err = threshold.RecoverKey(shares[0], shares[1], shares[0])
	fmt.Println(err)

	// Output:
	// 2 shares: "", threshold: the field does not open with this key
	// 3 shares: "the bridge, at six", <nil>
	// 3 shares: "the bridge, at six", <nil>
	// threshold: expected shares of different agents, found two of agent 1
}

// A log that shows two people two histories of one length has signed the proof of it.
func ExampleReader_Gossip() {
	book := threshold.NewLog()
	book.Append([]byte("one"))
	other := book.Fork()
	book.Append([]byte("two"))
	other.Append([]byte("nothing of the kind"))

	reader, err := threshold.NewReader(book.Key())
	check(err)
	check(reader.Follow(book.Head(), nil))
	fmt.Println(reader.Gossip(book.Head(), nil))
	fmt.Println(reader.Gossip(other.Head(), nil))

	// Output:
	// <nil>
	// threshold: the log has signed two histories
}
