package scanning_test

import (
	"fmt"

	attack "doormat/attacks/scanning"
	"doormat/internal/drawing"
	"doormat/internal/pdq"
)

// A list has a leaflet. A leaflet that looks the same is not found, and a picture of a boat is.
func Example_pictures() {
	listed, _ := pdq.Sum(drawing.Leaflet(1))

	evading, err := attack.Evade(drawing.Leaflet(1), 32)
	if err != nil {
		panic(err)
	}
	fmt.Printf("leaflet: %d bits away, %.0f dB, no channel moved by more than %d of 255\n", evading.Distance, evading.PSNR, evading.Largest)

	framing, err := attack.Collide(drawing.Boat(1), listed, 0)
	if err != nil {
		panic(err)
	}
	fmt.Printf("boat: %d bits away, %.0f dB\n", framing.Distance, framing.PSNR)

	thumbnail := attack.Thumbnail(listed)
	fmt.Printf("what the hash shows: %.2f like the leaflet, %.2f like the boat\n",
		attack.Likeness(thumbnail, drawing.Leaflet(1)), attack.Likeness(thumbnail, drawing.Boat(1)))

	// Output:
	// leaflet: 32 bits away, 46 dB, no channel moved by more than 5 of 255
	// boat: 0 bits away, 25 dB
	// what the hash shows: 0.31 like the leaflet, 0.04 like the boat
}
