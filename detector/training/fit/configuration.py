"""The configuration of training, which a TOML file can change.

    [text.first]
    hidden = 48

    [linear]
    phrases = 0.5

    [weights]
    composed = 0

Networks are `text.first`, `text.second`, `html.first`, `html.second` and `site`. `weights` multiplies the
weight of the pages of a set; 0 leaves them out.
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
    """How to fit the two networks of a scorer."""

    first: NetworkPlan
    second: NetworkPlan


# Text has no markup by which a network could overfit to single sites. Longer training on more of the pages
# gained .003 words F1 on text, and lost as much on HTML.
_TEXT: Final = Plan(
    NetworkPlan(networks=2, hidden=32, page_share=0.85, phases=_LONG, penalty=1e-3),
    NetworkPlan(networks=3, hidden=16, page_share=0.85, phases=_LONG, penalty=1e-3),
)
_HTML: Final = Plan(NetworkPlan(), NetworkPlan(networks=4, hidden=12))


@dataclass(frozen=True)
class Linear:
    """Inverse strength of the penalties of the linear models, from cross-validation on WCXB dev."""

    phrases: float = 1.0
    markup: float = 1.0


@dataclass(frozen=True)
class Configuration:
    """How to train a model.

    weights: by set, a factor for the weight of its pages
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
        """Return the configuration with another seed for every network."""
        text, html = (
            Plan(replace(plan.first, seed=seed), replace(plan.second, seed=seed))
            for plan in (self.text, self.html)
        )
        return replace(self, text=text, html=html, site=replace(self.site, seed=seed))

    def record(self) -> dict[str, Any]:
        """Return it as plain values, as in a file."""
        return asdict(self)


def _over(base: dict[str, Any], changes: dict[str, Any], where: str) -> dict[str, Any]:
    """Return a table with the changes of another; raises `SettingsError` for an unknown name."""
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
