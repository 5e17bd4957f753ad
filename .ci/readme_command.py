"""Print the n-th fenced command in the README's section "Two commands", so that CI runs exactly that."""

import re
import sys
from pathlib import Path

readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
section = readme.split("## Two commands", 1)[1].split("\n## ", 1)[0]
commands = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
print(commands[int(sys.argv[1]) - 1].strip())
