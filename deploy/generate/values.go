package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// valuesTable returns the table of all values: their names, defaults, and the comments above
// them. A value without a comment is an error.
func valuesTable(values []byte) (string, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(values, &document); err != nil {
		return "", fmt.Errorf("values.yaml: %w", err)
	}
	var table strings.Builder
	table.WriteString("| Value | Default | Meaning |\n| --- | --- | --- |\n")
	err := writeValues(&table, "", document.Content[0])
	return table.String(), err
}

func writeValues(table *strings.Builder, prefix string, mapping *yaml.Node) error {
	for i := 0; i < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		name, about := prefix+key.Value, comment(key.HeadComment)
		// A mapping in lines of its own is a group, one in braces a value.
		group := value.Kind == yaml.MappingNode && value.Style&yaml.FlowStyle == 0
		if about == "" && !group {
			return fmt.Errorf("values.yaml: %s has no comment", name)
		}
		if group {
			if about != "" {
				fmt.Fprintf(table, "| `%s` | | %s |\n", name, about)
			}
			if err := writeValues(table, name+".", value); err != nil {
				return err
			}
			continue
		}
		var content any
		if err := value.Decode(&content); err != nil {
			return fmt.Errorf("values.yaml: %s: %w", name, err)
		}
		text, err := json.Marshal(content)
		if err != nil {
			return fmt.Errorf("values.yaml: %s: %w", name, err)
		}
		fmt.Fprintf(table, "| `%s` | `%s` | %s |\n", name, text, about)
	}
	return nil
}

// comment returns the last paragraph of a comment in one line.
func comment(head string) string {
	paragraphs := strings.Split(head, "\n\n")
	var words []string
	for line := range strings.Lines(paragraphs[len(paragraphs)-1]) {
		words = append(words, strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "#")))
	}
	return strings.ReplaceAll(strings.Join(words, " "), "|", `\|`)
}
