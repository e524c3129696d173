package shares

import (
	"testing"

	"doormat/examples/lessons/08-shares/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
