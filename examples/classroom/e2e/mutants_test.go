package e2e

import "flag"

var mutants = flag.Bool("mutants", false, "test that each mutant of the page is found")
