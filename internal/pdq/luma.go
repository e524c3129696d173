package pdq

import (
	"image"
	"image/color"
)

// The parts of the luma of each value of red, green and blue: 0.299, 0.587 and 0.114 of it, in float32.
var red, green, blue = part(0.299), part(0.587), part(0.114)

func part(weight float32) (p [256]float32) {
	for v := range p {
		p[v] = weight * float32(v)
	}
	return p
}

func luma(r, g, b uint8) float32 { return red[r] + green[g] + blue[b] }

// lumaOf takes the upper eight bits of each channel, in which the alpha is multiplied already.
func lumaOf(c color.Color) float32 {
	r, g, b, _ := c.RGBA()
	return luma(uint8(r>>8), uint8(g>>8), uint8(b>>8))
}

// reader returns a function that reads row y of a picture, counted from 0, as luma. Grey is taken as it is,
// without the rounding of the weights. What a package of pictures decodes to most often is read without a
// call for each pixel.
func reader(m image.Image) func(row []float32, y int) {
	left, top := m.Bounds().Min.X, m.Bounds().Min.Y
	switch m := m.(type) {
	case *image.Gray:
		return func(row []float32, y int) {
			pix := m.Pix[m.PixOffset(left, top+y):][:len(row)]
			for x, v := range pix {
				row[x] = float32(v)
			}
		}
	case *image.Gray16:
		return func(row []float32, y int) {
			pix := m.Pix[m.PixOffset(left, top+y):]
			for x := range row {
				row[x] = float32(pix[2*x])
			}
		}
	case *image.RGBA:
		return func(row []float32, y int) {
			pix := m.Pix[m.PixOffset(left, top+y):][:4*len(row)]
			for x := range row {
				p := pix[4*x:][:4]
				row[x] = luma(p[0], p[1], p[2])
			}
		}
	case *image.NRGBA:
		return func(row []float32, y int) {
			pix := m.Pix[m.PixOffset(left, top+y):][:4*len(row)]
			for x := range row {
				p := pix[4*x:][:4]
				if p[3] == 255 {
					row[x] = luma(p[0], p[1], p[2])
				} else {
					row[x] = lumaOf(color.NRGBA{p[0], p[1], p[2], p[3]})
				}
			}
		}
	case *image.YCbCr:
		columns := make([]int, m.Rect.Dx()) // of the chroma, from the left
		for x := range columns {
			columns[x] = m.COffset(left+x, top) - m.COffset(left, top)
		}
		return func(row []float32, y int) {
			luminance := m.Y[m.YOffset(left, top+y):][:len(row)]
			chroma := m.COffset(left, top+y)
			cb, cr := m.Cb[chroma:], m.Cr[chroma:]
			for x, i := range columns[:len(row)] {
				row[x] = luma(color.YCbCrToRGB(luminance[x], cb[i], cr[i]))
			}
		}
	case *image.Paletted:
		var palette [256]float32
		for i, c := range m.Palette[:min(len(m.Palette), len(palette))] {
			palette[i] = lumaOf(c)
		}
		return func(row []float32, y int) {
			pix := m.Pix[m.PixOffset(left, top+y):][:len(row)]
			for x, i := range pix {
				row[x] = palette[i]
			}
		}
	case image.RGBA64Image: // has no interface value for each pixel
		return func(row []float32, y int) {
			for x := range row {
				c := m.RGBA64At(left+x, top+y)
				row[x] = luma(uint8(c.R>>8), uint8(c.G>>8), uint8(c.B>>8))
			}
		}
	}
	return func(row []float32, y int) {
		for x := range row {
			row[x] = lumaOf(m.At(left+x, top+y))
		}
	}
}
