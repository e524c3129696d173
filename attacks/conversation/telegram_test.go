package conversation

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const aTelegram = `{
 "name": "Ben", "type": "personal_chat", "id": 2,
 "messages": [
  {"id": 1, "type": "service", "date": "2025-12-31T21:00:00", "actor": "Ana", "actor_id": "user1", "action": "pin_message", "text": ""},
  {"id": 2, "type": "message", "date": "2025-12-31T22:05:00", "date_unixtime": "1767215100", "from": "Ana", "from_id": "user1", "text": "one"},
  {"id": 3, "type": "message", "date": "2025-12-31T21:06:00", "from": "Ben", "from_id": "user2", "text": ["two ", {"type": "bold", "text": "and"}, " more"]},
  {"id": 4, "type": "message", "date": "2025-12-31T21:06:30", "from": "Ben", "from_id": "user2", "photo": "photos/1.jpg", "text": ""},
  {"id": 5, "type": "message", "date": "2025-12-31T21:06:40", "from": "Ben", "from_id": "user2", "file": "a.pdf", "text": "with words"},
  {"id": 6, "type": "message", "date": "soon", "from": "Ben", "from_id": "user2", "text": "lost"},
  {"id": 7, "type": "message", "date": "2025-12-31T21:07:00", "from": null, "from_id": "user2", "text": "three", "reactions": [{"emoji": "+", "recent": [{}]}]},
  {"id": 8, "type": "message", "date": "2025-12-31T21:08:00", "from": "Ana", "from_id": "user1", "text": "", "text_entities": []}
 ]
}`

func TestTelegram(t *testing.T) {
	all, tally := readAll(t, readChat, strings.NewReader(aTelegram))
	if texts(all) != "one|two and more|with words|three" || tally.Found != 8 || tally.Attachments != 2 {
		t.Errorf("%q, %v", texts(all), tally)
	}
	for reason, n := range map[string]int{systemLine: 1, mediaOnly: 1, noDate: 1, empty: 1} {
		if tally.Left[reason] != n {
			t.Errorf("left %v, want %d %s", tally.Left, n, reason)
		}
	}
	var who []string
	for _, m := range all {
		who = append(who, m.From+" > "+strings.Join(m.To, ", "))
	}
	if want := []string{"Ana > ", "Ben > ", "Ben > ", "Ben > "}; !slices.Equal(who, want) {
		t.Errorf("%q, want %q", who, want)
	}
	if at := all[0].At.Format(time.DateTime); at != "2025-12-31 21:05:00" {
		t.Errorf("the first date is %s", at)
	}
	c, err := ReadChat(t.Context(), strings.NewReader("\uFEFF\n"+aTelegram))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.Len != 4 || len(c.People) != 2 {
		t.Errorf("%d envelopes, %q", c.Len, c.People)
	}
}

// In an export of all chats a message goes to the people of its own chat. People are accounts.
func TestTelegramAll(t *testing.T) {
	const file = `{"about": "Here is the data you requested.", "personal_information": {"user_id": 1, "first_name": "Ana"},
 "contacts": {"list": [{"first_name": "Ben"}, [1, [2]]]},
 "chats": {"about": "x", "list": [
  {"name": "Ben", "type": "personal_chat", "id": 2, "messages": [
   {"type": "message", "date": "2025-01-01T10:00:00", "from": "Ana", "from_id": "user1", "text": "to Ben"},
   {"type": "message", "date": "2025-01-01T11:00:00", "from": "Ben", "from_id": "user2", "text": "to Ana"}]},
  {"name": "Walkers", "type": "private_group", "id": 9, "messages": [
   {"type": "message", "date": "2025-01-01T10:30:00", "from": "Cas", "from_id": "user3", "text": "to Walkers"},
   {"type": "message", "date": "2025-01-01T10:40:00", "from": "Ben", "from_id": "user4", "text": "as another Ben"}]},
  {"type": "saved_messages", "id": 1, "messages": [
   {"type": "message", "date": "2025-01-01T10:30:00", "from": "Ana", "from_id": "user1", "text": "to myself"}]}]},
 "left_chats": {"list": [
  {"name": "Old", "type": "private_group", "id": 10, "messages": [
   {"type": "message", "date": "2025-01-01T09:00:00", "from": "Ana", "from_id": "user1", "text": "alone"}]},
  {"name": "Dan", "type": "personal_chat", "id": 5, "messages": [
   {"type": "message", "date": "2025-01-01T12:00:00", "from": "Ana", "from_id": "user1", "text": "no answer"}]},
  {"name": "Eve", "type": "personal_chat", "id": 6, "messages": [
   {"type": "message", "date": "2025-01-01T13:00:00", "from": "Eve", "from_id": "user6", "text": "no answer either"}]}]}}`
	c, err := ReadChat(t.Context(), strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var got []string
	for _, m := range all(t, c) {
		got = append(got, m.From+" > "+m.To+": "+m.Text)
	}
	want := []string{"Ana > Ben: to Ben", "Cas > user4: to Walkers", "user4 > Cas: as another Ben", "Ben > Ana: to Ana", "Ana > Dan: no answer", "Eve > Ana: no answer either"}
	if !slices.Equal(got, want) || c.Len != len(want) {
		t.Errorf("%q, want %q; %d", got, want, c.Len)
	}
	if c.Tally.Found != 8 || c.Tally.Left[toOneself] != 1 {
		t.Error(c.Tally)
	}
}

func TestTelegramDamaged(t *testing.T) {
	for _, file := range []string{
		aTelegram[:len(aTelegram)-3],
		strings.Replace(aTelegram, `"one"`, `"one`, 1),
		strings.Replace(aTelegram, `"one"`, `"`+strings.Repeat("x", 2*maxTelegram)+`"`, 1),
	} {
		tally, err := readChat(t.Context(), strings.NewReader(file), func(message) error { return nil })
		if err == nil || !strings.HasPrefix(err.Error(), "conversation: not Telegram's result.json: ") {
			t.Errorf("%v", err)
		}
		checkTally(t, tally, tally.Carried)
	}
	all, tally := readAll(t, readChat, strings.NewReader(strings.Replace(aTelegram, `"one"`, `"`+strings.Repeat("x", MaxText+1)+`"`, 1)))
	if tally.Left[tooLong] != 1 || len(all) != 3 {
		t.Error(tally)
	}
}
