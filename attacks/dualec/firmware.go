package dualec

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"doormat/escrow/dualec"
)

// Devices of those years tested their generator when they started, in two ways: they compared its
// output with a known answer (SP 800-90A, Section 11.3), and counted bits, runs and patterns in it
// (FIPS 140-2, Section 4.9.1). Neither asks who knows d:
//
//	what is wrong                                  known answer   statistics
//	the program is damaged                         fails          may pass
//	the output is not random                       fails          fail
//	Q is another's, the answer is the old one      fails          pass
//	Q is another's, and so is the answer           passes         pass

// A firmware is the part of a device's program that an intruder replaces here.
type firmware struct {
	points *dualec.Points
	answer []byte // the output that the self-test expects of a generator with these points
}

// newFirmware returns the firmware that anyone who has the source can make with points of their own.
// The known answer is computed with the same points: it shows that the program is intact, not whose
// it is.
func newFirmware(p *dualec.Points) firmware { return firmware{p, knownAnswer(p)} }

// bytes returns the constants in the firmware: P, Q and the known answer.
func (f firmware) bytes() []byte { return slices.Concat(f.points.P(), f.points.Q(), f.answer) }

// knownAnswer returns the first 60 bytes of a generator whose entropy is fixed, or nil if the points
// generate nothing.
func knownAnswer(p *dualec.Points) []byte {
	answer := make([]byte, 60)
	g, err := dualec.Instantiate(dualec.Config{Points: p, Entropy: strings.NewReader("entropy 16 bytes" + "a nonce.")})
	if err == nil {
		err = g.Generate(answer, dualec.Request{})
	}
	if err != nil {
		return nil
	}
	return answer
}

// sampleSize is the length of the sample that FIPS 140-2 tests, in bytes: 20,000 bits.
const sampleSize = 2500

// selfTest tests a generator with the firmware's points, and returns what the device reports on its
// screen. The statistics reject an honest generator once in a thousand runs, so they are tried up to
// three times, with a fresh generator each.
func (f firmware) selfTest() (report string, err error) {
	if answer := knownAnswer(f.points); answer == nil || !bytes.Equal(answer, f.answer) {
		return "known answer: FAILED", nil
	}
	failed := ""
	for range 3 {
		g, err := dualec.Instantiate(dualec.Config{Points: f.points})
		if err != nil {
			return "", err
		}
		sample := make([]byte, sampleSize)
		if _, err := io.ReadFull(g, sample); err != nil {
			return "", err
		}
		if failed, err = failedStatistics(sample); err != nil || failed == "" {
			return "known answer: passed; statistics: passed", err
		}
	}
	return "known answer: passed; statistics: FAILED " + failed, nil
}

// failedStatistics returns the names of the tests that a sample of at least sampleSize bytes fails,
// with commas between them.
func failedStatistics(sample []byte) (failed string, err error) {
	statistics, err := Statistics(sample)
	var names []string
	for _, s := range statistics {
		if !s.Passes() {
			names = append(names, s.Name)
		}
	}
	return strings.Join(names, ", "), err
}
