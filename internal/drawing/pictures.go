package drawing

import (
	"fmt"
	"image"
)

// Leaflet draws a leaflet that calls to a meeting: other words, colours and place for another seed.
func Leaflet(seed uint64) *image.RGBA {
	c := newCanvas(1, seed)
	pick := func(words ...string) string { return words[c.between(0, len(words)-1)] }
	paper := rgb(c.between(220, 250), c.between(215, 245), c.between(190, 235))
	ink := rgb(c.between(0, 90), c.between(0, 60), c.between(0, 110))
	c.box(0, 0, Width, Height, paper)
	band := c.between(50, 80)
	title, text := paper, ink
	if top := c.between(0, 1) == 0; top {
		c.box(0, 0, Width, band, ink)
	} else {
		c.box(0, Height-band, Width, band, ink)
		title, text = ink, paper
	}
	c.centre(14, 7, pick("MEETING", "ASSEMBLY", "MARCH", "STRIKE"), title)
	x, y := c.between(50, Width-50), c.between(115, 140)
	for range c.between(2, 4) { // people with placards
		h := c.between(30, 48)
		c.disc(x, y, c.between(9, 15), ink)
		c.triangle(x-18, y+h, x+18, y+h, x, y+8, ink)
		c.box(x+14, y-30, 4, h+20, ink)
		c.box(x-4, y-52, c.between(30, 60), c.between(18, 30), rgb(c.between(150, 220), c.between(20, 80), c.between(20, 60)))
		x = (x+c.between(55, 110)-30)%(Width-60) + 30
	}
	c.write(c.between(10, 160), Height-46, 3, pick("TOWN HALL", "OLD MARKET", "HARBOUR", "STATION"), text)
	when := fmt.Sprintf("%s %d", pick("FRIDAY", "SUNDAY", "MONDAY"), c.between(10, 20))
	c.write(c.between(10, 140), Height-25, 4, when, mix(text, c.RGBAAt(0, Height-1), 1, 4))
	c.grain(3)
	return c.RGBA
}

// Boat draws a boat at sunset: another sky, sun and sail for another seed.
func Boat(seed uint64) *image.RGBA {
	c := newCanvas(2, seed)
	horizon := c.between(110, 160)
	high := rgb(c.between(20, 90), c.between(30, 80), c.between(90, 150))
	low := rgb(c.between(230, 255), c.between(120, 190), c.between(50, 120))
	for y := range Height {
		line := mix(high, low, min(y, horizon), horizon)
		if y > horizon {
			line = mix(mix(low, high, 1, 3), rgb(10, 20, 50), y-horizon, Height-horizon)
		}
		c.box(0, y, Width, 1, line)
	}
	c.clouds(horizon, c.between(30, 50), 40)
	sun := c.between(50, Width-50)
	radius := c.between(16, 28)
	for y := -radius; y <= 0; y++ {
		for x := -radius; x <= radius; x++ {
			if x*x+y*y <= radius*radius {
				c.SetRGBA(sun+x, horizon+y, rgb(255, 235, 170))
			}
		}
	}
	shore := c.between(0, Width)
	for range 3 { // hills
		w, h := c.between(60, 120), c.between(15, 50)
		c.triangle(shore-w, horizon, shore+w, horizon, shore+c.between(-20, 20), horizon-h, mix(high, rgb(0, 0, 0), 1, 2))
		shore += c.between(-50, 50)
	}
	for range 260 { // light on the water
		y := horizon + c.between(1, Height-horizon-1)
		spread := 10 + (y-horizon)/2
		c.box(sun+c.between(-spread, spread), y, c.between(4, 18), 1+(y-horizon)/40, mix(low, c.RGBAAt(sun, y), c.between(0, 3), 4))
	}
	for range 60 { // waves
		y := horizon + c.between(4, Height-horizon-1)
		c.box(c.between(-20, Width), y, c.between(10, 50), 2, mix(high, rgb(0, 0, 0), c.between(1, 3), 4))
	}
	x, y := c.between(60, Width-60), horizon+c.between(15, 45)
	mast := c.between(60, 100)
	dark, sail := rgb(35, 22, 25), rgb(c.between(160, 250), c.between(120, 240), c.between(110, 230))
	c.triangle(x+3, y-mast, x+3, y-8, x+c.between(30, 45), y-8, sail)
	c.triangle(x-2, y-mast+8, x-2, y-8, x-c.between(20, 35), y-8, mix(sail, dark, 1, 4))
	c.box(x-1, y-mast-4, 3, mast+6, dark)
	for i := range 16 {
		c.box(x-40+i, y+i-4, 80-2*i, 1, dark)
	}
	c.grain(5)
	return c.RGBA
}

// Receipt draws a receipt on a table: other goods, prices and table for another seed.
func Receipt(seed uint64) *image.RGBA {
	c := newCanvas(3, seed)
	table := rgb(c.between(80, 140), c.between(50, 90), c.between(30, 60))
	c.box(0, 0, Width, Height, table)
	for x := 0; x < Width; x += c.between(6, 40) { // boards
		c.box(x, 0, c.between(1, 12), Height, mix(table, rgb(0, 0, 0), c.between(1, 3), 6))
	}
	w := c.between(130, 190)
	left, top := c.between(20, Width-w-20), c.between(-10, 25)
	paper, ink := rgb(244, 243, 236), rgb(50, 50, 60)
	c.box(left+5, top+5, w, Height, mix(table, rgb(0, 0, 0), 1, 2)) // its shadow
	c.box(left, top, w, Height-c.between(5, 40)-top, paper)
	shops := []string{"CORNER SHOP", "BAKERY", "HARDWARE", "BOOKS", "PHARMACY"}
	c.write(left+12, top+14, 3, shops[c.between(0, len(shops)-1)], ink)
	goods := []string{"BREAD", "MILK", "NAILS", "ROPE", "TEA", "INK", "STAMPS", "APPLES", "SOAP", "CANDLES"}
	y, total := top+40, 0
	for range c.between(4, 8) {
		price := c.between(40, 2500)
		total += price
		c.write(left+12, y, 2, goods[c.between(0, len(goods)-1)], ink)
		c.write(left+w-60, y, 2, fmt.Sprintf("%2d.%02d", price/100, price%100), ink)
		y += c.between(13, 18)
	}
	c.box(left+10, y, w-20, 2, ink)
	c.write(left+12, y+8, 3, fmt.Sprintf("SUM %d.%02d", total/100, total%100), ink)
	for x := left + 14; x < left+w-20; x += c.between(3, 9) { // a bar code
		c.box(x, y+32, c.between(1, 5), 20, ink)
	}
	if c.between(0, 1) == 0 { // a cup
		x, y := c.between(20, Width-20), c.between(20, Height-20)
		r := c.between(25, 45)
		c.disc(x, y, r, rgb(230, 225, 220))
		c.disc(x, y, r-6, rgb(60, 35, 20))
	}
	c.clouds(Height, 80, 22)
	c.grain(4)
	return c.RGBA
}
