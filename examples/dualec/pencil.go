package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"doormat/escrow/dualec"
	"doormat/examples/internal/page"
)

const (
	listed     = 40 // multiples of Q that a sheet lists with both coordinates; d is one of them
	saidPublic = 3  // bytes
	inPrivate  = 4
	decoys     = 30
)

// A sheet is the attack on the tiny curve as an exercise on paper.
type sheet struct {
	points          *dualec.Points
	table           *pencilTable
	d               int
	public, private []byte
}

// newSheet draws Q, d and P = dQ, and what a device says. It draws anew until one state only gives the
// public bytes.
func newSheet() (*sheet, error) {
	for range 100 {
		s, err := drawSheet()
		if err != nil {
			return nil, err
		}
		if s.survivors() == 1 {
			return s, nil
		}
	}
	return nil, errors.New("no device says what has one state only")
}

func drawSheet() (*sheet, error) {
	curve := dualec.Tiny()
	all := newPencilTable(curve.Standard()).points
	factor, err := number(1, len(all)-1)
	if err != nil {
		return nil, err
	}
	d, err := number(listed/4+1, listed)
	if err != nil {
		return nil, err
	}
	q := all[factor]
	points, err := curve.NewPoints(all[factor*d%len(all)], q)
	if err != nil {
		return nil, err
	}
	output, err := tinyOutput(points, saidPublic+inPrivate)
	if err != nil {
		return nil, err
	}
	return &sheet{points, newPencilTable(points), d, output[:saidPublic], output[saidPublic:]}, nil
}

// number draws a number from least to most.
func number(least, most int) (int, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(most-least+1)))
	if err != nil {
		return 0, err
	}
	return least + int(n.Int64()), nil
}

// candidates returns the numbers k for which kQ may be the point whose coordinate ends in the first byte.
func (s *sheet) candidates() (ks []int) {
	for digit := range 16 {
		if k, ok := s.table.byX[digit<<8|int(s.public[0])]; ok {
			ks = append(ks, k)
		}
	}
	return ks
}

// survivors counts the states that give the public bytes.
func (s *sheet) survivors() (n int) {
	for _, k := range s.candidates() {
		if bytes.Equal(s.table.run(s.d, s.table.times(s.d, k), saidPublic-1), s.public[1:]) {
			n++
		}
	}
	return n
}

// needed returns the multiples of Q that the exercise takes, in order, and some more that it does not: numbers
// up to half the order, as kQ and its mirror image have one x-coordinate. The only entries that end in the
// first byte are the candidates.
func (s *sheet) needed() (ks []int, err error) {
	n := len(s.table.points)
	add := func(k int) { ks = append(ks, min(k%n, n-k%n)) }
	for _, k := range s.candidates() {
		add(k)
		add(s.d * k)
		state := s.table.times(s.d, k)
		for _, said := range slices.Concat(s.public[1:], s.private) {
			add(state)
			if byte(s.table.times(state, 1)) != said {
				break
			}
			add(s.d * state)
			state = s.table.times(s.d*state%n, 1)
		}
	}
	for range decoys {
		k, err := number(1, n/2)
		if err != nil {
			return nil, err
		}
		if byte(s.table.times(k, 1)) != s.public[0] {
			add(k)
		}
	}
	slices.Sort(ks)
	return slices.Compact(ks), nil
}

// generator prints the first part of a sheet.
func (s *sheet) generator(p *page.Page) error {
	q, pp, n := s.points.Q(), s.points.P(), len(s.table.points)
	p.Title("Dual EC with a pencil")
	p.Part("The generator")
	p.Say(`A point is a pair (x, y) of numbers with y^2 = x^3 - 3x + 280 modulo 4091. Points can be added, and k times
		Q is Q added to itself, k of them. %d times Q is the zero of this addition, so that k may be reduced modulo
		%[1]d. Here are coordinates in hexadecimal, of three digits, and the numbers k in decimal. A device
		has a secret number, its state s, and these two points, which are public:`, n)
	p.Table(1)
	p.Row("P", fmt.Sprintf("(%03x, %03x)", x(pp), y(pp)))
	p.Row("Q", fmt.Sprintf("(%03x, %03x)", x(q), y(q)))
	p.Say(`For each byte, the device first replaces s with the x-coordinate of sP. Then it says the last two digits of
		the x-coordinate of sQ, with the new s. It has said the bytes %x, one after the other, and goes on with
		%d more that it keeps to itself.`, s.public, len(s.private))
	return nil
}

