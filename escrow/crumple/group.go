package crumple

import (
	"encoding/binary"
	"errors"
	"sync"
)

// The weak group has the squares modulo the largest safe prime of 32 bits. The order is a prime of 31 bits.
const (
	modulus     = 4294967087
	order       = (modulus - 1) / 2
	generator   = 4
	elementSize = 4
)

func multiply(a, b uint32) uint32 { return uint32(uint64(a) * uint64(b) % modulus) }

func power(base, exponent uint32) uint32 {
	result := uint32(1)
	for ; exponent > 0; exponent >>= 1 {
		if exponent&1 == 1 {
			result = multiply(result, base)
		}
		base = multiply(base, base)
	}
	return result
}

// parseElement reads an element other than 1.
func parseElement(b []byte) (uint32, error) {
	x := binary.BigEndian.Uint32(b)
	if x < 2 || x >= modulus || power(x, order) != 1 {
		return 0, errors.New("expected an element of the weak group, found another number")
	}
	return x, nil
}

// tableSteps is the number of baby steps, about the root of the order.
const tableSteps = 1 << 16

// Table has what is computed once for the weak group: the exponents of g^0 to g^65535. No key is in it, and it
// serves for everyone's. It stands for the first phase of a number field sieve.
type Table struct {
	steps map[uint32]uint32 // exponents by element
	giant uint32            // g^-tableSteps

	mu     sync.Mutex
	solved map[uint32]uint32 // exponents of people's elements
}

// NewTable makes a table with 2^16 group operations.
func NewTable() *Table {
	t := &Table{steps: make(map[uint32]uint32, tableSteps), solved: map[uint32]uint32{}}
	x := uint32(1)
	for j := range uint32(tableSteps) {
		t.steps[x] = j
		x = multiply(x, generator)
	}
	t.giant = power(x, order-1)
	return t
}

// Operations returns the group operations that the table took.
func (t *Table) Operations() int64 { return tableSteps }

// exponent returns the weak private key of an element, with at most 2^15 giant steps:
//
//	x g^(-65536 i) = g^j  =>  x = g^(65536 i + j)
func (t *Table) exponent(x uint32) uint32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := t.solved[x]; ok {
		return e
	}
	y := x
	for i := uint32(0); ; i++ {
		if j, ok := t.steps[y]; ok {
			t.solved[x] = i*tableSteps + j
			return t.solved[x]
		}
		y = multiply(y, t.giant)
	}
}

// Agree returns what two people share in the weak group, which their two private keys make, or this table.
func (t *Table) Agree(a, b Identity) (shared uint32, err error) {
	x, err := weakOf(a)
	if err != nil {
		return 0, prefix(err)
	}
	y, err := weakOf(b)
	if err != nil {
		return 0, prefix(err)
	}
	return power(y, t.exponent(x)), nil
}
