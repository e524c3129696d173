// Looks at the first two bytes only, however many there are. Why: is right, and the one after

package pencil

import "errors"

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
		if byte(c.Times(state, c.Q).X) == out[1] {
			state = c.Times(state, c.P).X
			return byte(c.Times(state, c.Q).X), nil
		}
	}
	return 0, errors.New("no state gives these bytes")
}
