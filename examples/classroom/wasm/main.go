//go:build js && wasm

// Wasm is the bridge between the classroom's page and its desk, in a worker of the browser: JSON in, JSON out.
//
//	worker's message  {id, request}          request is the text of a Request
//	its answers       {id, event}            the text of an Event, any number of times
//	                  {id, response}         the text of a Response, once
//	at the beginning  {ready: true}
package main

import (
	"context"
	"syscall/js"

	"doormat/examples/classroom/desk"
)

type message = map[string]any

func main() {
	var d desk.Desk
	worker := js.Global()
	requests := make(chan js.Value, 64)
	worker.Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		requests <- args[0].Get("data")
		return nil
	}))
	worker.Call("postMessage", message{"ready": true})
	for m := range requests {
		id := m.Get("id")
		response := d.Answer(context.Background(), []byte(m.Get("request").String()), func(event []byte) {
			worker.Call("postMessage", message{"id": id, "event": string(event)})
		})
		worker.Call("postMessage", message{"id": id, "response": string(response)})
	}
}
