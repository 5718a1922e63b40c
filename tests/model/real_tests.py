# SPDX-License-Identifier: BSD-2-Clause
"""Whether a test that a row names is there, is run, and says the step that it holds at."""

import importlib
import inspect
import re
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent


def constants_of(module) -> dict[str, str]:
    return {name: value for name, value in vars(module).items() if isinstance(value, str)}


def source_of(module, test) -> str:
    """Its text; for a constant stands what that says."""
    text = inspect.getsource(test)
    for name, value in constants_of(module).items():
        text = re.sub(rf"\b{name}\b", lambda _, value=value: f'"{value}"', text)
    return text


def fault_of_method(name: str, call: str) -> str:
    package, module_name, class_name, method = name.split(".")
    module = importlib.import_module(f"{package}.{module_name}")
    case = getattr(module, class_name, None)
    if not (isinstance(case, type) and issubclass(case, unittest.TestCase)):
        return f"{module_name} has no test case {class_name}"
    if method not in unittest.TestLoader().getTestCaseNames(case):
        return f"{class_name} has no test {method}"
    if f'"{call}"' not in source_of(module, getattr(case, method)) and \
            f'"{call}"' not in text_of_own_methods(module, case, method):
        return f"{method} is not held at: {call}"
    build = (TESTS / package / "meson.build").read_text(encoding="utf-8")
    if not re.search(rf"'{module_name}(\.{class_name})?'", build):
        return f"no build runs {module_name}.{class_name}"
    return ""


def text_of_own_methods(module, case: type, method: str) -> str:
    """The methods of its own class that it calls."""
    names = re.findall(r"self\.(\w+)\(", inspect.getsource(getattr(case, method)))
    return "".join(source_of(module, vars(case)[name]) for name in names if name in vars(case))


def fault_of_function(name: str) -> str:
    file, function = name.removeprefix("unit/").split(".")
    path = TESTS / "unit" / f"{file}.c"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if f"static void {function}(" not in text:
        return f"unit/{file}.c has no {function}"
    listed = re.search(rf"(BERKELEY_CONTRACT|CONTRACT|cmocka_unit_test\w*)\({function}\b", text)
    return "" if listed else f"nobody runs {function}"


def fault_of_test(name: str, call: str) -> str:
    """Why `name` is no test that is held at `call`; "": it is. No call: a unit test."""
    return fault_of_method(name, call) if call else fault_of_function(name)
