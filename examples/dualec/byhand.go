package main

import (
	"bytes"
	"fmt"

	"doormat/escrow/dualec"
	"doormat/examples/internal/page"
)

// A pencilTable has all multiples of Q on the tiny curve, from 1·Q on. Any point is multiplied by
// looking it up.
type pencilTable struct {
	points [][]byte
	k      map[string]int // by point
	byX    map[int]int    // by x-coordinate, one of the two
}

func newPencilTable(p *dualec.Points) *pencilTable {
	t := &pencilTable{points: [][]byte{nil}, k: map[string]int{}, byX: map[int]int{}}
	for k, kQ := range p.Multiples() {
		t.points = append(t.points, kQ)
		t.k[string(kQ)] = k
		if _, ok := t.byX[x(kQ)]; !ok {
			t.byX[x(kQ)] = k
		}
	}
	return t
}

func x(point []byte) int { return int(point[1])<<8 | int(point[2]) }
func y(point []byte) int { return int(point[3])<<8 | int(point[4]) }

// times returns x(k·jQ). The order of Q is one more than the number of its multiples.
func (t *pencilTable) times(k, j int) int { return x(t.points[k*j%len(t.points)]) }

// byHand does the attack with a pencil.
func byHand(p *page.Page) error {
	points := dualec.Tiny().Standard()
	table := newPencilTable(points)
	trapdoor := table.k[string(points.P())]
	p.Part("By hand")
	p.Say(`The same on a curve with %s points, in hexadecimal: y^2 = x^3 - 3x + 118 modulo ffb. A coordinate has
		three digits, and an output is the last two. P is (%03x, %03x) and Q is (%03x, %03x). To find d, add
		Q until it comes to P:`, page.Thousands(len(table.points)), x(points.P()), y(points.P()), x(points.Q()), y(points.Q()))
	p.Table(14, 14, 14)
	var line []any
	for k := 1; k <= trapdoor; k++ {
		line = append(line, fmt.Sprintf("%2d Q = %03x,%03x", k, x(table.points[k]), y(table.points[k])))
		if k%4 == 0 || k == trapdoor {
			p.Row(line...)
			line = nil
		}
	}
	output, err := tinyOutput(points, 12)
	if err != nil {
		return err
	}
	public, private := output[:4], output[4:]
	p.Say("So d is %d. A device says %x. For each digit that may have been dropped:", trapdoor, public)
	survivor := candidates(p, table, trapdoor, public)
	if survivor == 0 {
		return fmt.Errorf("no candidate gives %x", public)
	}
	predicted := table.run(trapdoor, survivor, len(output)-1)[len(public)-1:]
	p.Say("From the state that is left, the device's next bytes are computed, and compared:")
	p.Table(9)
	p.Row("predicted", predicted)
	p.Row("drawn", private)
	if !bytes.Equal(predicted, private) {
		return fmt.Errorf("predicted %x, and %x was drawn", predicted, private)
	}
	return nil
}

// tinyOutput returns n bytes that a device says. One seed in 4,096 is 0, which multiplies P to
// nothing; another is drawn then.
func tinyOutput(p *dualec.Points, n int) (output []byte, err error) {
	for range 10 {
		var g *dualec.Generator
		if g, err = dualec.Instantiate(dualec.Config{Points: p}); err != nil {
			return nil, err
		}
		if output, err = draw(g, n); err == nil {
			return output, nil
		}
	}
	return nil, err
}

// candidates prints the table of the attack, and returns the state that is left.
func candidates(p *page.Page, t *pencilTable, trapdoor int, public []byte) (survivor int) {
	p.Table(3, 9, 10, 6)
	p.Row("x", "R = (x,y)", "x(dR) = s'", "x(s'Q)", "then")
	for digit := range 16 {
		candidate := digit<<8 | int(public[0])
		k, ok := t.byX[candidate]
		if !ok {
			p.Row(fmt.Sprintf("%03x", candidate), "no point")
			continue
		}
		state := t.times(trapdoor, k)
		verdict, fits := compare(t.run(trapdoor, state, len(public)-1), public[1:])
		if fits {
			survivor = state
		}
		p.Row(fmt.Sprintf("%03x", candidate), fmt.Sprintf("%03x,%03x", candidate, y(t.points[k])),
			fmt.Sprintf("%03x", state), fmt.Sprintf("%03x", t.times(state, 1)), verdict)
	}
	return survivor
}

// compare says what a state gives, and whether that is what a device has said.
func compare(said, public []byte) (verdict string, fits bool) {
	switch {
	case bytes.Equal(said, public):
		return fmt.Sprintf("says %x: it is this one", said), true
	case said[0] == public[0]:
		return fmt.Sprintf("says %x, not %x", said, public), false
	}
	return fmt.Sprintf("says %x, not %x", said[:1], public[:1]), false
}

// run runs the generator from a state on. s'Q is output and s'P the next state; P is trapdoor times Q.
func (t *pencilTable) run(trapdoor, state, n int) (output []byte) {
	for range n {
		output = append(output, byte(t.times(state, 1)))
		state = t.times(state*trapdoor%len(t.points), 1)
	}
	return output
}
