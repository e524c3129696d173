package scanning

import (
	"bytes"
	"context"
	"errors"

	"doormat/attacks"
	"doormat/escrow/scanning"
	"doormat/noescrow"
)

// unless is an attack that reads nothing with a key that is none.
func unless(a attacks.Attack) attacks.Attack {
	return func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
		n, err := a(ctx, loot, t, found)
		if errors.Is(err, errKey) {
			err = nil
		}
		return n, err
	}
}

var errKey = errors.New("attacks: expected a key of the authority or of the server, found something else")

// readReports opens each report beside an envelope with the key in the first record of the loot. It is what
// the authority does, and a thief of its key.
func readReports(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	line, err := loot.First()
	if err != nil {
		return 0, err
	}
	authority, err := scanning.ParseAuthority(string(line))
	if err != nil {
		return 0, errKey
	}
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		beside, _, ok := scanning.Beside(r.Bytes)
		if !ok || len(beside) == 0 {
			return
		}
		report, err := authority.Recover(beside)
		tried([]byte(report.Message.Text), err == nil)
	})
}

// readVouchers matches the vouchers of each sender with the secret in the first record of the loot. It is
// what the server does, and a thief of its secret. It needs no list.
func (p *private) readVouchers(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (operations int64, err error) {
	secret, err := loot.First()
	if err != nil {
		return 0, err
	}
	matcher, err := scanning.ParseMatcher(secret)
	if err != nil {
		return 0, errKey
	}
	accounts := map[noescrow.Identity]*account{}
	var order []noescrow.Identity
	for r, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return operations, err
		}
		beside, n, ok := scanning.Beside(r.Bytes)
		if !ok || len(beside) == 0 {
			continue
		}
		from, _, err := noescrow.Addresses(r.Bytes[n:])
		if err != nil {
			continue
		}
		a := accounts[from]
		if a == nil {
			a = new(account)
			accounts[from] = a
			order = append(order, from)
		}
		a.at, a.vouchers = append(a.at, r.Index), append(a.vouchers, bytes.Clone(beside))
	}
	for _, from := range order {
		a := accounts[from]
		operations += int64(len(a.vouchers))
		got, err := matcher.Recover(a.vouchers, p.dial)
		if err != nil {
			return operations, err
		}
		for _, f := range got.Found {
			if m, err := scanning.ParseMessage(f.Associated); err == nil {
				found(a.at[f.Index], []byte(m.Text))
			}
		}
	}
	return operations, ctx.Err()
}

// account is the vouchers of one sender, and the envelopes that they came with.
type account struct {
	at       []int
	vouchers [][]byte
}

// withQuantum gives a quantum computer the matching secret too, which it computes from the table: the
// discrete logarithm of L. Both are the last record of its loot, and tried after the rest.
func (p *private) withQuantum(quantum attacks.Theft) attacks.Theft {
	steal, read := quantum.Steal, quantum.Read
	quantum.Steal = func() (*attacks.Tape, error) {
		loot, err := steal()
		if err != nil {
			return nil, err
		}
		return loot, loot.Append(append(p.Matcher.RecoveryKey(), p.Table.Bytes()[2:34]...))
	}
	quantum.Read = func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
		n, err := read(ctx, loot, t, found)
		if err != nil {
			return n, err
		}
		var last []byte
		for record, err := range loot.All() {
			if err != nil {
				return n, err
			}
			last = append(last[:0], record...)
		}
		secret, err := attacks.TapeOf(last[:min(32, len(last))])
		if err != nil {
			return n, err
		}
		m, err := p.readVouchers(ctx, secret, t, found)
		return n + m, errors.Join(err, secret.Close())
	}
	return quantum
}
