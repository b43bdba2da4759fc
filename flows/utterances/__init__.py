"""Everything the bot can say: one function for each template in `templates/`, with the template's name.

A function gives the template's context as plain data; the words are in the template. Where it is said is a *slot*: the
place of one message in a review's thread. Saying something in a slot that was used before edits that message.
"""

from flows.utterances.batches import *  # noqa: F403
from flows.utterances.deals import *  # noqa: F403
from flows.utterances.digests import *  # noqa: F403
from flows.utterances.forms import *  # noqa: F403
from flows.utterances.hints import *  # noqa: F403
from flows.utterances.mirrors import *  # noqa: F403
from flows.utterances.nudges import *  # noqa: F403
from flows.utterances.outsiders import *  # noqa: F403
from flows.utterances.pipeline import *  # noqa: F403
from flows.utterances.playbooks import *  # noqa: F403
from flows.utterances.privacy import *  # noqa: F403
from flows.utterances.reminders import *  # noqa: F403
from flows.utterances.rules import *  # noqa: F403
from flows.utterances.saying import *  # noqa: F403
from flows.utterances.schedules import *  # noqa: F403
from flows.utterances.thread import *  # noqa: F403
