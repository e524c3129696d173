package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"doormat/escrow"

	"doormat/examples/internal/cli/clitest"
)

// The body of this function is in the README.
func Example_readme() {
	authority := escrow.NewAuthority()
	alice, _ := escrow.NewDevice(authority.Recipient())
	bob, _ := escrow.NewDevice(authority.Recipient())
	published, _ := bob.Publish(10)             // Bob gives prekeys to a relay,
	shelf, _ := escrow.NewShelf(published)      // which hands them out,
	alice.Start(bob.Identity(), shelf.Bundle()) // to Alice for one
	envelope, _ := alice.Seal(bob.Identity(), []byte("see you at nine"), nil)
	_, text, _ := bob.Open(envelope, nil)
	_, _, copied, _ := authority.Recover(envelope)
	fmt.Printf("Bob reads %q, and the authority %q.\n", text, copied)
	// Output: Bob reads "see you at nine", and the authority "see you at nine".
}

// The README's blocks are what a run prints, its middle left out, and code that compiles.
func TestReadme(t *testing.T) {
	clitest.Readme(t, "```", "```", shorten(breach(t, "-seed", "1")))
	clitest.Readme(t, "```go", "```", exampleBody(t))
}

// shorten keeps the matrix, which ends at the first empty line after it, and the closing line.
func shorten(text string) string {
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	n := len(paragraphs)
	return strings.Join([]string{paragraphs[0], paragraphs[1], "[…]", paragraphs[n-1]}, "\n\n") + "\n"
}

func exampleBody(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(source), "func Example_readme() {\n")
	body, _, ok := strings.Cut(rest, "\t// Output:")
	if !ok {
		t.Fatal("Example_readme is not where it was")
	}
	lines := strings.SplitAfter(body, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(l, "\t")
	}
	return strings.Join(lines, "")
}
