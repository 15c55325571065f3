"""The web app on this machine: the page of ``page.py`` with the network in PyTorch."""

import os
import signal
import tempfile
import threading
from collections.abc import Callable

from PIL import Image

from solutions.accelerate.device import use_one_thread
from solutions.deploy.answers import Answer
from solutions.deployment import classify, prepare_image
from solutions.dropout import Classifier
from solutions.errors import WrongUse


def answering(model: Classifier) -> Callable[[Image.Image], Answer]:
    """Return what looks at an image and answers as ``classify`` does."""

    def answer(image: Image.Image) -> Answer:
        use_one_thread()  # holds for the thread that calls it, and the page answers in several
        x = prepare_image(image)
        return Answer(classify(model, x), x[0].numpy())

    return answer


def serve(
    model: Classifier,
    training: dict[str, object],
    host: str,
    port: int | None,
    root_path: str,
    open_browser: bool,
    started: Callable[[str], None],
) -> None:
    """Serve the page until the process is interrupted or terminated; then nothing that was uploaded is left.

    Args:
        model: from ``open_model``.
        training: what the model file tells about its training.
        host: the address to listen at.
        port: the port; None takes the first free one from 7860.
        root_path: where a proxy in front of this one shows the page, such as "/garments".
        open_browser: show the page in a browser.
        started: called with the page's address.

    Raises:
        WrongUse: the port is taken.
    """
    with tempfile.TemporaryDirectory(prefix="garments-") as uploads:
        os.environ["GRADIO_TEMP_DIR"] = uploads
        from solutions.deploy import page

        blocks = page.build(answering(model), tuple(model.labels), training)
        try:
            address = page.launch(
                blocks, server_name=host, server_port=port, root_path=root_path, inbrowser=open_browser
            )
        except OSError as error:
            raise WrongUse(f"--port {port}: taken, or not for you; give another one, or none") from error
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        started(address)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            pass
        finally:
            blocks.close(verbose=False)
