"""Define the tasks that a network can have."""

from enum import StrEnum


class Task(StrEnum):
    """Name the task of a network; the values are the words of `card.json`, `champions.json` and the notebooks."""

    DIGITS = "digits"  # one digit in the middle of an image
    AMOUNTS = "amounts"  # a whole amount
    PAGES = "pages"  # where on the page of a document its amount stands
    WORDS = "words"  # an amount in words


TASKS = (Task.DIGITS, Task.AMOUNTS)  # of networks that read a picture by themselves
DOCUMENT_TASKS = (Task.PAGES, Task.WORDS)  # of networks that serve the reader of documents beside that of amounts
ALL_TASKS = tuple(Task)
TASK_OF_WORD = {"amount": Task.AMOUNTS, "digit": Task.DIGITS}  # by what one picture shows, as users name it
DOCUMENT = "document"  # the word for a picture of a whole page, on which the amount is found; no network has this task
