package samenumber

import (
	"testing"

	"doormat/examples/lessons/12-same-number/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
