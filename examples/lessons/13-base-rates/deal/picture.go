package deal

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math"
	mathrand "math/rand/v2"

	attack "doormat/attacks/scanning"
	"doormat/escrow/scanning"
	"doormat/examples/lessons/lesson"
)

const (
	side    = 64 // of a picture, in pixels
	largest = 16 // how much a pixel may be changed, of 255
)

// paint draws a picture: a slope of grey, and fourteen rectangles and ellipses on it.
func paint(draw *mathrand.Rand) []byte {
	type shape struct {
		x, y, width, height, grey float64
		round                     bool
	}
	down, across := 60*draw.Float64()-30, 60*draw.Float64()-30
	var shapes []shape
	for i := range 14 {
		size := 25 / (1 + float64(i)/3)
		shapes = append(shapes, shape{
			side * draw.Float64(), side * draw.Float64(), 3 + size*draw.Float64(), 3 + size*draw.Float64(),
			50 + 155*draw.Float64(), draw.IntN(2) == 0,
		})
	}
	picture := make([]byte, side*side)
	for y := range side {
		for x := range side {
			grey := 128 + down*(float64(y)/side-0.5) + across*(float64(x)/side-0.5)
			for _, s := range shapes {
				dx, dy := (float64(x)-s.x)/s.width, (float64(y)-s.y)/s.height
				if s.round && dx*dx+dy*dy < 1 || !s.round && max(math.Abs(dx), math.Abs(dy)) < 1 {
					grey = s.grey
				}
			}
			picture[y*side+x] = byte(grey)
		}
	}
	return picture
}

// hashOf returns the PDQ hash of a picture's pixels. It reports false for another number of them, and for a
// picture with too little in it to be hashed.
func hashOf(pixels []byte) (scanning.Hash, bool) {
	if len(pixels) != side*side {
		return scanning.Hash{}, false
	}
	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.NoCompression}
	err := encoder.Encode(&file, &image.Gray{Pix: pixels, Stride: side, Rect: image.Rect(0, 0, side, side)})
	if err != nil {
		panic(err)
	}
	return attack.HashPicture(file.Bytes())
}

func checkPicture(changed, picture []byte) *lesson.Miss {
	const differs = scanning.Confident + 1
	miss := &lesson.Miss{Want: fmt.Sprintf("a hash that differs in %d bits, and no pixel changed by more than %d", differs, largest)}
	was, _ := hashOf(picture)
	switch {
	case len(changed) == 0:
		miss.Got = "right figures, and no picture"
		miss.Why = "the function Change is not written yet"
		miss.Hint = "README.md says in its second part what it is to do"
		return miss
	case len(changed) != len(picture):
		miss.Got = fmt.Sprintf("%d bytes", len(changed))
		miss.Why = fmt.Sprintf("a picture has %d bytes", len(picture))
		miss.Hint = "change a copy of the picture"
		return miss
	}
	most := 0
	for i, v := range changed {
		most = max(most, int(v)-int(picture[i]), int(picture[i])-int(v))
	}
	is, ok := hashOf(changed)
	distance := is.Distance(was)
	miss.Got = fmt.Sprintf("%d bits, and a pixel changed by %d", distance, most)
	switch {
	case most > largest:
		miss.Why = fmt.Sprintf("a pixel changed by more than %d of 255 shows", largest)
		miss.Hint = "limit what is added to each pixel, and remember that 250 + 10 does not fit into a byte"
	case !ok:
		miss.Got = "a picture without a hash"
		miss.Why = "the scanner does not hash a picture with so little in it"
		miss.Hint = "change the picture less"
	case distance < differs:
		miss.Why = fmt.Sprintf("the scanner takes pictures for the same whose hashes differ in %d bits or less", scanning.Confident)
		miss.Hint = "change a little, ask for the hash, and keep the change if the number of bits has not become smaller"
	default:
		return nil
	}
	return miss
}
