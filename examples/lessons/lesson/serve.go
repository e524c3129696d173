package lesson

import (
	"errors"
	"io"
	"os"
	"runtime"

	"doormat/examples/lessons/internal/frame"
)

// wire is where a player's frames go. It is taken before any init of an answer, which imports this
// package, so that whatever an answer prints goes to standard error.
var wire = takeStdout()

func takeStdout() *os.File {
	out := os.Stdout
	if runtime.GOOS == "wasip1" { // where only players run
		os.Stdout = os.Stderr
	}
	return out
}

// Serve is the main function of a player: it solves the one puzzle that standard input has, with the
// oracle at the other end.
func Serve(play Play) {
	if serve(os.Stdin, wire, play) != nil {
		os.Exit(1) // nobody is there to be told
	}
}

func serve(r io.Reader, w io.Writer, play Play) error {
	puzzle, err := receive(r, frame.Puzzle)
	if err != nil {
		return err
	}
	var lost error
	answer, err := play(puzzle, func(query []byte) []byte {
		if lost = frame.Write(w, frame.Query, query); lost != nil {
			return nil
		}
		var reply []byte
		reply, lost = receive(r, frame.Reply)
		return reply
	})
	switch {
	case lost != nil:
		return lost
	case errors.Is(err, ErrTODO):
		return frame.Write(w, frame.Todo, nil)
	case err != nil:
		text := err.Error()
		return frame.Write(w, frame.Failure, []byte(text[:min(len(text), 4096)]))
	}
	return frame.Write(w, frame.Answer, answer)
}

// receive reads a frame of one kind.
func receive(r io.Reader, want frame.Kind) ([]byte, error) {
	kind, body, err := frame.Read(r)
	if err == nil && kind != want {
		err = errors.New("lesson: the referee sent a frame of another kind")
	}
	return body, err
}
