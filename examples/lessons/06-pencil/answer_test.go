package pencil

import (
	"testing"

	"doormat/examples/lessons/06-pencil/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
