"""What people say in the tests, and what the lens makes of it: each reads the same under every question."""

from __future__ import annotations

THEIRS = "Their regulator fined them 90k last spring and their CFO carries it."
ALSO_THEIRS = "Their plant manager fears the new system will stop the line in March."
OURS = "We sent the revised quote and our demo went really well."
ALSO_OURS = "We will send the proposal and push for a commit this month."
EMPTY = "ok"
OPEN = "We don't know that yet, we have not asked them."
UNCLEAR = "Los operarios pierden cada día dos horas con el papel."

ANSWERS = (
    OURS,
    "Ruth said: 'We can't do another audit on spreadsheets', and two people in her team quit in March.",
    "Their regulator fines them again next spring, about 90k, and their CFO carries it.",
    "Their team closes the books in 4 days instead of 11, and Ruth sees it in the overtime.",
    "Ruth wants it for her team; their IT worries about running two systems side by side.",
    "Their board meets on 11 December and has to approve anything above 50k.",
    "Their IT had a project fail in 2023 and nobody there wants their name on the next one.",
    "Ruth and her auditors want a one-page rollback plan for their IT team by Friday.",
    "Their CFO takes the audit costs to their board on Thursday 26 November.",
)
"""A whole review: the opening about us, then eight answers about the customer."""
