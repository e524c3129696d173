package main

import (
	"bufio"
	"context"
	"io"

	"doormat/examples/lessons/internal/frame"
	"doormat/examples/lessons/lesson"
)

// An outcome is what a player has made of one puzzle.
type outcome struct {
	verdict verdict
	miss    *lesson.Miss // of an answer that is wrong
	note    string       // what is wrong, if there is no miss
	lost    bool         // the pipe ended before an answer: the player's end says why
}

// referee plays one task with the player at the other ends of two pipes: r has what the player writes, w is
// what it reads. It returns after the first frame that is no query, at the pipes' end, or after one that is
// wrong. The player's exit status is not looked at.
//
// Frames are written by another goroutine. If the referee did that itself, a player that writes before it
// reads would wait for the referee, and the referee for the player.
func referee(ctx context.Context, t lesson.Task, r io.Reader, w io.Writer) outcome {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type message struct {
		kind frame.Kind
		body []byte
	}
	queue := make(chan message, 16)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case m := <-queue:
				if frame.Write(w, m.kind, m.body) != nil {
					return
				}
			}
		}
	}()
	queue <- message{frame.Puzzle, t.Puzzle}
	buffered := bufio.NewReader(r)
	for asked := 0; ; asked++ {
		kind, body, err := frame.Read(buffered)
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF || ctx.Err() != nil:
			return outcome{verdict: failed, lost: true}
		case kind == frame.Query && t.Ask != nil:
			select {
			case queue <- message{frame.Reply, t.Ask(body)}:
			case <-ctx.Done():
				return outcome{verdict: failed, lost: true}
			}
		case kind == frame.Answer:
			if miss := t.Judge(body, asked); miss != nil {
				return outcome{verdict: failed, miss: miss}
			}
			return outcome{verdict: solved}
		case kind == frame.Failure:
			return outcome{verdict: failed, miss: lesson.Failed(string(body))}
		case kind == frame.Todo:
			return outcome{verdict: notBegun}
		default:
			return outcome{verdict: failed, note: "wrote to its standard output itself"}
		}
	}
}
