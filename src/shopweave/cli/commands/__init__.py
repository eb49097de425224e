"""Commands by topic: each module declares them, what they do is imported when they run."""

from shopweave.cli.commands.callbacks import app as callbacks
from shopweave.cli.commands.demo import app as demo
from shopweave.cli.commands.flowing import app as flowing
from shopweave.cli.commands.icecat import app as icecat
from shopweave.cli.commands.keeping import app as keeping
from shopweave.cli.commands.linking import app as linking
from shopweave.cli.commands.notify import app as notify
from shopweave.cli.commands.orders import app as orders
from shopweave.cli.commands.serving import app as serving
from shopweave.cli.commands.setting_up import app as setting_up
from shopweave.cli.commands.simulate import app as simulate
from shopweave.cli.commands.stock import app as stock
from shopweave.cli.commands.telling import app as telling
from shopweave.cli.commands.undoing import app as undoing
from shopweave.cli.commands.writing import app as writing

TOPICS = (
    setting_up,
    flowing,
    telling,
    demo,
    keeping,
    serving,
    icecat,
    notify,
    simulate,
    undoing,
    writing,
    orders,
    stock,
    callbacks,
    linking,
)
