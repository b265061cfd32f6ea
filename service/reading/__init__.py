"""Turn what the index answers into what a page shows: names, masks, titles from manifests, verdicts."""
