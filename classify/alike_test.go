package classify

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestAlike(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"Kettle <ID> was boiled", "Kettle <NUM> was boiled", true},
		{"Kettle <ID> was boiled", "Kettle <ID>/A was boiled", true},
		{"Sold to company usmf today", "Sold to company <COMPANY> today", true},
		{"Sold to company usmf today", "Sold to company demf today", false},
		{"Kettle <ID> was boiled", "Kettle <ID> was broken", false},
		{"Kettle <ID> was boiled", "Kettle <ID> was boiled twice", false},
		{"Kettle <ID> was boiled", "Kettle of <ID> was boiled", false},
		{"注文<STR>の倉庫", "注文<NUM>の倉庫", true},
		{"注文<STR>の倉庫", "注文<NUM>の棚", false},
		{"a-<ID>-<NUM>-b", "a-1-2-b", true},
		{"a-<ID>-<NUM>-b", "a-12-b", false},
		{"(<ID>)", "()", false},
		{"the same", "the same", true},
		{"", "", true},
		{"<ID>", "", false},
	} {
		if alike(tc.a, tc.b) != tc.want || alike(tc.b, tc.a) != tc.want {
			t.Errorf("alike(%q, %q) is not %v both ways", tc.a, tc.b, tc.want)
		}
	}
}

// What a log writes like a mask is not one.
func TestMasksOfAlikeTemplates(t *testing.T) {
	for template, others := range map[string][]string{"Kettle <ID> a<> b": {"Kettle <NUM> a<ID> <>"}, "Kettle a<><ID> was": {"Kettle a<ID><> was", "Kettle a<><NUM> was"}, " <ID> ": {"<NUM>"}} {
		if parts := withMasksOf(template, others); len(parts) < 1 || !slices.ContainsFunc(parts, func(p templatePart) bool { return slices.Equal(p.also, []string{"NUM"}) }) {
			t.Errorf("the parts of %q are %+v", template, parts)
		}
	}
}

// messagesOf are messages of a cluster, of a record of its own each; a company stands behind a bar.
func messagesOf(signature string, texts ...string) (list []Message) {
	for _, text := range texts {
		text, company, _ := strings.Cut(text, "|")
		list = append(list, Message{Signature: signature, Log: "dualwrite", Error: text, Company: company})
	}
	return list
}

// What would take other clusters of the same message takes them, all where it can, and counts them by name.
func TestDraftOfOneMessageInSeveralClusters(t *testing.T) {
	m := builtinMatcher(t)
	other := messagesOf("unknown/t-9", "Apples of the yard are out")
	for _, tc := range []struct {
		name      string
		own, kin  []Message
		head, not string
	}{
		{"values of other masks", messagesOf("unknown/t-1", "Kettle K-12 was boiled before tea", "Kettle AB-83-C was boiled before tea"),
			messagesOf("unknown/t-2", "Kettle 000123 was boiled before tea", "Kettle 12,345.67 was boiled before tea"), "it takes 2 of 2 of the cluster, 2 of 2 of others of the same words, 0 of 1 others.\n", ""},
		{"companies of other records", messagesOf("unknown/t-1", "Kettle was sold to company usmf too fast|DEMF"),
			messagesOf("unknown/t-2", "Kettle was sold to company usmf too fast|USMF", "Kettle was sold to company demf too fast|DEMF"), "it takes 1 of 1 of the cluster, 2 of 2 of others of the same words, 0 of 1 others.\n", "usmf"},
		{"records of another version", messagesOf("unknown/t-1", "Kettle K-12 was boiled before tea"), messagesOf("unknown/t-2", "Kettle K-13 was boiled before tea", "Kettle K-14 was boiled before tea"), "it takes 1 of 1 of the cluster, 2 of 2 of others of the same words, 0 of 1 others.\n", ""},
	} {
		src := &DraftSource{TemplateID: "t-1", Records: int64(len(tc.own)), Messages: tc.own}
		others := append(append([]Message{}, tc.kin...), other...)
		text, err := m.Draft(src, others, all(src, others))
		want := fmt.Sprintf("#   %d of %d of cluster t-2\n", len(tc.kin), len(tc.kin))
		if err != nil || !strings.Contains(string(text), tc.head) || !strings.Contains(string(text), want) || tc.not != "" && strings.Contains(string(text), tc.not) {
			t.Errorf("%s: error %v, draft without %q or %q:\n%s", tc.name, err, tc.head, want, text)
		}
	}
}

