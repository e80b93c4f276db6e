// Package rules is the card index: the rule files, the Dataverse error codes, and the
// dual-write map catalogue, embedded into the program. It hands the files out and holds no
// logic; package classify reads them.
package rules

import "embed"

// Schema is the JSON Schema that editors check rule files with.
//
//go:embed rule.schema.json
var Schema []byte

// FS holds every *.yaml rule file, error-codes.csv (hex, name, message), entity-maps.csv
// and map-dependencies.csv. All of it comes from Microsoft's public documentation, and what column mandatory
// of the last says from the Common Data Model (attributes that are not nullable).
//
//go:embed *.yaml *.csv
var FS embed.FS
