"""Who may open a patient's portal: the patient, who acts for her, and the practice that looks."""
