package attacks

import (
	"fmt"
	"slices"
	"testing"
	"unsafe"
)

func TestFacts(t *testing.T) {
	var f facts
	texts := []string{"yes", "no", "yes", "", "Ana", "maybe", "yes"}
	for i, text := range texts {
		f.add(Message{From: "Ana", To: fmt.Sprint("person ", i%2), Text: text}, i == 5)
	}
	for i := -1; i <= len(texts); i++ {
		want := i >= 0 && i < len(texts)
		if want && !f.right(i, []byte(texts[i])) || f.right(i, []byte("what no one wrote")) {
			t.Errorf("message %d is not told from others", i)
		}
	}
	byText := f.byText("Ana", "")
	for text, want := range map[string][]uint32{"yes": {0, 2, 6}, "no": {1}, "maybe": {5}, "": nil, "Ana": nil, "never": nil} {
		got := slices.Sorted(slices.Values(byText.find([]byte(text))))
		if !slices.Equal(got, want) {
			t.Errorf("%q is in messages %v, expected %v", text, got, want)
		}
	}
	if !slices.Equal(f.names, []string{"Ana", "person 0", "person 1"}) || !f.all[5].lost || f.all[4].lost {
		t.Errorf("%v, %v", f.names, f.all)
	}
}

// Sets of people are told apart whatever bytes are in a name.
func TestSetsOfPeople(t *testing.T) {
	var f facts
	sets := [][]string{{"Ben\x00Cas", "Dan"}, {"Ben", "Cas\x00Dan"}, {"Ben", "Cas", "Dan"}, {"Ben", ""}, {"Ben\x00", ""}, {"Ben", "Cas\x00Dan"}}
	for _, set := range sets {
		f.add(Message{From: "Ana", To: set[0], Also: set[1:]}, false)
	}
	for i, set := range sets {
		var names []string
		f.people(i, func(p uint32) { names = append(names, f.names[p]) })
		if !slices.Equal(names, append([]string{"Ana"}, set...)) {
			t.Errorf("message %d is of %q", i, names)
		}
	}
	if len(f.sets) != len(sets)-1 {
		t.Errorf("%d sets", len(f.sets))
	}
}

// What examples/breach says of memory depends on it.
func TestFactIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(fact{}); size != 28 {
		t.Errorf("a fact has %d bytes, expected 28", size)
	}
}
