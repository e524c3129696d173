package escrow

import "doormat/noescrow"

// SafetyNumber returns the 60 digits that two people compare: see [noescrow.SafetyNumber]. It
// shows a relay that put other keys between them. It does not show the authority, which reads
// with their own devices' help.
func SafetyNumber(a, b Identity) string { return noescrow.SafetyNumber(a, b) }
