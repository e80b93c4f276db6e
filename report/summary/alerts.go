package summary

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// The setting of the article's example.
const (
	AlertErrors = 10
	AlertWithin = 15 * time.Minute
)

// alerts finds out for which maps the setting would have fired: in the order of time.
func alerts(ctx context.Context, db *store.DB) (list []Alert, err error) {
	var kinds []string
	err = each(ctx, db, "alert_kinds", func(rows *sql.Rows) error {
		var category, status string
		err := rows.Scan(&category, &status)
		if alertType(category, status) == applicationError {
			kinds = append(kinds, category+"\t"+status)
		}
		return err
	})
	if err != nil || len(kinds) == 0 {
		return nil, err
	}
	err = each(ctx, db, "alerts", func(rows *sql.Rows) error {
		var a Alert
		err := rows.Scan(&a.Map, &a.Records, (*instant)(&a.At))
		list = append(list, a)
		return err
	}, strings.Join(kinds, "\n"), int64(AlertErrors), AlertWithin.Microseconds())
	return list, err
}

const applicationError = "Application error"

// alertTypes are the types of dual-write's alert settings by the HTTP status that a message prints, as number and as name.
var alertTypes = map[string]string{
	"400": "400", "badrequest": "400",
	"401": "401/403", "unauthorized": "401/403", "403": "401/403", "forbidden": "401/403",
	"429": "429", "toomanyrequests": "429",
	"502": "502", "badgateway": "502",
	"503": "503", "serviceunavailable": "503",
}

// alertType is the type of a failing record of dual-write, for alert settings. The status that it prints decides; without
// one its category does. Application errors are what the article calls data validation and business errors. What
// no rule explains has no type: it may be either.
func alertType(category, status string) string {
	if status = strings.ReplaceAll(status, " ", ""); status != "" {
		if t := alertTypes[status]; t != "" {
			return t
		}
		return "other HTTP error"
	}
	switch category {
	case "unknown", "dataverse-code":
		return ""
	case "throttling":
		return "429"
	case "access":
		return "401/403"
	case "connectivity", "platform-maintenance", "timeout", classify.ConfigurationLinking, "setup-validation":
		return "other HTTP error"
	}
	return applicationError
}
