//go:build !js && !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd

package main

import "io"

// lock keeps a folder for nobody: the standard library has no lock on this system.
func lock(string) (io.Closer, error) { return io.NopCloser(nil), nil }
