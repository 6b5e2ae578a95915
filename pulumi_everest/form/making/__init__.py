"""Making a form: from ui.yaml, or from the fields of a topology, to the form that a page shows."""
