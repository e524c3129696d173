// Tries all points whose coordinate ends in the first byte, and keeps the state that gives the others.

package pencil

import "errors"

// lift returns a point with the x-coordinate x.
func lift(x int) (Point, bool) {
	for y := range Modulus {
		if y*y%Modulus == mod(x*x*x-3*x+B) {
			return Point{x, y}, true
		}
	}
	return Point{}, false
}

func Predict(c Tiny, d int, out []byte) (next byte, err error) {
	for digit := range 16 {
		x := digit<<8 | int(out[0])
		R, ok := lift(x)
		if x >= Modulus || !ok {
			continue
		}
		state := c.Times(d, R).X
		fits := true
		for _, b := range out[1:] {
			fits = fits && byte(c.Times(state, c.Q).X) == b
			state = c.Times(state, c.P).X
		}
		if fits {
			return byte(c.Times(state, c.Q).X), nil
		}
	}
	return 0, errors.New("no state gives these bytes")
}
