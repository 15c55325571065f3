"""Try the checks of a room on each mutant, in a process of its own, which may loop or die."""

import math
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import torch

from autograder.checks import checks_of
from autograder.course import Course, names_of_source
from autograder.judge.expectations import LiveExpectations
from autograder.judge.judge import same_answer
from autograder.observe import observe, seed_of
from tests.mutants.mutate import Mutant, mutants_of

SEED = 1
FORKED = multiprocessing.get_context("fork")
TIMES = 5  # as much of a processor's time as the reference needs for all checks: most who want more loop for ever
GRACE = 300  # seconds for a child that needs no processor's time and does not end
ADDITIONAL = 4 << 30  # bytes
CAUGHT, ALIVE = 0, 42  # what a child ends with; whoever is killed is caught as well


EQUIVALENT = Path(__file__).with_name("equivalent.toml")
Key = tuple[str, str, str]


def equivalents(room: str) -> set[Key]:
    """Return the keys of the mutants of a room that are right answers, too: what they change, the contract leaves free.

    Raises:
        ValueError: an entry gives no reason, or a mutant stands in the list twice.
    """
    keys: set[Key] = set()
    for entry in tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get(room, []):
        for change in entry["changes"]:
            key = (entry["where"], entry["code"], change)
            if key in keys or not entry["reason"].strip():
                raise ValueError(f"{room}, {': '.join(key)}: it stands there twice, or without a reason")
            keys.add(key)
    return keys


class Trial:
    """Checks of a room, with what the reference answers to each."""

    def __init__(self, room: str) -> None:
        torch.set_num_threads(1)  # so that a child has all threads that it needs
        self.course, self.room = Course.installed(), room
        self.source = self.course.source(room)
        self.expect = LiveExpectations(self.course)
        before = time.process_time()
        seconds = {check: self.expect.reference(check, seed_of(SEED, check)).duration_s for check in checks_of(room)}
        self.limit = math.ceil(TIMES * (time.process_time() - before))
        self.checks = sorted(seconds, key=seconds.__getitem__)

    def lives(self, mutant: Mutant) -> bool:
        """Return whether each check sees of the mutant what it sees of the reference."""
        child = FORKED.Process(target=self._end, args=(mutant,))
        child.start()
        child.join(GRACE)
        if child.exitcode is None:
            child.kill()
            child.join()
        return child.exitcode == ALIVE

    def result(self) -> tuple[list[Mutant], list[Key]]:
        """Try all mutants of the room.

        Returns:
            The mutants that live and are not listed, and the entries of the list that are no mutant which lives.
        """
        mutants, known = mutants_of(self.source), equivalents(self.room)
        with ProcessPoolExecutor(2, FORKED, initializer=_inherit, initargs=(self,)) as pool:
            alive = [mutant for mutant, lives in zip(mutants, pool.map(_lives, mutants), strict=True) if lives]
        return [mutant for mutant in alive if mutant.key not in known], sorted(known - {mutant.key for mutant in alive})

    def _end(self, mutant: Mutant) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self._shut_in(folder)
            ended = self._run(mutant)
            os.chdir("/")
        os._exit(ended)

    def _run(self, mutant: Mutant) -> int:
        try:
            # Those of the exercise that is changed, the quickest first, and then those of the others.
            for check in sorted(self.checks, key=lambda check: check.exercise != mutant.where.partition(".")[0]):
                seed = seed_of(SEED, check)
                answer = observe(check, names_of_source(mutant.source, f"{self.room}.mutant"), seed)
                if not same_answer(answer, self.expect.reference(check, seed)):
                    return CAUGHT
        except BaseException:
            return CAUGHT
        return ALIVE

    def _shut_in(self, folder: str) -> None:
        """Let the child write nothing that stays, print nothing, and take no more than its share."""
        os.chdir(folder)
        sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 (until the process ends)
        resource.setrlimit(resource.RLIMIT_CPU, (self.limit, self.limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + ADDITIONAL, taken + ADDITIONAL))


_trial: Trial  # in a worker, which has it from its fork: to send it with each mutant would take longer than most trials


def _inherit(trial: Trial) -> None:
    global _trial
    _trial = trial


def _lives(mutant: Mutant) -> bool:
    return _trial.lives(mutant)
