//go:build !js

package main

import (
	"context"
	"crypto/sha256"
	"runtime"
	"sync"
	"sync/atomic"

	"doormat/escrow"
)

// A digest is what a worker says of a record: none, all zeros, if it does not open.
type digest [digestSize]byte

// textDigest returns the first bytes of the SHA-256 of both names and the text.
func textDigest(from, to escrow.Identity, text []byte) (d digest) {
	h := sha256.New()
	h.Write(from[:])
	h.Write(to[:])
	h.Write(text)
	copy(d[:], h.Sum(nil))
	return d
}

// digestOf opens an envelope with the authority's key.
func digestOf(authority *escrow.Authority, envelope []byte) digest {
	from, to, text, err := authority.Recover(envelope)
	if err != nil {
		return digest{}
	}
	return textDigest(from, to, text)
}

// openRecords opens all records of a lease, with all cores, and returns their digests one after the other.
func openRecords(ctx context.Context, r *records) (digests []byte, err error) {
	authority, err := escrow.ParseAuthority(r.Key)
	if err != nil {
		return nil, err
	}
	all := make([]digest, len(r.Envelopes))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(all)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(all) {
					return
				}
				all[i] = digestOf(authority, r.Envelopes[i])
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	for _, d := range all {
		digests = append(digests, d[:]...)
	}
	return digests, nil
}
