package pdq

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

// The pictures may be used to test the reference's code only, so they are not here.
var bridge = flag.String("bridge", "", "folder of the reference's photographs, pdq/data/bridge-mods of github.com/facebook/ThreatExchange")

// The hashes that the reference publishes of its photographs: a bridge, and the same in eleven qualities. Another
// JPEG decoder makes two bits of difference in two of them. The reference allows ten.
func TestPhotographs(t *testing.T) {
	if *bridge == "" {
		t.Skip("no -bridge")
	}
	for _, c := range []struct {
		name, hash string
		within     int
	}{
		{"aaa-orig", "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22", 2},
		{"blur-a-little", "f8f8f0cee0f4a84f06370a2a038f63f0b36e26d596621e1d33e6b39c4e9c9b22", 0},
		{"blur-a-lot", "f8f8f0cee0f4a84f0637022a038f67f0b36e26d596621e1d33e6b39c4e9c9b22", 0},
		{"high-contrast", "f8f8f0cee0f4a84f06370a2a068f67f0b36e26d596621e1d33e6339c4e9c9b22", 0},
		{"high-saturation", "f8f8f0cee0f4a84f06370a22038f67f0b36e2ed596221e1d33e6b39c4e9c9b22", 0},
		{"sharpen-a-little", "f8f8f0cee0f4a84f0e370a22038f67f0b36e2ed596221e1d33e6b39c4a9c9b22", 0},
		{"sharpen-a-lot", "d8f8f0cec0f4a84f8e370a22038f67f0b36a2ed597231e1d72e6b39c4a9c9b22", 0},
		{"shrink-a-little", "f8f8f0cee0f4a84f06370a22038f67f0b36e2ed596621e1d33e6339c4e9c9b22", 0},
		{"shrink-a-lot", "d0f8f1ccc0f4a84d0a370a3a228f67f0b36e2ed5b6623e1d33e6339c4e9c9b22", 0},
		{"square-128x128", "d8f8f1eec0f4a84f0e37022a078f63f0b36e2ed596621e1d33e6239c4e9c9b22", 2},
		{"square-256x256", "d8f8f0cec4f4a84f0637022a078f67f0b36e2ee5b6621e1d33e6239c4e9c9b22", 0},
		{"square-512x512", "d8f8f0cec0f4a84f0637022a278f67f0b36e2ed596621e1d33e6339c4e9c9b22", 0},
	} {
		file, err := os.ReadFile(filepath.Join(*bridge, c.name+".jpg"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := Read(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := Parse(c.hash)
		if err != nil {
			t.Fatal(err)
		}
		if h, quality := Sum(m); h.Distance(want) > c.within || quality != 100 {
			t.Errorf("%s: %s, quality %d, is %d bits from %s", c.name, h, quality, h.Distance(want), want)
		}
	}
}
