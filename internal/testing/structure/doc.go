// Package structure tests what may import what, and what a public signature may show. It has tests
// only.
package structure
