package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"net/url"
	"os"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

var picture = flag.String("picture", "", "a file for the README's picture of the breach")

// TestPicture takes the picture in the README.
func TestPicture(t *testing.T) {
	if *picture == "" {
		t.Skip("takes a picture: -picture FILE")
	}
	var done []any
	if err := json.Unmarshal([]byte(lesson), &done); err != nil {
		t.Fatal(err)
	}
	log, err := json.Marshal(done[:4]) // up to the theft of the escrow key
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, site.url+"#code=K7-RIVER&lang=en&at=breach&do="+url.QueryEscape(string(log)))
	b.idle()
	b.do(chromedp.EmulateViewport(1024, 768))
	b.wait("!document.querySelector('[data-happened] > [data-when=bet]').hidden")
	eval[int](b, "document.querySelector('[data-columns]').scrollIntoView(), 0")
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	small, err := smaller(shot)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(*picture, small, 0o644); err != nil {
		t.Fatal(err)
	}
}

// smaller returns a picture with 64 colours, which are those that it has most of.
func smaller(file []byte) ([]byte, error) {
	in, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	count := map[color.Color]int{}
	for y := range in.Bounds().Dy() {
		for x := range in.Bounds().Dx() {
			count[in.At(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int {
		return cmp.Or(count[b]-count[a], cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	out := image.NewPaletted(in.Bounds(), colours[:min(64, len(colours))])
	draw.Draw(out, out.Bounds(), in, image.Point{}, draw.Src)
	var b bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, out)
	return b.Bytes(), err
}
