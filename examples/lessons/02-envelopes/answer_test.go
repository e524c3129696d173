package envelopes

import (
	"testing"

	"doormat/examples/lessons/02-envelopes/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
