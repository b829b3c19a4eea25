"""Reading inspection templates from YAML; every fault is named with file, line and field, in Chinese."""

from importlib import resources
from importlib.resources.abc import Traversable

from kangwei.core.checks.template import Template
from kangwei.core.yamlfile import FileError, Problem, read_tree, validated


class TemplateError(FileError):
    """A template file that is refused whole; `problems` holds every fault found, in line order."""


def bundled_templates() -> dict[str, Template]:
    """The templates that come with Kangwei, by name."""
    folder = resources.files("kangwei") / "library" / "inspections"
    templates = [load_template(file) for file in folder.iterdir() if file.name.endswith(".yaml")]
    return {template.name: template for template in sorted(templates, key=lambda template: template.name)}


def load_template(path: Traversable) -> Template:
    """Read and check one file, which must be called as the template in it, with `.yaml`.

    Raises TemplateError for whatever is wrong with the content, OSError when the file cannot be read.
    """
    try:
        tree = read_tree(path.read_bytes().decode(), path.name)
        template = validated(Template, tree)
    except UnicodeDecodeError:
        raise TemplateError(Problem(path.name, 1, "", "不是 UTF-8 编码")) from None
    except FileError as error:
        raise TemplateError(*error.problems) from None
    if path.name != f"{template.name}.yaml":
        raise TemplateError(tree.problem(("name",), f"应与文件名相同，而不是 {template.name}"))
    return template
