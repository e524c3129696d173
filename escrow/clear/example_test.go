package clear_test

import (
	"fmt"
	"log"

	"doormat/escrow/clear"
)

// seized is what the police do with a phone that shows a screen: they read its serial from it, and send both
// to the maker, with an order.
func seized(maker *clear.Maker, screen []byte) string {
	s, err := clear.ParseScreen(screen)
	check(err)
	passcode, err := maker.Open(s.Serial, screen)
	check(err)
	return passcode
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// The police seize Mallory's phone. It shows what Ana's phone has shown to Mallory's accomplices.
func Example() {
	maker := clear.NewMaker()
	ana, err := clear.NewPhone(maker.Public(), "720319")
	check(err)
	check(ana.Save("720319", []byte("Ana's messages")))

	screen, err := ana.Show(nil) // to the accomplices, who carry it to Mallory's phone
	check(err)
	typed := seized(maker, screen) // into Mallory's phone, which sends it on
	history, err := ana.Unlock(typed)
	check(err)
	fmt.Printf("accomplices, with %s: %s\n", typed, history)
	fmt.Println("Ana:", ana.Save("720319", nil))

	// Output:
	// accomplices, with 720319: Ana's messages
	// Ana: clear: the phone has stopped
}