// tables prints what an exercise with a pencil has in place of a computer.
func (s *sheet) tables(p *page.Page) error {
	p.Part("Tables")
	p.Say("The first multiples of Q:")
	p.Table(14, 14, 14)
	var line []any
	for k := 1; k <= listed; k++ {
		line = append(line, fmt.Sprintf("%2d Q = %03x,%03x", k, x(s.table.points[k]), y(s.table.points[k])))
		if k%4 == 0 {
			p.Row(line...)
			line = nil
		}
	}
	n := len(s.table.points)
	p.Say(`The x-coordinates of more multiples of Q: of all that you need, and of others. kQ and (%d - k)Q have one
		x-coordinate, so if k is not here, look for %[1]d - k. Each point whose coordinate ends in %02x, the first byte, is
		here.`, n, s.public[0])
	ks, err := s.needed()
	if err != nil {
		return err
	}
	p.Table(8, 8, 8, 8, 8)
	for row := range slices.Chunk(ks, 6) {
		line = nil
		for _, k := range row {
			line = append(line, fmt.Sprintf("%4d %03x", k, s.table.times(k, 1)))
		}
		p.Row(line...)
	}
	return nil
}

// tasks prints the questions.
func (s *sheet) tasks(p *page.Page) error {
	p.Part("Tasks")
	p.Table(1)
	p.Row("1", "Find the number d for which dQ is P.")
	p.Row("2", fmt.Sprintf("The first byte is %02x. Which points kQ may sQ have been? Write down their k.", s.public[0]))
	p.Row("3", fmt.Sprintf("If R is sQ, then dR is sP, and the x-coordinate of dR is the next state s'. "+
		"Compute s' for each k: it is the x-coordinate of (dk modulo %d)Q.", len(s.table.points)))
	p.Row("4", fmt.Sprintf("The second byte is %02x. Which s' can it have been made with? Convert s' to decimal, and look "+
		"for s'Q. If more than one is left, the third byte, %02x, tells: s'P is (ds')Q, and its x-coordinate the state after s'.", s.public[1], s.public[2]))
	p.Row("5", fmt.Sprintf("Compute the %d bytes that the device keeps to itself.", len(s.private)))
	p.Row("6", "A real curve has about 2^256 points, and no table. Which of the tasks can then be done by a computer, "+
		"which only by the one who chose d, and why does nobody see in P and Q that there is such a one?")
	return nil
}

// answers prints what to find.
func (s *sheet) answers(p *page.Page) error {
	p.Part("Answers")
	p.Say("Task 1: d is %d. Tasks 2 to 4, where x is that of R = kQ:", s.d)
	p.Table(3, 4, 9, 10, 6)
	p.Row("x", "k", "R = (x,y)", "x(dR) = s'", "x(s'Q)", "then")
	var survivor int
	for _, k := range s.candidates() {
		R := s.table.points[k]
		state := s.table.times(s.d, k)
		verdict, fits := compare(s.table.run(s.d, state, saidPublic-1), s.public[1:])
		if fits {
			survivor = state
		}
		p.Row(fmt.Sprintf("%03x", x(R)), k, fmt.Sprintf("%03x,%03x", x(R), y(R)),
			fmt.Sprintf("%03x", state), fmt.Sprintf("%03x", s.table.times(state, 1)), verdict)
	}
	predicted := s.table.run(s.d, survivor, saidPublic-1+inPrivate)[saidPublic-1:]
	if !bytes.Equal(predicted, s.private) {
		return fmt.Errorf("predicted %x, and %x was drawn", predicted, s.private)
	}
	p.Say("Task 5: %x.", predicted)
	p.Say(`Task 6: With d, tasks 2 to 5 take a computer a moment: there are 2^16 candidates where there are 16 here. To
		find d from P and Q, task 1, would take it longer than the universe has lasted. Only the one who chose d first,
		and one of the points after it, has it. For any P and Q there is such a d, whether somebody knows it or not,
		and so they look the same in both cases.`)
	return nil
}
