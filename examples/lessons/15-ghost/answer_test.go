package ghost

import (
	"testing"

	"doormat/examples/lessons/15-ghost/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
