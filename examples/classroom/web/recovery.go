package web

import "doormat/examples/classroom/desk"

// BackupThefts returns the thefts of backups that can be chosen.
func (section) BackupThefts() (list []theft) {
	for _, name := range desk.BackupThefts() {
		list = append(list, theft{Name: name, ID: wordID("recovery.theft-", name)})
	}
	return list
}
