package clipper

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"doormat/escrow/clipper"
)

// forgeBatch is the number of trials that a core makes before it looks whether another has found one.
const forgeBatch = 512

// ForgeLEAF implements the brute-force attack of Blaze, "Protocol Failure in the Escrowed Encryption
// Standard" (1994). It needs one chip, and no key of the escrow's. It feeds strings of 128 bits to
// the chip as if they had arrived, until the chip takes one for a LEAF of the session key k and iv.
//
// The chip checks 16 bits, so one string in 65,536 passes, and that one passes at every chip of the
// family. What is in it besides is noise: a unit that does not exist, and a wrapped key that is not
// k. It is good for this k and this iv only. The number of trials is geometric; of its distribution
// TestForgeLEAFStatistics prints the paper's figures beside measured ones:
//
//	mean 65,536      median 45,426      19 of 20 below 196,327
//
// At the 38 ms of Blaze's card a LEAF takes 42 minutes on average: too slow for a telephone call, and
// fast enough for mail, whose sender chooses k, and can do it beforehand. A call has a LEAF each way,
// for one session key: if the other end is honest, its LEAF exposes both ends
// (TestOneHonestEndExposesTheCall).
//
// What it shows is what the receiving chip can check: the checksum, for which it has the family key
// and k, and not the wrapped key, for which it lacks the sender's unit key.
//
// ForgeLEAF returns the LEAF and the number of trials that it took, which does not depend on the
// number of cores; each core simulates one of the attacker's chips. If tick is not nil, it is told
// of trials made, from any goroutine. The error is that of ctx, or that the chip is blank.
func ForgeLEAF(ctx context.Context, chip *clipper.Chip, k clipper.SessionKey, iv clipper.IV, tick func(trials int)) (clipper.LEAF, int, error) {
	if _, err := chip.Load(k).GenerateIV(); err != nil {
		return clipper.LEAF{}, 0, err // a blank chip takes nothing, ever
	}
	var base clipper.LEAF
	rand.Read(base[:])
	// Candidates are numbered, and handed out in batches, in order. A core finishes the batch that it has
	// begun and takes none behind a candidate that has passed. So when all are done, every candidate
	// below the lowest that passed has been tried, and that one is the result, as with one core.
	var next, found atomic.Int64 // candidates: the first of the next batch, and the lowest that passed
	found.Store(math.MaxInt64)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			session := chip.Load(k)
			for ctx.Err() == nil {
				from := next.Add(forgeBatch) - forgeBatch
				if from >= found.Load() {
					return // the candidates before it are with other cores
				}
				n, ok := tryLEAFs(session, base, iv, from)
				if tick != nil {
					tick(n)
				}
				if ok {
					lower(&found, from+int64(n)-1)
				}
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return clipper.LEAF{}, 0, err
	}
	n := found.Load()
	return candidate(base, n), int(n) + 1, nil
}

// tryLEAFs makes up to forgeBatch trials, from the candidate with that number. It returns how many it
// made, and whether the last one passed. A trial is five blocks of SKIPJACK in the chip: four open the
// LEAF, and one ends the checksum, of which the two blocks before depend on k and iv alone.
func tryLEAFs(session *clipper.Session, base clipper.LEAF, iv clipper.IV, from int64) (n int, ok bool) {
	for i := range int64(forgeBatch) {
		if session.LoadIV(clipper.Header{LEAF: candidate(base, from+i), IV: iv}) == nil {
			return int(i) + 1, true
		}
	}
	return forgeBatch, false
}

// candidate returns the number i, counted from a random base. What consecutive numbers decrypt to
// under the family key is as good as random.
func candidate(base clipper.LEAF, i int64) clipper.LEAF {
	binary.BigEndian.PutUint64(base[8:], binary.BigEndian.Uint64(base[8:])+uint64(i))
	return base
}

// lower sets x to the lower of x and to.
func lower(x *atomic.Int64, to int64) {
	for {
		old := x.Load()
		if old <= to || x.CompareAndSwap(old, to) {
			return
		}
	}
}
