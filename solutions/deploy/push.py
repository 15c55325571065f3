"""Upload the files of a Space to the Hub, all of them in one commit."""

import os
import re

# The client reads it when it is imported. A model of one megabyte goes by plain HTTP; it needs no store of chunks.
os.environ.setdefault("HF_HUB_DISABLE_XET", "1")

from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, HTTPError, LocalTokenNotFoundError
from huggingface_hub.utils import disable_progress_bars, logging, validate_repo_id

from solutions.errors import WorkFailed, WrongUse

LOGIN = "make one that may write at huggingface.co/settings/tokens, then set HF_TOKEN or run: hf auth login"


def check_name(name: str) -> None:
    """Raise WrongUse unless a name has the form USER/NAME."""
    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise WrongUse(f"{name}: not the name of a Space; give USER/NAME, of letters, digits, . and -") from error
    if not re.fullmatch(r"[^/]+/[^/]+", name):
        raise WrongUse(f"{name}: the name of a Space has two parts; give USER/NAME")


def page_of(api: HfApi, name: str) -> str:
    return f"{api.endpoint}/spaces/{name}"


def push(api: HfApi, files: dict[str, bytes], name: str) -> bool:
    """Upload the files of a Space, which is made first if necessary, and return whether anything changed.

    Files of other names are left alone.

    Raises:
        WrongUse: the token is missing or refused.
        WorkFailed: the Hub cannot be reached, refuses the upload, or the connection was lost.
    """
    disable_progress_bars()
    logging.set_verbosity_error()  # the caller reports
    try:
        api.create_repo(name, repo_type="space", space_sdk="static", exist_ok=True)
        before = api.space_info(name).sha
        added = [CommitOperationAdd(file, content) for file, content in files.items()]
        commit = api.create_commit(name, added, repo_type="space", commit_message="Push the classifier")
    except LocalTokenNotFoundError as error:
        raise WrongUse(f"{name}: there is no token; {LOGIN}") from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        if status in (401, 403):
            raise WrongUse(f"{name}: the token was refused, and nothing was changed; {LOGIN}") from error
        raise WorkFailed(
            f"{name}: the Hub answered {status} ({error.server_message or 'no reason'}); nothing was changed"
        ) from error
    except (HTTPError, RuntimeError) as error:
        # The client raises the latter, with a cause, when a large file is lost.
        if not isinstance(error, HTTPError) and not isinstance(error.__cause__, HTTPError):
            raise
        raise WorkFailed(
            f"{name}: the connection to {api.endpoint} failed; push again when it is back, nothing is sent twice"
        ) from error
    return commit.oid != before
