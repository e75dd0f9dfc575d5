package doctor

import "github.com/wxapp-exporter/wxapp_exporter/arguments"

// Arguments are those of the command.
type Arguments struct {
	App  string // empty: all
	JSON bool
}

// ParseArguments parses the arguments after the name of the command. The error never shows
// a value. It is arguments.ErrHelp when help is asked for.
func ParseArguments(args []string) (Arguments, error) {
	set := arguments.New("doctor")
	app, asJSON := set.Text("app", ""), set.Switch("json")
	if err := set.Parse(args); err != nil {
		return Arguments{}, err
	}
	return Arguments{*app, *asJSON}, set.Err()
}
