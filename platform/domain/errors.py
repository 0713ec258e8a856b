"""Errors of the domain: every one carries a sentence that a person can act on."""


class InputError(ValueError):
    """What was handed in cannot be used.

    `sentence` names what is wrong and what to do about it; it is shown to people unchanged.
    `code` is a short machine-readable word for the same thing.
    """

    def __init__(self, sentence: str, code: str = "bad_input") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
