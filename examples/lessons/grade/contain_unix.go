//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// compilerMemory is the most address space that each process of a build gets, in KiB: 3 GiB.
const compilerMemory = "3145728"

// contain lets a build end as a whole, the compiler too, and bounds its memory where the shell can: a constant of a few
// lines can have 2^40 bytes.
func contain(cmd *exec.Cmd) {
	if shell, err := exec.LookPath("sh"); err == nil {
		cmd.Args = append([]string{"sh", "-c", `ulimit -v ` + compilerMemory + ` 2>/dev/null; exec "$@"`, "sh"}, cmd.Args...)
		cmd.Path = shell
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
