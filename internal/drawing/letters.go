package drawing

import "image/color"

// letters holds the characters that are written, each as five rows of three pixels from the top, an octal
// digit a row.
var letters = map[rune]uint16{
	'A': 0o25755, 'B': 0o65656, 'C': 0o34443, 'D': 0o65556, 'E': 0o74647, 'F': 0o74644, 'G': 0o34553,
	'H': 0o55755, 'I': 0o72227, 'J': 0o11152, 'K': 0o55655, 'L': 0o44447, 'M': 0o57755, 'N': 0o65555,
	'O': 0o25552, 'P': 0o65644, 'Q': 0o25563, 'R': 0o65655, 'S': 0o34216, 'T': 0o72222, 'U': 0o55557,
	'V': 0o55552, 'W': 0o55775, 'X': 0o55255, 'Y': 0o55222, 'Z': 0o71247,
	'0': 0o75557, '1': 0o26227, '2': 0o61247, '3': 0o61216, '4': 0o55711, '5': 0o74616, '6': 0o34757,
	'7': 0o71122, '8': 0o75757, '9': 0o75716, '.': 0o00002, '!': 0o22202, ' ': 0,
}

// write draws a line of text from its upper left corner, each pixel of a letter as a square of the given
// size, and returns the x where it ends.
func (c canvas) write(x, y, size int, text string, with color.RGBA) int {
	for _, r := range text {
		for k := range 15 {
			if letters[r]>>(14-k)&1 == 1 {
				c.box(x+k%3*size, y+k/3*size, size, size, with)
			}
		}
		x += 4 * size
	}
	return x - size
}

// centre writes a line of text in the middle of the picture.
func (c canvas) centre(y, size int, text string, with color.RGBA) {
	c.write((Width-(4*len(text)-1)*size)/2, y, size, text, with)
}
