package leaf

import (
	"testing"

	"doormat/examples/lessons/04-leaf/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
