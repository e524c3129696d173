// Package check tests the lessons: each has all its parts, its stub fails, its right answer passes, and
// its wrong ones fail for the reason that they state. It has tests only.
package check
