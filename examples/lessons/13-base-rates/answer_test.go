package baserates

import (
	"testing"

	"doormat/examples/lessons/13-base-rates/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
