// Package mutants has one test, which asks whether the other tests notice anything.
//
// A mutant is a patch in some package's testdata/mutants that breaks one thing, after the model
// of filippo.io/passkey. It is a unified diff from the root of the module, below two lines:
//
//	The body is sealed without the names, so that the authority can be shown others.
//	Kills: ./escrow TestNamesSpliced
//
// The first says what is broken. The second names the test that must fail with it, and passes
// without it. Mutants that change nothing but bodies of functions are compiled together (see
// fold_test.go), so that each costs no more than its test; one that changes a constant or an import
// costs the compiler some seconds. A test runs with -short first, and whole if the mutant survives that. All of them
// run with
//
//	go test ./internal/testing/mutants -mutants -v -timeout 60m
//
// and one of them with -run TestMutants/escrow/names-not-bound in addition. Without -mutants the
// test checks the two lines only.
package mutants
