package readitall

import (
	"testing"

	"doormat/examples/lessons/01-read-it-all/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
