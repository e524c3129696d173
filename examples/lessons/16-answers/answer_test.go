package answers

import (
	"testing"

	"doormat/examples/lessons/16-answers/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
