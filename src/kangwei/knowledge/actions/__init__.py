"""State changes of the knowledge base."""

from kangwei.knowledge.actions.files import attach_files, remove_file
from kangwei.knowledge.actions.importing import Imported, import_articles
from kangwei.knowledge.actions.readers import let_read
from kangwei.knowledge.actions.stepping import take_step
from kangwei.knowledge.actions.uses import take_back_use, use_article
from kangwei.knowledge.actions.writing import draft_article, save_draft

__all__ = [
    "Imported",
    "attach_files",
    "draft_article",
    "import_articles",
    "let_read",
    "remove_file",
    "save_draft",
    "take_back_use",
    "take_step",
    "use_article",
]
