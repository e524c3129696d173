package ctgrind

import "unsafe"

//go:noescape
func request(code, a, b uintptr) (ret uintptr)

const (
	runningOnValgrind = 0x1001
	makeMemUndefined  = 'M'<<24 | 'C'<<16 | 1
	makeMemDefined    = 'M'<<24 | 'C'<<16 | 2
)

func running() bool { return request(runningOnValgrind, 0, 0) != 0 }

func mark(code uintptr, b []byte) {
	if len(b) > 0 {
		request(code, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	}
}

func secret(b []byte) { mark(makeMemUndefined, b) }
func public(b []byte) { mark(makeMemDefined, b) }
