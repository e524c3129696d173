package oneway

import (
	"testing"

	"doormat/examples/lessons/03-one-way/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
