package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"doormat/escrow/workfactor"
	"doormat/escrow/workfactor/partial"
	"doormat/internal/keysearch"
)

// clusters are how many cores the table has columns for.
var clusters = [2]int{1_000, 100_000}

// costs prints what each number of bits costs.
func (p *printer) costs(r workfactor.Rates) {
	p.line("What it costs to try all keys. On average a key is found after half of that.\n")
	p.line("  bits  this machine   1,000 cores    100,000 cores          price  who can pay")
	for _, bits := range []int{24, 32, 40, 48, 56, 64, 80} {
		price := r.Price(bits, p.price)
		p.line("  %4d  %-13s  %-13s  %-13s  %13s  %s", bits, short(bits, r.AllCores), short(bits, r.Cluster(clusters[0])),
			short(bits, r.Cluster(clusters[1])), dollars(price), workfactor.WhoCanAfford(price))
	}
	p.line("")
	if p.seeded {
		p.line("A rate is stated here and not measured: %.0f million keys a second and core.", statedRate/1e6)
	} else {
		p.line("Measured: %.1f million keys a second on one core; %d cores do the work of %.2f.", r.OneCore/1e6, r.Cores, r.Scaling())
	}
	p.line("The clusters are extrapolated from that. An hour of a core costs $%g.", p.price)
	var purses []string
	for _, b := range workfactor.Buyers {
		purses = append(purses, fmt.Sprintf("%s %s", b.Name, dollars(b.Dollars)))
	}
	p.line("Assumed purses: %s.", strings.Join(purses, ", "))
	full := workfactor.FullBits
	p.line("So a message of 1996 costs its reader %s with the authority's key,", dollars(r.Price(full, p.price)))
	p.line("and %s without it.\n", dollars(r.Price(full+workfactor.EscrowedBits, p.price)))
	p.line("What was paid when it was new:")
	p.line("  1995  40 bits  RC4  8 days at 850,000 keys a second (Doligez)")
	p.line("  1995  40 bits  RC4  32 hours, some 200 people on the net")
	p.line("  1997  40 bits  RC5  3.5 hours, some 250 machines (Goldberg)")
	p.line("  1998  56 bits  DES  56 hours, $250,000: Deep Crack, 90 billion keys a second\n")
}

// early shows partial escrow, where the part that is not escrowed can be searched too soon.
func (p *printer) early(ctx context.Context) error {
	const bits, k, n = partial.DefaultBits, 2, 3
	p.line("Partial key escrow: of a private key x = c + a agents hold c, and a has %d bits.", bits)
	p.line("After an order %d of %d agents open c. Then a has to be searched for, in g^a.", k, n)
	began := time.Now()
	table, err := partial.NewTable(1 << (bits / 2))
	if err != nil {
		return err
	}
	p.line("A table of %s group operations serves for every key.\n", thousands(uint64(table.Operations())))
	p.line("  group operations             before the order          after it")
	if err := p.order(ctx, table, "g^a can be computed", partial.DealExposed); err != nil {
		return err
	}
	if err := p.order(ctx, table, "g^a is hidden", partial.Deal); err != nil {
		return err
	}
	elapsed := time.Since(began)
	p.line("\nWhere g^a can be computed from what is published, everybody searches in advance,")
	p.line("for everybody, and on the day of the order the key opens at once. Commitments of")
	p.line("Pedersen in place of Feldman's hide it. The work is after the order again.")
	if !p.seeded {
		p.line("All of this took %v. At 48 bits it is %s times the work.", keysearch.Span(elapsed.Seconds()), thousands(1<<(24-bits/2)))
	}
	return nil
}

func (p *printer) order(ctx context.Context, table *partial.Table, name string,
	deal func(x partial.PrivateKey, bits, k, n int) (*partial.Escrow, []partial.Share, error)) error {
	escrow, shares, err := deal(partial.NewPrivateKey(), partial.DefaultBits, 2, 3)
	if err != nil {
		return err
	}
	if err := escrow.Check(); err != nil {
		return err
	}
	a, before, err := table.Search(ctx, escrow.EarlyTarget())
	early := err == nil
	if ctx.Err() != nil {
		return ctx.Err()
	}
	opened, err := escrow.Open(shares[:2])
	if err != nil {
		return err
	}
	var after int64
	if !early {
		if a, after, err = table.Search(ctx, opened.Target()); err != nil {
			return err
		}
	}
	if _, err := opened.Key(a); err != nil {
		return err
	}
	what := map[bool]string{true: "a found", false: "nothing found"}[early]
	p.line("  %-22s  %9s, %-15s %8s, x found", name, thousands(uint64(before)), what, thousands(uint64(after)))
	return nil
}

// short is an estimate for the table.
func short(bits int, rate float64) string {
	return strings.NewReplacer("seconds", "s", "second", "s", "minutes", "min", "minute", "min", "hours", "h", "hour", "h",
		"days", "d", "day", "d", "years", "y", "year", "y").Replace(keysearch.Estimate(bits, rate).String())
}

// thousands is n with commas.
func thousands(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// dollars is an amount of money with two or three figures that matter.
func dollars(x float64) string {
	switch {
	case x < 0.0095:
		return "< 1 cent"
	case x < 0.995:
		return fmt.Sprintf("%.1f cents", 100*x)
	case x < 9.95:
		return fmt.Sprintf("$%.2f", x)
	case x < 1e6:
		return "$" + thousands(uint64(math.Round(x)))
	}
	u := []string{"million", "billion", "trillion"}
	for x /= 1e6; x >= 1e3 && len(u) > 1; x /= 1e3 {
		u = u[1:]
	}
	digits := 0
	if x < 9.95 {
		digits = 1
	}
	return strings.Replace(fmt.Sprintf("$%.*f %s", digits, x, u[0]), ".0 ", " ", 1)
}
