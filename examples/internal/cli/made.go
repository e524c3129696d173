package cli

import (
	"runtime/debug"
	"strings"
)

// Made says what made a page: doormat, its version where the build knows it, and the command.
func Made(program string, args []string) string {
	version := ""
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = " " + info.Main.Version
	}
	command := append([]string{"go run ./examples/" + program}, quoted(args)...)
	return "Made by doormat" + version + " with: " + strings.Join(command, " ")
}

// quoted returns arguments as a shell wants them.
func quoted(args []string) (all []string) {
	for _, a := range args {
		if a == "" || strings.ContainsAny(a, " \t\n\"'`$&|;<>()*?[]#~=%!{}\\") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		all = append(all, a)
	}
	return all
}
