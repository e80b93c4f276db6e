-- Is there anything to join, or that was joined?
SELECT EXISTS (FROM dw.clusters) OR EXISTS (FROM dw.records WHERE template_names IS NOT NULL) OR EXISTS (FROM dw.pruned WHERE template_names IS NOT NULL);
