package ghost_test

import (
	"fmt"
	"log"
	"time"

	"doormat/escrow/ghost"
	"doormat/noescrow"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// The provider puts a ghost into Ben's account. Ana's client hides what it is told to hide, and Cas's
// does not.
func Example() {
	at := time.Date(2018, 11, 29, 9, 0, 0, 0, time.UTC)
	key := ghost.NewOrderKey()
	provider := ghost.NewProvider(key.PublicKey())
	clients := map[string]*ghost.Client{
		"Ana": ghost.NewClient(ghost.Hiding), "Ben": ghost.NewClient(ghost.Hiding), "Cas": ghost.NewClient(ghost.Showing),
	}
	for _, name := range []string{"Ana", "Ben", "Cas"} {
		publication, err := clients[name].Publish(5)
		check(err)
		check(provider.Link(name, publication))
	}
	check(provider.Open("dinner", "Ana", "Ben", "Cas"))
	send := func(name, text string) []byte {
		roster, err := provider.Roster("dinner", name, at)
		check(err)
		missing, err := clients[name].Unknown(roster)
		check(err)
		for _, id := range missing {
			bundle, err := provider.Bundle(id)
			check(err)
			check(clients[name].Start(id, bundle))
		}
		message, err := clients[name].Seal(roster, []byte(text), nil)
		check(err)
		return message
	}
	agency := ghost.NewGhost()
	_, err := agency.Recover(send("Ana", "At eight?"), nil)
	fmt.Println(err)

	publication, err := agency.Publish(5)
	check(err)
	order, err := key.Sign(ghost.Order{Name: "Ben", From: at, Until: at.AddDate(0, 1, 0), Publication: publication})
	check(err)
	check(provider.Obey(order))
	for _, name := range []string{"Ana", "Cas"} {
		message := send(name, "At nine, then.")
		read, err := agency.Recover(message, nil)
		check(err)
		copies, err := ghost.Copies(message)
		check(err)
		fmt.Printf("the ghost reads %q; %s's screen shows %d other devices, and %d copies leave\n",
			read.Text, name, len(clients[name].Members("dinner"))-1, len(copies))
	}
	// Output:
	// ghost: no copy of the message is for this device
	// the ghost reads "At nine, then."; Ana's screen shows 2 other devices, and 3 copies leave
	// the ghost reads "At nine, then."; Cas's screen shows 3 other devices, and 3 copies leave
}

// An app with its maker's key in it, as ANOM's. The maker's server passes on what it gets.
func ExampleApp() {
	police := ghost.NewBot()
	maker := ghost.NewBot()
	ana, ben := ghost.NewApp(maker.Recipient()), ghost.NewApp(maker.Recipient())
	publication, err := ben.Publish(1)
	check(err)
	shelf, err := noescrow.NewShelf(publication)
	check(err)
	check(ana.Start(ben.Identity(), shelf.Bundle()))

	sent, err := ana.Seal(ben.Identity(), []byte("The same place."), nil)
	check(err)
	_, text, err := ben.Open(sent, nil)
	check(err)
	fmt.Printf("Ben reads %q\n", text)

	copied, err := ghost.ForMaker(sent)
	check(err)
	passed, err := maker.Pass(copied, police.Recipient())
	check(err)
	c, err := police.Recover(passed)
	check(err)
	fmt.Printf("the police read %q, from Ana: %v\n", c.Text, c.From == ana.Identity())
	// Output:
	// Ben reads "The same place."
	// the police read "The same place.", from Ana: true
}
