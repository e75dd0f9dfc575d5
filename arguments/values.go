package arguments

// text is the value of an argument.
type text string

// String returns the value.
func (t *text) String() string { return string(*t) }

// Set replaces the value.
func (t *text) Set(value string) error {
	*t = text(value)
	return nil
}

// Type is what pflag calls the kind of the value.
func (t *text) Type() string { return "text" }

// list holds the values of an argument that can be repeated.
type list []string

// String returns an empty text: pflag prints nothing of it.
func (l *list) String() string { return "" }

// Set adds a value.
func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// Type is what pflag calls the kind of the value.
func (l *list) Type() string { return "list" }
