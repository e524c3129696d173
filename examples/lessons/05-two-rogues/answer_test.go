package tworogues

import (
	"testing"

	"doormat/examples/lessons/05-two-rogues/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
