// Package desk is what the classroom's page can ask for: all of its logic, without a browser.
//
//	page  --Request-->  Desk.Answer  --Event, Event, …-->  page
//	                                 --Response--------->
//
// The state of a lesson is a class code and the list of actions that were done. Randomness depends on the
// class code, the station and the number of the message or action, and on nothing else: who types the same code
// and does the same things sees the same bytes. Undo is doing all but the last again.
package desk
