package healing

import "doormat/examples/lessons/lesson"

// LastOpen returns the index of the last message that a thief can read who has copied Ana's phone once,
// and -1 if there is none. From has one entry for each message that Ana and Ben write to each other, in
// order: true if Ana wrote it. The phone is copied before the message with the index stolenAt.
func LastOpen(from []bool, stolenAt int) (int, error) {
	return 0, lesson.ErrTODO
}
