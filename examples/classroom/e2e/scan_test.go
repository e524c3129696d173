package e2e

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"os"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const jsQR = "node_modules/jsqr/dist/jsQR.js"

// scan reads a QR code off a picture of the tab, in the dark scheme, with a decoder that others wrote.
func (b *tab) scan(selector string) string {
	b.t.Helper()
	script, err := os.ReadFile(jsQR)
	if err != nil {
		b.t.Fatal(err)
	}
	b.emulate(emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	defer b.emulate(emulation.SetEmulatedMediaParams{})
	eval[int](b, fmt.Sprintf("document.querySelector(%q).scrollIntoView({ block: 'center' }), 0", selector))
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		b.t.Fatal(err)
	}
	size := picture.Bounds().Size()
	var grey []byte
	for y := range size.Y {
		for x := range size.X {
			_, green, _, _ := picture.At(x, y).RGBA()
			grey = append(grey, byte(green>>8))
		}
	}
	// Evaluated as a script, jsQR leaves what it exports in the window.
	eval[int](b, string(script)+";0")
	return eval[string](b, fmt.Sprintf(`(() => {
		const grey = atob(%q), pixels = new Uint8ClampedArray(4 * grey.length).fill(255);
		for (let i = 0; i < grey.length; i++) pixels[4 * i] = pixels[4 * i + 1] = pixels[4 * i + 2] = grey.charCodeAt(i);
		return window.jsQR(pixels, %d, %d, { inversionAttempts: "dontInvert" })?.data ?? "";
	})()`, base64.StdEncoding.EncodeToString(grey), size.X, size.Y))
}
