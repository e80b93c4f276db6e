package classify

import (
	"slices"
	"strings"
)

// Captures are the names under which rules take parts of a message, and what each means: the same
// part has the same name in every rule, because names fill the columns company_named (company) and
// affected_key (record_key, else record_id), lead to the map (map_name, entity, fno_entity), and
// turn missing look-ups into what to create (table, field, value). Rules of a site may add names.
// The caller must not change it.
var Captures = map[string]string{
	"map_name":     "map as printed: Customers V3 (accounts)",
	"entity":       "Dataverse table or set of the failing row",
	"fno_entity":   "finance and operations entity of the failing row, AOT name or map name",
	"other_entity": "second entity of the same kind",
	"table":        "table that the failing row refers to, that is guarded, or that a database error names",
	"field":        "column or attribute; several as printed",
	"value":        "look-up value, or the value that is refused",
	"from_type":    "type or class that a value has",
	"to_type":      "type that was expected",
	"edm_type":     "data type of a Dataverse column in OData notation",
	"party_type":   "Organization or Person",
	"state":        "state or status as printed",
	"key":          "name of an entity key, an integration key or a key of a collection",
	"record_key":   "business key of the failing record",
	"record_id":    "GUID of the failing record",
	"company":      "legal entity",

	"principal":    "user or team",
	"principal_id": "GUID of the user or team",
	"owner":        "user or team that is to own the row",
	"owner_id":     "GUID of that user or team",
	"caller_id":    "GUID of the user who made the call",
	"privilege":    "missing privilege: prvReadAccount",
	"access":       "missing access right on a record: ReadAccess",
	"permission":   "permission that the sandbox does not give",
	"otc":          "object type code of a table",
	"app_id":       "application (client) id",

	"error_code":  "code that several errors of one rule are told apart by: DIPV1099, AADSTS50034",
	"sql_number":  "number of a SQL Server error",
	"constraint":  "database constraint",
	"http_status": "status of an HTTP answer, number or name",
	"host":        "host name of another service",
	"connection":  "connection or connection set",
	"reason":      "text of the cause as the message gives it",
	"inner":       "message inside a wrapper",
	"exception":   ".NET type of an exception",
	"plugin":      "plug-in type or assembly",
	"class":       "class of code",
	"function":    "method of code",
	"parameter":   "parameter of a method",
	"reference":   "reference number for a support case",
	"session_id":  "session of an administrator's browser",

	"root_activity_id": "activity that a set-up page shows",

	"limit":    "limit that was exceeded",
	"window":   "time window of a limit, in seconds",
	"size":     "size that was met",
	"times":    "how often",
	"minutes":  "how many minutes",
	"resource": "resource that ran out",
	"date":     "date or period as printed",
	"sequence": "number sequence",
	"format":   "format that a text should have",
	"filter":   "filter of a map",

	"solution":         "solution",
	"version":          "version that was met",
	"required_version": "version that is needed",
	"project":          "dual-write project name: DWM-…",
	"data_source":      "data source of an entity or virtual table",
	"configured_org":   "organization in the configuration",
	"actual_org":       "organization that the code runs in",
	"dependent":        "record or table that depends on another",
	"order_type":       "type of an order",
	"rate_type":        "exchange rate type",

	"exported": "rows that an initial-sync leg exported",
	"inserted": "rows that it inserted",
	"updated":  "rows that it updated",
	"errors":   "rows that it could not write",
}

// CaptureNames lists the captures that matches of the rule give, each once.
func (r *Rule) CaptureNames() []string {
	names := r.captureNames()
	slices.Sort(names)
	return slices.Compact(names)
}

// reasonName is the capture that a wrapper gets without an expression: the sentence inside of it.
const reasonName = "reason"

// tells reports whether the rule is a wrapper whose texts show the reason. The sentence of the record is that
// reason, in whatever dress it came; expressions would need one wording for each.
func (r *Rule) tells() bool {
	return r.Wrapper && slices.ContainsFunc(placeholders(r), func(ref reference) bool { return ref.name == reasonName })
}

// captureNames lists the captures of the rule: the names of the groups of its expression, without the
// _2, _3 … that tell the groups of one capture apart, and the reason of a wrapper.
func (r *Rule) captureNames() []string {
	var names []string
	if r.tells() {
		names = append(names, reasonName)
	}
	if r.expr() == nil {
		return names
	}
	for _, n := range r.expr().Names() {
		if n != "" {
			names = append(names, captureName(n))
		}
	}
	return names
}

func captureName(group string) string {
	i := strings.LastIndexByte(group, '_')
	switch number := group[i+1:]; {
	case i < 0 || number == "" || number[0] == '0' || number == "1" || len(number) > 2 || strings.Trim(number, "0123456789") != "":
		return group
	}
	return group[:i]
}
