package pdq_test

import (
	"bytes"
	"fmt"
	"image/jpeg"

	"doormat/internal/drawing"
	"doormat/internal/pdq"
)

// A list finds a picture again after it was compressed. It does not find it after it was turned, nor another
// picture.
func Example() {
	boat := drawing.Boat(1)
	h, quality := pdq.Sum(boat)
	fmt.Println(h, "quality", quality)
	list := pdq.NewIndex([]pdq.Hash{h})

	var file bytes.Buffer
	if err := jpeg.Encode(&file, boat, &jpeg.Options{Quality: 50}); err != nil {
		panic(err)
	}
	m, err := pdq.Read(file.Bytes())
	if err != nil {
		panic(err)
	}
	all, _ := pdq.Variants(m)
	other, _ := pdq.Sum(drawing.Boat(2))
	for _, g := range []pdq.Hash{all[pdq.Original], all[pdq.Rotate90], other} {
		fmt.Printf("%d bits away, found at %v\n", g.Distance(h), list.Within(g, pdq.MaxDistance))
	}
	_, err = pdq.Read(file.Bytes()[:100])
	fmt.Println(err)

	// Output:
	// 3d2d56f14a5ebd2940b5328e6b5ab0ad1d86ce53e378118c8ce3ea79718c0db9 quality 100
	// 4 bits away, found at [0]
	// 116 bits away, found at []
	// 126 bits away, found at []
	// pdq: JPEG: unexpected EOF
}
