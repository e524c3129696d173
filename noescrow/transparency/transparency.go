package transparency

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"doormat/internal/vrf"
)

// Limits.
const (
	MaxLabel       = 255             // bytes of a label
	MaxValue       = 1024            // bytes of a value
	MaxVersions    = 1 << 20         // values that a label may have had
	MaxCheckpoints = 16              // that a client keeps, to compare; the oldest is dropped
	MaxAhead       = 5 * time.Minute // by which a checkpoint may be ahead of a client's clock
	DefaultMaxAge  = 25 * time.Hour  // of a checkpoint: for epochs of a day, with an hour's grace
	maxNote        = 1 << 15         // bytes of a checkpoint with its cosignatures
	maxSize        = 1 << 48         // records of a log
	maxWitnesses   = 64
)

var (
	// ErrQuorum reports a checkpoint that too few witnesses have signed. It may be that they are down: try
	// later. If it lasts, the directory shows others another history.
	ErrQuorum = errors.New("too few witnesses have signed the checkpoint")
	// ErrStale reports a checkpoint that is older than MaxAge, ahead of the clock, or older than one that the
	// client has seen. If it lasts, the directory keeps this client in the past.
	ErrStale = errors.New("the checkpoint is not of this time")
	// ErrAbsent reports a name for which the directory proves that it has no key.
	ErrAbsent = errors.New("the directory has no key under this name")
)

// Parameters are what everyone must have of a directory, from the same place as the program: who
// changes them changes what is believed.
type Parameters struct {
	Log       string        // the log's verifier key, name+hash+key (https://c2sp.org/signed-note)
	VRF       []byte        // the public key of the labels, 32 bytes; none with HashedLabels
	Witnesses []string      // verifier keys, see [Witness.VerifierKey]; each key once
	Quorum    int           // how many of the witnesses must have signed a checkpoint: more than half, if there are any
	MaxAge    time.Duration // of a checkpoint that a client takes; 0 is DefaultMaxAge
}

func (p *Parameters) parse() (*rules, error) {
	r := &rules{quorum: p.Quorum, maxAge: p.MaxAge}
	if r.maxAge == 0 {
		r.maxAge = DefaultMaxAge
	}
	var err error
	if r.log, err = note.NewVerifier(p.Log); err != nil {
		return nil, errors.New("expected the verifier key of a log, name+hash+key, found something else")
	}
	if len(p.Witnesses) > maxWitnesses || p.Quorum < 0 || p.Quorum > len(p.Witnesses) || r.maxAge < 0 {
		return nil, fmt.Errorf("expected a quorum of the %d witnesses, found %d", len(p.Witnesses), p.Quorum)
	}
	if len(p.Witnesses) > 0 && 2*p.Quorum <= len(p.Witnesses) { // honest witnesses, kept apart, sign two histories
		return nil, fmt.Errorf("expected a quorum of more than half of the %d witnesses, found %d", len(p.Witnesses), p.Quorum)
	}
	keys := map[string]bool{}
	for _, vkey := range p.Witnesses {
		c, err := parseCosigner(vkey)
		if err != nil {
			return nil, err
		}
		if keys[string(c.public)] { // a cosignature says nothing of the name: one key is one witness
			return nil, errors.New("expected each witness once, found two with one key")
		}
		keys[string(c.public)] = true
		r.witnesses = append(r.witnesses, c)
	}
	if len(p.VRF) == 0 {
		r.labels.kind = HashedLabels
		return r, nil
	}
	r.labels.public, err = vrf.ParsePublicKey(p.VRF)
	return r, err
}

type hashList = []tlog.Hash

// emptyRoot is the root of a log without records (RFC 6962, Section 2.1).
var emptyRoot = tlog.Hash(sha256.Sum256(nil))

func emptyTree(r *rules) tree { return tree{r.log.Name(), 0, emptyRoot} }

// prefix is put before an error where it leaves the package.
func prefix(err error) error { return fmt.Errorf("transparency: %w", err) }
