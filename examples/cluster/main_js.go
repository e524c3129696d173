// A worker in a browser. It runs in a Web Worker, and the page passes its messages on, since a search leaves
// the browser no time to send any from here:
//
//	to the page    {ask, id}            a message for the server, whose answer is waited for
//	               {ask}                a message that has no answer
//	               {done, total}        keys of this range
//	               {ended, ranges}      the work is done; ended is empty, or says why there is no more
//	from the page  {id, answer}         the server's answer
//	               {id}                 the server is away
package main

import (
	"context"
	"errors"
	"syscall/js"
)

type message = map[string]any

var errAway = errors.New("the server is away")

func main() {
	page := js.Global()
	post := func(m message) { page.Call("postMessage", m) }
	answers := make(chan js.Value, 64) // at most one is waited for, and late ones are few
	page.Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		answers <- args[0].Get("data")
		return nil
	}))
	id := 0
	ranges, err := work(context.Background(), wire{
		call: func(ctx context.Context, ask []byte) ([]byte, error) {
			id++
			post(message{"ask": string(ask), "id": id})
			for {
				select {
				case <-ctx.Done():
					return nil, ctx.Err()
				case m := <-answers:
					switch answer := m.Get("answer"); {
					case m.Get("id").Int() != id: // the answer to a message that was given up
					case answer.Type() != js.TypeString:
						return nil, errAway
					default:
						return []byte(answer.String()), nil
					}
				}
			}
		},
		tell: func(ask []byte) { post(message{"ask": string(ask)}) },
	}, func(_ string, done, total uint64) { post(message{"done": float64(done), "total": float64(total)}) })
	ended := ""
	if err != nil {
		ended = err.Error()
	}
	post(message{"ended": ended, "ranges": ranges})
}
