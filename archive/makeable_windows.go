package archive

import "os"

// makeable returns why no folder can be made in a folder. Windows says so only when one is
// made.
func makeable(folder string) error {
	made, err := os.MkdirTemp(folder, ".doctor-probe")
	if err != nil {
		return err
	}
	return os.Remove(made)
}
