package fortybits

import (
	"testing"

	"doormat/examples/lessons/09-forty-bits/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
