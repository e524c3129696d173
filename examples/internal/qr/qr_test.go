package qr

import (
	"bytes"
	"encoding/hex"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var long = flag.Bool("long", false, "also have zbarimg read codes of every length, if it is installed")

// The example of the standard's Annex I: "01234567" in version 1-M. Its data codewords are in numeric mode, which this
// package does not write, so they are given.
func TestReedSolomon(t *testing.T) {
	data, _ := hex.DecodeString("10200c566180ec11ec11ec11ec11ec11")
	if got := hex.EncodeToString(remainder(data, 10)); got != "a524d4c1ed36c7872c55" {
		t.Errorf("the check codewords are %s", got)
	}
	// A codeword of each version's code is zero at each root of its generator.
	for _, v := range versions {
		block := append([]byte("0123456789abcdefghijklmnopqrstuvwxyz{|}~+-*/")[:v.data:v.data], remainder([]byte("0123456789abcdefghijklmnopqrstuvwxyz{|}~+-*/")[:v.data], v.check)...)
		root := byte(1)
		for range v.check {
			var value byte
			for _, b := range block {
				value = times(value, root) ^ b
			}
			if value != 0 {
				t.Errorf("version %d: the codeword has the value %#x at %#x", v.number, value, root)
			}
			root = times(root, 2)
		}
	}
}

// The mask is the one with the lowest penalty.
func TestMask(t *testing.T) {
	for n := 1; n < 107; n += 10 {
		text := strings.Repeat("b", n)
		c, err := Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		v := versions[(len(c)-21)/4]
		for mask := range masks {
			m := v.masked(v.interleave(v.codewords(text)), mask)
			if m.penalty() < c.penalty() {
				t.Errorf("%d bytes: the mask %d has the penalty %d, the one that is used %d", n, mask, m.penalty(), c.penalty())
			}
		}
	}
}

// The format information of level M (Table C.1).
func TestFormat(t *testing.T) {
	for mask, want := range []int{0x5412, 0x5125, 0x5e7c, 0x5b4b, 0x45f9, 0x40ce, 0x4f97, 0x4aa0} {
		if got := format(mask); got != want {
			t.Errorf("mask %d: %#x, expected %#x", mask, got, want)
		}
	}
}

func TestCodewords(t *testing.T) {
	if got, want := hex.EncodeToString(versions[0].codewords("Hi")), "4024869"+"0ec11ec11ec11ec11ec11ec11"; got != want {
		t.Errorf("%s, expected %s", got, want)
	}
}

// The example of a penalty: a column and a row that look like a finder pattern, and what else an empty code has.
func TestPenalty(t *testing.T) {
	c := Code(grid(21))
	runs, blocks, half := 2*21*(3+16), 20*20*3, 100
	if got, want := c.penalty(), runs+blocks+half; got != want {
		t.Errorf("nothing is dark: %d, expected %d", got, want)
	}
	before := c.penalty()
	for j, dark := range []bool{true, false, true, true, true, false, true} {
		c[10][7+j] = dark
	}
	// In the row: 40 on either side, and runs of 7 and 7 instead of 21. In each of five columns: runs of 10 and 10 instead
	// of 21. Of the 2×2 blocks, 16 are no longer light, and one run of two and three gives no dark one.
	if got, want := c.penalty(), before+80-19+2*5+5*(2*8-19)-16*3-10; got != want {
		t.Errorf("with a finder pattern: %d, expected %d", got, want)
	}
}

// The smallest version is taken, and what is too long or not ASCII is an error.
func TestLengths(t *testing.T) {
	size := 0
	for n := range 107 {
		c, err := Encode(strings.Repeat("a", n))
		if err != nil {
			t.Fatal(err)
		}
		if len(c) < size {
			t.Errorf("%d bytes have a smaller code than %d", n, n-1)
		}
		size = len(c)
	}
	for n, want := range map[int]int{14: 21, 15: 25, 26: 25, 27: 29, 42: 29, 43: 33, 62: 33, 63: 37, 84: 37, 85: 41, 106: 41} {
		if c, err := Encode(strings.Repeat("a", n)); err != nil || len(c) != want {
			t.Errorf("%d bytes: a code of %d modules, expected %d; %v", n, len(c), want, err)
		}
	}
	for _, bad := range []string{strings.Repeat("a", 107), strings.Repeat("a", 1<<16), "größer", "\xff"} {
		if c, err := Encode(bad); err == nil || c != nil {
			t.Errorf("%.20q has a code", bad)
		}
	}
}

// Read what a path draws, and what a terminal shows: both are the code, with its margin.
func TestDrawings(t *testing.T) {
	c, err := Encode("AGE-SECRET-KEY-PQ-1FE7W48JLH6AP6AVJHWMF2NUFTCRYFFPPVCG942SAE24KZJEGFASQJSEQQZ")
	if err != nil {
		t.Fatal(err)
	}
	path, n := c.Path()
	drawn := grid(n)
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(path, -1) {
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		wide, _ := strconv.Atoi(m[3])
		if m[3] != m[4] {
			t.Errorf("%s is no box", m[0])
		}
		for j := range wide {
			drawn[y][x+j] = true
		}
	}
	shown := grid(n + 1)
	for i, line := range strings.Split(strings.TrimSuffix(c.Text(), "\n"), "\n") {
		line = strings.TrimSuffix(strings.TrimPrefix(line, "\x1b[30;107m"), "\x1b[0m")
		for j, r := range []rune(line) {
			shown[2*i][j] = r == '█' || r == '▀'
			shown[2*i+1][j] = r == '█' || r == '▄'
		}
	}
	for i := range n {
		for j := range n {
			y, x := i-Margin, j-Margin
			want := y >= 0 && y < len(c) && x >= 0 && x < len(c) && c[y][x]
			if drawn[i][j] != want || shown[i][j] != want {
				t.Fatalf("row %d, column %d: the path has %v, the terminal %v, the code %v", i, j, drawn[i][j], shown[i][j], want)
			}
		}
	}
}

// Read by a decoder that others wrote. The classroom's end-to-end test has a second one read what the page shows.
func TestZbar(t *testing.T) {
	if !*long {
		t.Skip("runs zbarimg on a code of every length: -long")
	}
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Skip("zbarimg is missing: Debian has it in zbar-tools")
	}
	const letters = "AGE-SECRET-KEY-PQ-1FE7W48JLH6AP6AVJ http://192.168.1.10:8093/#at=network&class=K7-RIVER-B4-OTTER ~!{}|xyz"
	for n := 1; n <= 106; n++ {
		text := strings.Repeat(letters, 3)[n : 2*n]
		c, err := Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		v := versions[(len(c)-21)/4]
		c = v.masked(v.interleave(v.codewords(text)), n%8) // also those that are rare
		const scale = 3
		size := (len(c) + 2*Margin) * scale
		picture := image.NewGray(image.Rect(0, 0, size, size))
		for y := range size {
			for x := range size {
				i, j := y/scale-Margin, x/scale-Margin
				if i < 0 || i >= len(c) || j < 0 || j >= len(c) || !c[i][j] {
					picture.SetGray(x, y, color.Gray{255})
				}
			}
		}
		var b bytes.Buffer
		if err := png.Encode(&b, picture); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(t.TempDir(), "code.png")
		if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("zbarimg", "--quiet", "--raw", name).Output()
		if got := strings.TrimSuffix(string(out), "\n"); err != nil || got != text {
			t.Errorf("%d bytes: %q is read as %q: %v", n, text, got, err)
		}
	}
}
