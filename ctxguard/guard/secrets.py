"""Files that hold secrets, told by name and place; what is in them is not looked at.

Few false alarms count more than the last secret: a name that is as often harmless is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_BY_NAME: tuple[tuple[str, str], ...] = (
    (
        "settings of one environment",
        r"\.env(?:\.(?!.*(?:example|sample|template|dist|default)).+)?",
    ),
    ("a private key", r"id_(?:rsa|dsa|ecdsa|ed25519)|.+\.(?:key|ppk|p12|pfx|jks|keystore)"),
    ("a private key", r"(?:.*[-_.])?(?:private|privkey|priv)(?:[-_.]?key)?\.pem|.+[-_.]key\.pem"),
    ("a cloud's credentials", r"(?:.*[-_])?service[-_]?account(?:[-_]?key)?\.json"),
    ("a cloud's credentials", r"application_default_credentials\.json|credentials\.csv"),
    ("logins for the network", r"\.netrc|_netrc|\.git-credentials|\.pgpass|\.my\.cnf|\.htpasswd"),
    ("a registry's token", r"\.dockercfg"),
    ("access to a cluster", r"kubeconfig(?:\..+)?|.+\.kubeconfig"),
    ("Terraform's state", r".+\.tfstate(?:\.backup)?|terraform\.tfvars|.+\.auto\.tfvars"),
    ("a database dump", r"(?:.*[-_.])?(?:dump|backup)(?:[-_.].*)?\.sql(?:\.(?:gz|bz2|xz|zst))?"),
    ("a database dump", r".+\.(?:pgdump|sql\.(?:gz|bz2|xz|zst))"),
)
_BY_PLACE: tuple[tuple[str, str], ...] = (
    ("a cloud's credentials", r"(?:.*/)?\.aws/credentials|(?:.*/)?\.azure/accessTokens\.json"),
    ("a registry's token", r"(?:.*/)?\.docker/config\.json"),
    ("access to a cluster", r"(?:.*/)?\.kube/config"),
    ("a private key", r"(?:.*/)?\.gnupg/(?:.*\.gpg|private-keys-v1\.d/.*\.key)"),
)
_EXACT = frozenset(
    {
        *("credentials", "credentials.csv", "config", "config.json", "accesstokens.json"),
        *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "application_default_credentials.json"),
        *(".netrc", "_netrc", ".git-credentials", ".pgpass", ".my.cnf", ".htpasswd"),
        *(".dockercfg", "terraform.tfvars"),
        # These hold a secret only if their content says so (see `tokens`).
        *(".pypirc", ".npmrc"),
    }
)
_ENDINGS = frozenset(
    {
        *("key", "ppk", "p12", "pfx", "jks", "keystore", "pem", "gpg", "pgdump"),
        *("tfstate", "tfvars", "backup"),
    }
)
_WORDS = (".env", "kubeconfig", ".sql", "account")
_NAMES = tuple((kind, re.compile(text, re.IGNORECASE)) for kind, text in _BY_NAME)
_PLACES = tuple((kind, re.compile(text)) for kind, text in _BY_PLACE)
_PUBLIC = frozenset({"pub", "public"})
_BETWEEN = re.compile(r"[-_.]")


_PARTS = (*_EXACT, *(f".{ending}" for ending in _ENDINGS), *_WORDS)


def suspects(names: Sequence[str]) -> list[int]:
    """The indexes of names that deserve a closer look; there are few of them."""
    all_ = "\n".join(names).lower()
    if not any(part in all_ for part in _PARTS):
        return []
    return [at for at, name in enumerate(names) if _suspects(name.lower())]


def _suspects(low: str) -> bool:
    if low in _EXACT or low.rpartition(".")[2] in _ENDINGS:
        return True
    return any(word in low for word in _WORDS)


def secret_kind(path: str) -> str | None:
    """What kind of secret a file is known to hold; None if none.

    Args:
        path: relative to the context root.
    """
    name = path.rpartition("/")[2]
    for kind, place in _PLACES:
        if place.fullmatch(path):
            return kind
    if not _PUBLIC.isdisjoint(_BETWEEN.split(name.lower())):
        return None
    return next((kind for kind, known in _NAMES if known.fullmatch(name)), None)
