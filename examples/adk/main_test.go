package main

import (
	"testing"

	"doormat/examples/internal/cli/clitest"
)

func TestProgram(t *testing.T) { clitest.Program(t, run, "adk.txt", "-seed", "1") }
