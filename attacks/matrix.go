package attacks

import (
	"context"
	"crypto/rand"
	"errors"
	"runtime"
	"slices"
	"sync"
)

// Table holds the runs of several systems with the same conversation. Its columns are Systems, its rows
// Thefts, and Cell is what stands where they meet.
type Table struct {
	Conversation *Conversation
	Victim       string
	Results      []*Result // in the order of the systems; two of one name share a column
}

// Matrix runs a conversation through each system, as [Run] does, and commits each of their thefts. Two
// systems may have one name and become one column, as an honest system and one in which a person cheats,
// if they know no theft in common: otherwise it is an error, found before anything is sent. It runs as
// many systems at once as there are cores, so the messages of the conversation are ranged over by several
// goroutines at once. When it is done with a system it puts nil in its place, so that its memory can be
// used again. Progress is that of the first system that is not done. Close the table.
//
// If [rand.Reader] was replaced, the systems run one after the other. Keys and nonces come from that
// one stream, and a run with the same stream is the same only if they are drawn in the same order.
// A stream for each system would need a way to tell a device where to draw its keys from. No device has
// one: it would be a way to choose them.
func Matrix(ctx context.Context, c *Conversation, victim string, systems []System, progress Progress) (*Table, error) {
	first := &queue{progress: progress, done: make([]bool, len(systems))}
	stages, err := stages(systems, c, victim, first.of)
	if err != nil {
		return nil, err
	}
	t := &Table{Conversation: c, Victim: victim, Results: make([]*Result, len(systems))}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan int, len(systems))
	for i := range systems {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range min(atOnce(), len(systems)) {
		wg.Go(func() {
			for i := range next {
				if ctx.Err() != nil {
					return
				}
				r, err := stages[i].run(ctx, c)
				systems[i], stages[i] = nil, nil
				if err != nil {
					stop(err) // the first of several errors is the cause of the others
					return
				}
				t.Results[i] = r
				first.finish(i)
			}
		})
	}
	wg.Wait()
	if slices.Contains(t.Results, nil) {
		return nil, errors.Join(context.Cause(ctx), t.Close())
	}
	return t, nil
}

// systemRandom is what [rand.Reader] is unless a program replaces it.
var systemRandom = rand.Reader

// atOnce returns how many systems may run at the same time.
func atOnce() int {
	if rand.Reader != systemRandom {
		return 1
	}
	return runtime.GOMAXPROCS(0)
}

// A queue passes on the progress of the first system that is not done.
type queue struct {
	mu       sync.Mutex
	progress Progress
	done     []bool
}

// of returns the progress of system i.
func (q *queue) of(i int) Progress {
	if q.progress == nil {
		return nil
	}
	return func(what string, done, total int) {
		q.mu.Lock()
		defer q.mu.Unlock()
		if slices.Index(q.done, false) == i {
			q.progress(what, done, total)
		}
	}
}

func (q *queue) finish(i int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.done[i] = true
}

// Systems returns the names of the systems, each once, in the order of Results.
func (t *Table) Systems() (names []string) {
	for _, r := range t.Results {
		if !slices.Contains(names, r.System) {
			names = append(names, r.System)
		}
	}
	return names
}

// Thefts returns the names of all thefts of all systems, each once. The first system's come in its own
// order. A theft that only a later system knows is inserted behind the one that precedes it there, or at the
// front: of the thefts a, b and of a, c, b they are a, c, b.
func (t *Table) Thefts() (names []TheftName) {
	for _, r := range t.Results {
		at := len(names)
		for _, e := range r.Exposures {
			if i := slices.Index(names, e.Theft); i >= 0 {
				at = i + 1
				continue
			}
			names = slices.Insert(names, at, e.Theft)
			at++
		}
	}
	return names
}

// Result returns the run of a system, or nil if it is not in the table.
func (t *Table) Result(system string) *Result {
	for _, r := range t.Results {
		if r.System == system {
			return r
		}
	}
	return nil
}

// Cell returns what a theft exposes in a system, or nil if it does not exist there, also if its name is
// misspelt: names are constants.
func (t *Table) Cell(theft TheftName, system string) *Exposure {
	for _, r := range t.Results {
		if r.System != system {
			continue
		}
		if e := r.Exposure(theft); e != nil {
			return e
		}
	}
	return nil
}

// Close removes the temporary files.
func (t *Table) Close() (err error) {
	for _, r := range t.Results {
		if r != nil { // nil if Matrix has failed
			err = errors.Join(err, r.Close())
		}
	}
	return err
}