// A part of another cluster is counted as one, and a rule that tells the clusters apart is drafted where there is one.
func TestDraftOfAPartOfAnotherCluster(t *testing.T) {
	m := builtinMatcher(t)
	src := &DraftSource{TemplateID: "t-1", Records: 1, Messages: messagesOf("unknown/t-1", "Kettle K-12 was boiled before tea")}
	late := messagesOf("unknown/t-2", "Kettle K-13 was boiled before tea", "Kettle K/A was boiled before tea", "Kettle K-15 was boiled before tea")
	text, err := m.Draft(src, nil, all(src, late)) // none is a sample
	if err != nil || !strings.Contains(string(text), "#   2 of 3 of cluster t-2\n") || !strings.Contains(string(text), "1 of 1 of the cluster, 2 of 3 of others of the same words, 0 of 0 others.") {
		t.Errorf("error %v, draft:\n%s", err, text)
	}
	late = messagesOf("unknown/t-2", "Kettle 12 was boiled before tea")
	src.Messages = messagesOf("unknown/t-1", "Kettle K/A was boiled before tea")
	if text, err = m.Draft(src, late, all(src, late)); err != nil || strings.Contains(string(text), "t-2") || !strings.Contains(string(text), "0 of 1 others.") {
		t.Errorf("error %v, draft:\n%s", err, text)
	}
	var many []Message
	for i := range 14 {
		many = append(many, messagesOf(fmt.Sprintf("unknown/t-%d", 20+i), fmt.Sprintf("Kettle K-%d was boiled before tea", i))...)
	}
	src.Messages = messagesOf("unknown/t-1", "Kettle K-12 was boiled before tea")
	if text, err = m.Draft(src, many, all(src, many)); err != nil || strings.Count(string(text), "of cluster t-2") != mostKin || !strings.Contains(string(text), "#   4 of 4 of 4 more\n") {
		t.Errorf("error %v, draft:\n%s", err, text)
	}
	known := messagesOf("dw-kettle", "Kettle K-13 was boiled before tea")
	if _, err = m.Draft(src, known, all(src, known)); err == nil || !strings.Contains(err.Error(), "would also take dw-kettle") {
		t.Errorf("a draft that takes what a rule explains: error %v", err)
	}
}

// A value of several shapes is no record id by that of one of them, and near misses are none of the messages that the rule takes.
func TestDraftOfValuesOfSeveralShapes(t *testing.T) {
	m := builtinMatcher(t)
	src := &DraftSource{TemplateID: "t-1", Records: 1, Messages: messagesOf("unknown/t-1", "Kettle K-12 was sold to company usmf too fast|DEMF")}
	others := append(messagesOf("unknown/t-2", "Kettle 6f9619ff-8b86-4d01-b42d-00cf4fc964ff was sold to company usmf too fast|USMF"),
		messagesOf("unknown/t-3", "Kettle K/A was sold to company too late", "Kettle K/B was sold to company too often")...)
	text, err := m.Draft(src, others, all(src, others))
	if err != nil || strings.Contains(string(text), "record_id") || !strings.Contains(string(text), "(?:") || !strings.Contains(string(text), "no_match:\n    - Kettle K/A was sold to company too late\n    - Kettle K/B was sold to company too often\n") {
		t.Errorf("error %v, draft:\n%s", err, text)
	}
	src.Messages = messagesOf("unknown/t-1", "The kettle was boiled before tea of msdyn_kettle", "The kettle was boiled before tea of msdyn_pot")
	others = messagesOf("unknown/t-2", "The kettle was boiled before tea of AB-12")
	text, err = m.Draft(src, others, all(src, others))
	if err != nil || !strings.Contains(string(text), "#   1 of 1 of cluster t-2\n") || strings.Contains(string(text), "}?|") {
		t.Errorf("error %v, draft:\n%s", err, text)
	}
}

// Where the short expression takes others and the long one not all of its own, the short one takes both.
func TestDraftOfOneMessageWithSeveralEnds(t *testing.T) {
	m := builtinMatcher(t)
	long := "Kettle %s was boiled in the kitchen of the house at the corner before the tea of the afternoon was served by the cook"
	src := &DraftSource{TemplateID: "t-1", Records: 3, Messages: messagesOf("unknown/t-1", fmt.Sprintf(long, "K-1"), fmt.Sprintf(long+" or so", "K-2"), fmt.Sprintf(long+" or so", "K-3"))}
	src.Messages[1].Error = strings.Replace(src.Messages[1].Error, "afternoon", "evening", 1)
	others := messagesOf("unknown/t-2", fmt.Sprintf(long, "000123"))
	text, err := m.Draft(src, others, all(src, others))
	if err != nil || !strings.Contains(string(text), "it takes 3 of 3 of the cluster, 1 of 1 of others") {
		t.Errorf("error %v, draft:\n%s", err, text)
	}
}
