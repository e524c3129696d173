package dictionary

import (
	"testing"

	"doormat/examples/lessons/14-dictionary/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
