package scanning

import (
	"bytes"
	"image"
	"image/png"
	"time"

	"doormat/escrow/scanning"
	"doormat/noescrow"
)

// Reported returns whether the device that sends a picture's file tells of it: with the list in clear, and
// with private matching at one match. It does not depend on who has made the picture: a person who was sent
// one that was made to match, and passes it on, is reported.
func Reported(file []byte, l List) (onDevice, private bool, err error) {
	authority := scanning.NewAuthority()
	in := &scanning.ListScanner{List: &scanning.List{Distance: l.Distance, Entries: HashesOf(l.Subjects...)}, Hash: hashKnown, To: authority.Recipient()}
	m := scanning.Message{Picture: file}
	report, err := in.Scan(noescrow.Identity{}, time.Time{}, m)
	if err != nil {
		return false, false, err
	}
	d, err := newPrivateDesign(HashesOf(l.Subjects...), scanning.Dial{Threshold: 1})
	if err != nil {
		return false, false, err
	}
	s, _, err := d.scanner(authority.Recipient())
	if err != nil {
		return false, false, err
	}
	voucher, err := s.Scan(noescrow.Identity{}, time.Time{}, m)
	if err != nil {
		return false, false, err
	}
	got, err := d.Matcher.Recover([][]byte{voucher}, d.dial)
	if err != nil {
		return false, false, err
	}
	return report != nil, len(got.Found) == 1, nil
}

// PNG returns a picture as a file that keeps every bit of it.
func PNG(m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return b.Bytes()
}
