package attacks

import "context"

// An Attack reads what can be read of a transcript with loot: it is the Read of a [Theft]. It returns an
// error for loot that is not what the attack takes.
type Attack func(ctx context.Context, loot *Tape, t *Transcript, found Found) (operations int64, err error)

// Unplaced is the index of a text whose envelope the thief does not know. It claims every message with
// that text, and no claim of it is wrong. A person's name, and a text of no bytes, claim none: relays
// store the names of people, and people write those too.
const Unplaced = -1

// TryAll is the attack of a thief who does not know what is in the loot. It claims each record of the loot as a
// text, also behind a date, and tries the loot, and each record alone, as each kind of key. A kind is an
// attack with keys of one kind; its error says that a record is not one.
//
// A theft that opens nothing is measured with it, so that its zero is one of these bytes, and not one of
// an attack that has no use for them. The kinds are all that the system knows, whether or not they are
// expected in the loot.
func TryAll(ctx context.Context, loot *Tape, t *Transcript, found Found, kinds ...Attack) (operations int64, err error) {
	try := func(loot *Tape) error {
		for _, kind := range kinds {
			n, err := kind(ctx, loot, t, found)
			operations += max(n, 1)
			if ctx.Err() != nil {
				return err
			}
		}
		return nil
	}
	if loot.Len() > 1 {
		if err := try(loot); err != nil {
			return operations, err
		}
	}
	for record, err := range loot.All() {
		if err != nil {
			return operations, err
		}
		operations++
		found(Unplaced, record)
		if _, rest, err := CutDate(record); err == nil {
			operations++
			found(Unplaced, rest)
		}
		alone, err := TapeOf(record)
		if err == nil {
			err = try(alone)
		}
		if err != nil {
			return operations, err
		}
	}
	return operations, ctx.Err()
}
