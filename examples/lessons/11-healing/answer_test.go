package healing

import (
	"testing"

	"doormat/examples/lessons/11-healing/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
