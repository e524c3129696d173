package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"doormat/escrow/workfactor"
	"doormat/examples/internal/page"
	"doormat/examples/internal/span"
)

// sampleTime is how long a measurement takes.
const sampleTime = 150 * time.Millisecond

// statedRate replaces the measurement where a run must repeat to the byte, in keys per second and
// core.
const statedRate = 8e6

// seededKeys is the number of keys in a sample of a seeded run.
const seededKeys = 1 << 12

// measure tries keys of the message from the first on, with one core and then with all. It returns
// how many it has tried, and the place of the key if that was among them, which happens to short
// ones, or 0.
func (w *world) measure(p *page.Page) (tried, place uint64, err error) {
	one, err := w.sample(p, workfactor.Options{Cores: 1}, seededKeys)
	if err != nil {
		return 0, 0, err
	}
	all := one
	if one.Place == 0 {
		all, err = w.sample(p, workfactor.Options{Resume: one.Checkpoint}, 2*seededKeys)
		tried = one.Tried
	}
	w.rates = rates{oneCore: one.Rate(), allCores: all.Rate(), cores: all.Cores}
	if p.Seeded {
		w.rates = rates{oneCore: statedRate, allCores: statedRate, cores: 1}
	}
	return tried + all.Tried, all.Place, err
}

// sample runs a search for sampleTime. In a seeded run it ends before key number keys instead.
func (w *world) sample(p *page.Page, o workfactor.Options, keys uint64) (workfactor.Work, error) {
	short := p.Context()
	if p.Seeded {
		o.Limit = keys
	} else {
		var cancel context.CancelFunc
		short, cancel = context.WithTimeout(short, sampleTime)
		defer cancel()
	}
	_, work, err := workfactor.RecoverKey(short, w.message.envelope, o)
	if errors.Is(err, workfactor.ErrNoKey) || errors.Is(err, context.DeadlineExceeded) {
		err = p.Context().Err()
	}
	return work, err
}

// saveEvery is how often a long search writes down how far it is.
const saveEvery = 30 * time.Second

// search finds the key and opens the message.
func (w *world) search(p *page.Page) error {
	c, file := w.message, w.options.resume
	p.Say("2^%d keys are left to try: %v at most.", c.bits, span.Estimate(c.bits, w.rates.allCores))
	saved := time.Now()
	var failed error
	key, work, err := c.authority.RecoverKey(p.Context(), c.envelope, workfactor.Options{Resume: c.checkpoint, Progress: func(now workfactor.Work) {
		left := span.Span(float64(now.Of-now.Tried) / now.Rate())
		permille := int(float64(c.done+now.Tried) / float64(c.keys()) * 1000)
		p.Progress(fmt.Sprintf("%.1f million keys/s, %v left", now.Rate()/1e6, left), permille, 1000)
		if file != "" && time.Since(saved) > saveEvery {
			saved = time.Now()
			failed = c.save(file, now.Checkpoint) // the latest is what counts
		}
	}})
	if errors.Is(err, workfactor.ErrNoKey) {
		return errors.Join(errors.New("no key fits"), failed)
	}
	if err != nil {
		return w.stopped(work, err)
	}
	return errors.Join(found(p, c, key, work), failed)
}

func found(p *page.Page, c *escrowCase, key workfactor.BulkKey, work workfactor.Work) error {
	_, _, opened, err := key.Open(c.envelope)
	if err != nil {
		return err
	}
	p.Say("Number %s fits. The key is %x, and the message", page.Thousands(work.Place-1), key.Bytes())
	p.Table()
	p.Row(fmt.Sprintf("%q", opened))
	if !p.Seeded {
		p.Say("%s keys in %v on %d cores: %.1f million keys a second, %.1f a core.", page.Thousands(work.Tried),
			span.Span(work.Elapsed.Seconds()), work.Cores, work.Rate()/1e6, work.Rate()/float64(work.Cores)/1e6)
	}
	return nil
}

// stopped saves a search that was interrupted, and returns the error that says how to go on.
func (w *world) stopped(work workfactor.Work, err error) error {
	if !errors.Is(err, context.Canceled) {
		return err
	}
	done, all := w.message.done+work.Tried, w.message.keys()
	err = fmt.Errorf("%w after %s of %s keys, %.1f %%", err, page.Thousands(done), page.Thousands(all), 100*float64(done)/float64(all))
	file := w.options.resume
	if file == "" {
		return fmt.Errorf("%w; -resume FILE would have kept them", err)
	}
	if failed := w.message.save(file, work.Checkpoint); failed != nil {
		return failed
	}
	return fmt.Errorf("%w; go on with: %s", err, w.options.command())
}
