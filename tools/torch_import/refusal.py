"""Why something is not done, in one sentence."""

import os

USAGE, BAD_DATA, INPUT_OUTPUT = os.EX_USAGE, os.EX_DATAERR, os.EX_IOERR


class RefusalError(Exception):
    """One sentence that names file, parameter and remedy, and the exit code of the program."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
