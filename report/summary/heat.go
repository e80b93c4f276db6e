package summary

import "slices"

// heat counts map × category, for all companies and for each.
func heat(findings []Finding) Heat {
	var h Heat
	all := make([]*Finding, len(findings))
	byCompany := make(map[string][]*Finding)
	for i := range findings {
		f := &findings[i]
		all[i] = f
		byCompany[f.Company] = append(byCompany[f.Company], f)
	}
	h.Categories = mostFirst(all, func(f *Finding) string { return f.Category })
	h.Companies = companies(all)
	if len(byCompany[""]) > 0 {
		h.Companies = append(h.Companies, "")
	}
	h.Groups = append(h.Groups, heatGroup("", all, h.Categories))
	h.Groups[0].All = true
	for _, c := range h.Companies {
		h.Groups = append(h.Groups, heatGroup(c, byCompany[c], h.Categories))
	}
	return h
}

func heatGroup(company string, fs []*Finding, categories []string) HeatGroup {
	g := HeatGroup{Company: company}
	rows := make(map[string]*HeatRow)
	for _, title := range mapTitles(fs) {
		rows[title] = &HeatRow{MapTitle: title, Cells: make([]int64, len(categories))}
	}
	for _, f := range fs {
		r := rows[f.MapTitle]
		r.Records += f.Records
		r.Cells[slices.Index(categories, f.Category)] += f.Records
		g.Records += f.Records
	}
	for _, title := range mapTitles(fs) {
		g.Rows = append(g.Rows, *rows[title])
	}
	return g
}
