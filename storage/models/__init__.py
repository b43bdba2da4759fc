"""The tables. One row for what is true now, one append-only row (`turn`) for each thing that happened."""

from storage.models.base import Base, OfWorkspace, Team, Utc
from storage.models.calls import CallRow, EntryRow, MirrorRow, ReminderRow, ScheduleRow
from storage.models.deals import DealRow, KnowledgeRow
from storage.models.installations import BotRow, InstallationRow, OAuthStateRow
from storage.models.people import HabitsRow, NudgeRow, PersonRow
from storage.models.pipeline import ImportRow
from storage.models.playbooks import DraftRow, PlaybookRow
from storage.models.privacy import AuditRow, ErrandRow, ForgottenRow, WorkspaceRow
from storage.models.requests import AdmissionRow
from storage.models.reviews import AnswerRow, ArrivalRow, CorrectionRow, ReplyRow, ReviewRow, TurnRow
from storage.models.saying import MessageRow, RestRow

__all__ = [
    "AdmissionRow",
    "AnswerRow",
    "ArrivalRow",
    "AuditRow",
    "Base",
    "BotRow",
    "CallRow",
    "CorrectionRow",
    "DealRow",
    "DraftRow",
    "EntryRow",
    "ErrandRow",
    "ForgottenRow",
    "HabitsRow",
    "ImportRow",
    "InstallationRow",
    "KnowledgeRow",
    "MessageRow",
    "MirrorRow",
    "NudgeRow",
    "OAuthStateRow",
    "OfWorkspace",
    "PersonRow",
    "PlaybookRow",
    "ReminderRow",
    "ReplyRow",
    "RestRow",
    "ReviewRow",
    "ScheduleRow",
    "Team",
    "TurnRow",
    "Utc",
    "WorkspaceRow",
]
