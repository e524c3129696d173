package scanning

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/group"
	"golang.org/x/crypto/cryptobyte"
)

// g is the group, ristretto255, written additively as in circl and in the paper. It has prime order, and one
// encoding for each element.
var g = group.Ristretto255

const elementSize = 32

// hashToGroup is H of the paper.
func hashToGroup(h Hash) group.Element {
	return g.HashToElement(h[:], []byte("doormat scanning picture v1"))
}

func encode(e interface{ MarshalBinary() ([]byte, error) }) []byte {
	b, err := e.MarshalBinary()
	if err != nil {
		panic("scanning: internal error: " + err.Error())
	}
	return b
}

func randomScalar() group.Scalar { return g.RandomNonZeroScalar(rand.Reader) }

// A Table is what devices have of the server's list in the second design: L = αG, and for each cell w of a
// cuckoo table P_w = αH(entry), or a random element if there is no entry in it. Neither the entries nor
// which cells are empty can be told from it, by the decisional Diffie-Hellman assumption.
type Table struct {
	l     group.Element
	cells []group.Element
	bytes []byte
}

// Cells returns the number of cells.
func (t *Table) Cells() int { return len(t.cells) }

var errTable = errors.New("scanning: expected a table of group elements, found something else")

// MaxCells is the largest number of cells of a table.
const MaxCells = 1 << 22

// Bytes returns the table as it is shipped to devices.
//
//	struct {
//	    uint8  version = 0xe3;
//	    uint8  kind = 5;
//	    opaque L[32];
//	    opaque P[n][32];        /* n from 1 to 2^22, to the end */
//	} Table;                    /* canonical encodings, none of them the identity's */
func (t *Table) Bytes() []byte { return t.bytes }

func newTable(l group.Element, cells []group.Element) *Table {
	b := append([]byte{version, kindTable}, encode(l)...)
	for _, p := range cells {
		b = append(b, encode(p)...)
	}
	return &Table{l, cells, b}
}

// ParseTable reads what [Table.Bytes] returns. It refuses the identity, and what is no element: with these a
// server could have vouchers of pictures open that are on no list.
func ParseTable(b []byte) (*Table, error) {
	in := cryptobyte.String(b)
	if !readHeader(&in, kindTable) || len(in)%elementSize != 0 || len(in) < 2*elementSize || len(in) > (1+MaxCells)*elementSize {
		return nil, errTable
	}
	all := make([]group.Element, len(in)/elementSize)
	for i := range all {
		var e []byte
		in.ReadBytes(&e, elementSize)
		all[i] = g.NewElement()
		if all[i].UnmarshalBinary(e) != nil || all[i].IsIdentity() {
			return nil, errTable
		}
	}
	return newTable(all[0], all[1:]), nil
}

// A Matcher is the server's secret, α, for one list. It opens vouchers that were made for its table, and no
// list is needed for that. Printing one prints nothing of it. The zero Matcher opens nothing.
type Matcher struct {
	hidden[Matcher]
	alpha group.Scalar
}

// A Build is what a server makes of a list.
type Build struct {
	Matcher *Matcher
	Table   *Table
	Lost    []Hash // entries that have no cell: their pictures are not found
	Opening []byte // for organisations that sign the table: see [Table.Check]
}

// NewBuild draws a secret, and makes the table of a list with this many cells. With fewer than 2 cells an
// entry some entries are lost: at 1.25 about one in 14, at 1.5 one in 50. With 2.5 none is of a list of
// thousands, and a list of a dozen can still lose one. It returns an error for an entry that is there twice,
// for fewer cells than entries, and for none or more than [MaxCells].
//
// A list that changes needs a new Build. With the same secret its cells would stay as they are, and a device
// could tell which are new.
func NewBuild(list []Hash, cells int) (*Build, error) {
	if cells < max(1, len(list)) || cells > MaxCells {
		return nil, fmt.Errorf("scanning: expected from %d to %d cells, found %d", max(1, len(list)), MaxCells, cells)
	}
	seen := map[Hash]bool{}
	for _, h := range list {
		if seen[h] {
			return nil, errors.New("scanning: expected a list of different entries, found one twice")
		}
		seen[h] = true
	}
	alpha := randomScalar()
	var seed [seedSize]byte
	rand.Read(seed[:])
	in, lost := place(list, cells)
	t := make([]group.Element, cells)
	for w := range t {
		if in[w] < 0 {
			t[w] = emptyCell(seed, w)
			continue
		}
		t[w] = hashToGroup(list[in[w]])
		t[w].Mul(t[w], alpha)
	}
	b := &Build{Matcher: &Matcher{alpha: alpha}, Table: newTable(g.NewElement().MulGen(alpha), t)}
	for _, i := range lost {
		b.Lost = append(b.Lost, list[i])
	}
	b.Opening = b.open(list, in, seed)
	return b, nil
}

const seedSize = 32

// emptyCell returns the element in a cell without an entry. To those who do not have the seed it is a random
// one, and no party knows its logarithm to any base.
func emptyCell(seed [seedSize]byte, w int) group.Element {
	return g.HashToElement(binary.BigEndian.AppendUint32(seed[:], uint32(w)), []byte("doormat scanning empty cell v1"))
}

// RecoveryKey returns the matching secret, a scalar in 32 bytes.
func (m *Matcher) RecoveryKey() []byte {
	if m.alpha == nil {
		return nil
	}
	return encode(m.alpha)
}

// ParseMatcher reads what [Matcher.RecoveryKey] returns.
func ParseMatcher(b []byte) (*Matcher, error) {
	alpha := g.NewScalar()
	if len(b) != elementSize || alpha.UnmarshalBinary(b) != nil || alpha.IsZero() {
		return nil, errors.New("scanning: expected a matching secret, a scalar of ristretto255 in 32 bytes, found something else")
	}
	return &Matcher{alpha: alpha}, nil
}
