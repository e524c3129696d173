package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"doormat/attacks"
	"doormat/escrow/workfactor"
	"doormat/internal/keysearch"
)

// sampleTime is how long a measurement takes.
const sampleTime = 150 * time.Millisecond

// statedRate stands for the measurement where a run must repeat to the byte, in keys per second and
// core.
const statedRate = 8e6

// wiretap tries what somebody without the authority's key can, and measures meanwhile.
func (p *printer) wiretap(ctx context.Context, c *escrowCase) (workfactor.Rates, error) {
	rates, tried, err := p.measure(ctx, c)
	if err != nil {
		return rates, err
	}
	bits := workfactor.EscrowedBits + c.residual.Bits
	p.line("The wiretap. It has the envelope and no key, and knows how bodies begin:")
	p.line("  %s of 2^%d keys tried, none fits. All of them take %v.\n", thousands(tried), bits,
		keysearch.Estimate(bits, rates.AllCores))
	return rates, nil
}

// measure tries keys of the message from the first on, with one core and then with all.
func (p *printer) measure(ctx context.Context, c *escrowCase) (r workfactor.Rates, tried uint64, err error) {
	whole, err := workfactor.WholeKey(c.envelope)
	if err != nil {
		return r, 0, err
	}
	s := whole.Search()
	s.All = true
	s.Cores = 1
	one, err := p.sample(ctx, s)
	if err != nil {
		return r, 0, err
	}
	s.Cores, s.From = 0, one.Checkpoint
	all, err := p.sample(ctx, s)
	r = workfactor.Rates{OneCore: one.Rate(), AllCores: all.Rate(), Cores: all.Cores}
	if p.seeded {
		r = workfactor.Rates{OneCore: statedRate, AllCores: statedRate, Cores: 1}
	}
	return r, all.Checkpoint.Next, err
}

// sample runs a search for a moment.
func (p *printer) sample(ctx context.Context, s keysearch.Search) (keysearch.Result, error) {
	if p.seeded { // nothing is measured
		s.End = s.From.Next + 1<<12
		return s.Run(ctx)
	}
	short, cancel := context.WithTimeout(ctx, sampleTime)
	defer cancel()
	result, err := s.Run(short)
	if errors.Is(err, context.DeadlineExceeded) {
		err = ctx.Err()
	}
	return result, err
}

// authority opens the field and searches the rest.
func (p *printer) authority(ctx context.Context, c *escrowCase, rate float64) error {
	e, err := workfactor.ParseEnvelope(c.envelope)
	if err != nil {
		return err
	}
	block, err := c.authority.OpenField(e.Field)
	if err != nil {
		return err
	}
	p.line("The authority, with a warrant, and a thief of its key, without, open the field:")
	p.part("mark", block[:2], "")
	p.part("pad", block[2:len(block)-3], "90 bytes, a hash of the whole key")
	p.part("key", block[len(block)-3:], fmt.Sprintf("the upper 24 of its %d bits", workfactor.EscrowedBits+c.residual.Bits))
	return p.search(ctx, c, rate)
}

// saveEvery is how often a long search writes down how far it is.
const saveEvery = 30 * time.Second

func (p *printer) search(ctx context.Context, c *escrowCase, rate float64) error {
	bits := c.residual.Bits
	p.line("  2^%d keys are left to try: %v at most.", bits, keysearch.Estimate(bits, rate))
	s := c.residual.Search()
	s.From = c.checkpoint
	saved := time.Now()
	var failed error
	s.Progress = func(now keysearch.Progress) {
		left := keysearch.Span(float64(now.Of-now.Tried) / now.Rate())
		p.bar.Set(fmt.Sprintf("%.1f million keys/s, %v left", now.Rate()/1e6, left), permille(s.From.Next+now.Tried, s.End), 1000)
		if p.resume != "" && time.Since(saved) > saveEvery {
			saved = time.Now()
			failed = errors.Join(failed, c.save(p.resume, now.Checkpoint))
		}
	}
	result, err := s.Run(ctx)
	if err == nil {
		err = failed
	}
	if err != nil {
		return p.interrupted(c, result, err)
	}
	if len(result.Hits) == 0 {
		return errors.New("no key fits")
	}
	return p.found(c, result)
}

func (p *printer) found(c *escrowCase, result keysearch.Result) error {
	hit := result.Hits[0]
	_, _, opened, err := c.residual.Open(hit)
	if err != nil {
		return err
	}
	key := binary.BigEndian.AppendUint64(nil, uint64(c.residual.Key(hit)))
	p.line("  Number %s fits. The key is %s, and the message", thousands(hit), hexBytes(key))
	p.line("  %q", opened)
	if !p.seeded {
		p.line("  %s keys in %v on %d cores: %.1f million keys a second, %.1f a core.", thousands(result.Tried),
			keysearch.Span(result.Elapsed.Seconds()), result.Cores, result.Rate()/1e6, result.PerCore()/1e6)
	}
	p.line("")
	return nil
}

// interrupted says how far the search was, and how to go on.
func (p *printer) interrupted(c *escrowCase, result keysearch.Result, err error) error {
	if !errors.Is(err, context.Canceled) {
		return err
	}
	p.bar.Clear()
	next := result.Checkpoint.Next
	fmt.Fprintf(p.stderr, "%s of %s keys tried, %.1f %%, without the right one.\n", thousands(next), thousands(1<<c.residual.Bits),
		100*float64(next)/float64(uint64(1)<<c.residual.Bits))
	if p.resume == "" {
		fmt.Fprintln(p.stderr, "They were not kept: -resume FILE would have.")
		return err
	}
	if failed := c.save(p.resume, result.Checkpoint); failed != nil {
		return failed
	}
	fmt.Fprintf(p.stderr, "To go on: workfactor -resume %s\n", p.resume)
	return err
}

func permille(n, of uint64) int { return int(float64(n) / float64(of) * 1000) }

// save writes the case: the authority's private key, the envelope, the checkpoint.
func (c *escrowCase) save(name string, checkpoint keysearch.Checkpoint) error {
	data, err := checkpoint.Marshal(c.residual.Description())
	if err != nil {
		return err
	}
	tape := new(attacks.Tape)
	for _, record := range [][]byte{c.authority.Bytes(), c.envelope, data} {
		if err := tape.Append(record); err != nil {
			return err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".workfactor-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = tape.WriteTo(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// readCase reads what save wrote. The error is os.ErrNotExist if there is nothing.
func readCase(name string) (*escrowCase, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	tape, err := attacks.ReadTape(f)
	if err != nil {
		return nil, fmt.Errorf("%s: expected a search that was interrupted: %w", name, err)
	}
	defer tape.Close()
	c, err := parseCase(tape)
	if err != nil {
		return nil, fmt.Errorf("%s: expected a search that was interrupted: %w", name, err)
	}
	return c, nil
}

func parseCase(tape *attacks.Tape) (*escrowCase, error) {
	var records [][]byte
	for record, err := range tape.All() {
		if err != nil {
			return nil, err
		}
		records = append(records, append([]byte(nil), record...))
	}
	if len(records) != 3 {
		return nil, fmt.Errorf("found %d records, expected 3", len(records))
	}
	authority, err := workfactor.ParseAuthority(records[0])
	if err != nil {
		return nil, err
	}
	c, err := newCase(authority, records[1])
	if err != nil {
		return nil, err
	}
	c.checkpoint, err = keysearch.ParseCheckpoint(records[2], c.residual.Description())
	if err == nil && c.checkpoint.Next > c.residual.Search().End {
		err = errors.New("it is further than its end")
	}
	return c, err
}
