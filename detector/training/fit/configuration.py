"""What is chosen in training, as one record that a TOML file can change.

    [text.first]
    hidden = 48

    [linear]
    phrases = 0.5

    [weights]
    composed = 0

Networks are `text.first`, `text.second`, `html.first`, `html.second` and `site`. `weights` multiplies how
much the pages of a set count; pages of a set with 0 are left out.
"""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from detector.errors import SettingsError
from detector.files.checked import checked
from detector.files.toml import read_toml
from detector.records import Format
from detector.training.fit.networks import NetworkPlan

_LONG: Final = ((2e-3, 7), (7e-4, 4), (2e-4, 3))
_SITE: Final = NetworkPlan(networks=3, hidden=16)


@dataclass(frozen=True)
class Plan:
    """How the two networks of a scorer are fitted."""

    first: NetworkPlan
    second: NetworkPlan


# Text has no markup by which a network could learn single sites by heart: longer training on
# more of the pages was worth .003 words F1 there, and cost as much on HTML.
_TEXT: Final = Plan(
    NetworkPlan(networks=2, hidden=32, page_share=0.85, phases=_LONG, penalty=1e-3),
    NetworkPlan(networks=3, hidden=16, page_share=0.85, phases=_LONG, penalty=1e-3),
)
_HTML: Final = Plan(NetworkPlan(), NetworkPlan(networks=4, hidden=12))


@dataclass(frozen=True)
class Linear:
    """Inverse strength of the linear models' penalties; found by cross-validation on WCXB dev."""

    phrases: float = 1.0
    markup: float = 1.0


@dataclass(frozen=True)
class Configuration:
    """How a model is trained.

    weights: by set, a factor for how much its pages count
    """

    text: Plan = _TEXT
    html: Plan = _HTML
    site: NetworkPlan = _SITE
    linear: Linear = Linear()
    weights: dict[str, float] = field(default_factory=dict)

    def plan(self, format: Format) -> Plan:
        """Return the plan of a format."""
        return self.text if format == "text" else self.html

    def seeded(self, seed: int) -> "Configuration":
        """Return the same with another seed for every network."""
        text, html = (
            Plan(replace(plan.first, seed=seed), replace(plan.second, seed=seed))
            for plan in (self.text, self.html)
        )
        return replace(self, text=text, html=html, site=replace(self.site, seed=seed))

    def record(self) -> dict[str, Any]:
        """Return it as a file has it."""
        return asdict(self)


def _over(base: dict[str, Any], changes: dict[str, Any], where: str) -> dict[str, Any]:
    """Return a table with the changes of another; raises `SettingsError` for a name that it lacks."""
    found = dict(base)
    for name, value in changes.items():
        if name not in base:
            raise SettingsError(f"{where}: there is no {name!r}; there are {', '.join(base)}")
        whole = not isinstance(base[name], dict) or name == "weights"
        found[name] = value if whole else _over(base[name], value, f"{where}, {name}")
    return found


def read_configuration(path: Path) -> Configuration:
    """Return the default configuration with the changes of a TOML file; raises `SettingsError`."""
    record = _over(Configuration().record(), read_toml(path), str(path))
    return checked(record, Configuration, str(path), SettingsError)
