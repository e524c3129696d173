package main

import (
	"image"
	"image/color"
	"strings"
)

// The pictures have this many letters, and each letter is a rectangle of pixels, twice as high as wide.
const (
	width  = 24
	height = 7
	scale  = 4
)

// landscape is a picture that offends no one.
func landscape() image.Image {
	return draw(`
                   ##
                   ##
       #
      ###     #
     #####   ###
    ####### #####
........................`)
}

// abuse stands for one that no one should have to see.
func abuse() image.Image {
	return draw(`
       ##########
      #  ##  ##  #
      #  ##  ##  #
      ##### ######
       ##########
        # # # #
        #########`)
}

func draw(picture string) image.Image {
	lines := strings.Split(strings.TrimPrefix(picture, "\n"), "\n")
	m := image.NewGray(image.Rect(0, 0, scale*width, 2*scale*height))
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			line, at := lines[y/(2*scale)], x/scale
			shade := uint8(255)
			if at < len(line) {
				shade = map[byte]uint8{' ': 255, '.': 128, '#': 0}[line[at]]
			}
			m.SetGray(x, y, color.Gray{shade})
		}
	}
	return m
}
