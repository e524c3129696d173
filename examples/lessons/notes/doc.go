// Package notes tests the texts for teachers: quotations, figures, commands and minutes. It has tests only.
package notes
