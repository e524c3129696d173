// Package deal makes the puzzles of lesson 09, and checks answers.
package deal

import (
	"fmt"
	mathrand "math/rand/v2"
	"strconv"
	"strings"

	"doormat/escrow/weakcipher"
	"doormat/examples/lessons/lesson"
)

const (
	bits      = 18
	firstLine = "HTTP/1.0 200 OK\r\n"
)

// A session is what crosses the wire at its beginning, and the secret.
type session struct {
	hello  weakcipher.Hello
	stream []byte // what the server sends, encrypted
	secret uint64
}

func newSession(r *mathrand.Rand) *session {
	secret, err := weakcipher.NewExportSecret(bits)
	must(err)
	s := &session{hello: weakcipher.NewHello()}
	for _, b := range secret.Bytes() {
		s.secret = s.secret<<8 | uint64(b)
	}
	s.stream = fmt.Appendf(nil, "%sContent-Type: text/plain\r\n\r\nYour account has %d dollars and %02d cents.\r\n", firstLine, r.IntN(1e5), r.IntN(100))
	s.hello.XOR(secret, false, 0, s.stream)
	return s
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// client returns what the client sends in clear, as the puzzle has it.
func (s *session) client() []byte { return append(s.hello.Challenge[:], s.hello.ClearKey[:]...) }

// open decrypts the stream with a secret below 2^40.
func (s *session) open(secret uint64) string {
	k, err := weakcipher.ParseExportSecret([]byte{byte(secret >> 32), byte(secret >> 24), byte(secret >> 16), byte(secret >> 8), byte(secret)})
	must(err)
	text := append([]byte(nil), s.stream...)
	s.hello.XOR(k, false, 0, text)
	return string(text)
}

// New draws a session with a secret of 18 bits.
func New(r *mathrand.Rand) lesson.Task {
	s := newSession(r)
	return lesson.Task{
		Puzzle: lesson.Pack(map[string]any{"Client": s.client(), "Server": s.hello.ConnectionID[:], "Stream": s.stream, "Bits": bits}),
		Check: func(answer []byte) *lesson.Miss {
			var found uint64
			if err := lesson.Unpack(answer, &found); err != nil {
				return &lesson.Miss{
					Got:  fmt.Sprintf("%d bytes of something else", len(answer)),
					Want: "a number",
					Why:  "the answer cannot be read",
					Hint: "play.go packs the answer: leave it as it is",
				}
			}
			return s.check(found)
		},
	}
}

// check checks a secret.
func (s *session) check(found uint64) *lesson.Miss {
	miss := &lesson.Miss{
		Got:  strconv.FormatUint(found, 10),
		Want: fmt.Sprintf("the number below 2^%d whose key decrypts the stream to %q", bits, strings.TrimSpace(firstLine)+"…"),
	}
	if found == s.secret {
		return nil
	}
	if found >= 1<<bits {
		miss.Why = fmt.Sprintf("the number is not below 2^%d", bits)
		miss.Hint = "the secret's 5 bytes are big-endian: the number 1 is 0, 0, 0, 0, 1"
		return miss
	}
	text, fit := s.open(found), 0
	for fit < len(firstLine) && text[fit] == firstLine[fit] {
		fit++
	}
	miss.Got = fmt.Sprintf("%d, which decrypts to %q", found, text[:min(len(text), len(firstLine))])
	switch fit {
	case 0:
		miss.Why = "with this key not even the first byte is right"
		miss.Hint = "compare the decrypted beginning with FirstLine before you return a number"
	case 1:
		miss.Why = "only the first byte is right, which one key in 256 achieves by chance"
		miss.Hint = "compare more bytes: of 262,144 keys, 1,024 have one byte right, and 4 have two"
	default:
		miss.Why = fmt.Sprintf("only the first %d bytes are right, which happens by chance among 262,144 keys", fit)
		miss.Hint = "compare the whole of FirstLine"
	}
	return miss
}

// NewSheet draws a session.
func NewSheet(r *mathrand.Rand) lesson.Sheet {
	s := newSession(r)
	text := fmt.Sprintf(`09 Forty bits

A session of a web browser of 1995, encrypted by RC4 for export. In clear, in hexadecimal:

    public part of the key  %x
    challenge               %x
    connection ID           %x

The key of what the server sends has 16 bytes:

    key = MD5(public part || secret || 30 || challenge || connection ID)

where || puts strings of bytes together, 30 is one byte in hexadecimal, the digit 0 of ASCII, and the secret is a
number of 5 bytes, big-endian. To make the search short, it is below 2^%d. The server has sent, encrypted by RC4 with that key:

    %x

The text begins with this line, which ends in carriage return and line feed:

    %s

Your answer is one line: the secret, as a decimal number.
`, s.hello.ClearKey, s.hello.Challenge, s.hello.ConnectionID, bits, s.stream, strings.TrimSpace(firstLine))
	return lesson.Sheet{
		Text: text,
		Check: func(line string) *lesson.Miss {
			found, err := strconv.ParseUint(line, 10, 64)
			if err != nil {
				return &lesson.Miss{
					Got:  fmt.Sprintf("%.40q", line),
					Want: "a decimal number",
					Why:  "the line is something else",
					Hint: "write the secret as a number: 00 00 01 02 03 is 66051",
				}
			}
			return s.check(found)
		},
	}
}
