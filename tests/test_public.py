"""The public surface, what importing it costs, and that imports point one way."""

import ast
import subprocess
import sys
from pathlib import Path

import slantwise

ROOT = Path(slantwise.__file__).parent
# Down this list, never up; the modules of one row do not import each other.
ORDER = [
    row.split()
    for row in """
records disclaimers
targets furniture quotes carried hub config provenance progress spreadsheets articles metrics intervals shrinkage dealing
checkpoint batches openvino_graph
sentences cards slant differences prior_shift correction wire matched repeats parts
stories tally examples runtime openvino_runtime digests
runtimes corpus
comparison labels classifier judgement_file
joining calibration trainer pipeline variants
runs units cluster
remote
distributed
distillation annotation
training
recipes tuning
report compat
integrations
server
cli
""".strip().splitlines()
]


def test_public_names():
    assert slantwise.__all__ == [
        "Article", "InputError", "Judgement", "OutletSlant", "Sentence", "Stance", "StanceClassifier", "Target", "Voice",
        "classify", "read_articles", "score_outlets",
    ]  # fmt: skip
    assert all(getattr(slantwise, name) for name in slantwise.__all__)


def test_import_loads_no_model_library():
    heavy = {
        "torch",
        "transformers",
        "datasets",
        "numpy",
        "sklearn",
        "rich",
        "trafilatura",
        "pyarrow",
        "httpcore2",
        "warcio",
    }
    code = f"import sys, slantwise; print(sorted({heavy!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_help_loads_no_model_library():
    code = "import sys\nfrom slantwise.cli import main\ntry: main(['train', '--help'])\nexcept SystemExit: pass\nprint('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip().endswith("False")


def test_imports_point_one_way():
    rank = {module: i for i, row in enumerate(ORDER) for module in row}
    for file in ROOT.rglob("*.py"):
        module = file.relative_to(ROOT).parts[0].removesuffix(".py")
        if module == "__init__":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("slantwise"):
                names = (
                    [node.module.split(".")[1]]
                    if "." in node.module
                    else [a.name for a in node.names if (ROOT / f"{a.name}.py").exists()]
                )
                for name in names:
                    allowed = name == module or rank[name] < rank[module]
                    assert allowed, f"{module} imports {name}"


def test_only_training_and_runtime_import_torch_or_transformers():
    for file in ROOT.rglob("*.py"):
        if file.stem in ("training", "trainer", "distillation", "runtime", "tuning"):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            assert not {n.split(".")[0] for n in names} & {"torch", "transformers"}, file
