"""What no definition says and only people know: each with the flag that answers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Question:
    """Something to be asked. `flag` is the option of `everest plugin new` that answers it."""

    key: str
    text: str
    flag: str


QUESTIONS: Final = (
    Question("title", "the name of the technology for people", "--title"),
    Question("operator", "the name of the operator, which is that of its Deployment", "--operator"),
    Question("versions", "the versions of the operator that the definitions are of", "--operator-version"),
    Question("chart", "the Helm chart that installs the operator", "--chart"),
    Question("repository", "the URL of the repository with the chart", "--chart-repository"),
    Question("operator-image", "the name of the operator's container image", "--operator-image"),
    Question("watches", "the environment variable with the namespaces that the operator watches", "--watches"),
    Question("host", "the Service that clients connect to", "--host"),
    Question("port", "the port that clients connect to", "--port"),
    Question("type", "the kind of database in a URI, such as postgresql", "--connection-type"),
    Question("secret", "the Secret with user and password", "--secret"),
    Question("ready", "the word or condition by which a database is ready", "--ready"),
    Question("failed", "the word by which the operator says that it has given up", "--failed"),
    Question("topology", "the topology that clusters get", "--default-topology"),
)
"""In the order in which they are asked."""

PORTS: Final = {
    "postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mongodb": 27017, "redis": 6379, "valkey": 6379, "kafka": 9092,
    "clickhouse": 9000, "cassandra": 9042, "elasticsearch": 9200, "rabbitmq": 5672, "opensearch": 9200, "etcd": 2379,
}  # fmt: skip
"""The ports that databases listen on by their own default, by the name that URIs have for them."""


@dataclass
class Answers:
    """What was answered, by the keys of `QUESTIONS`, and images by component type."""

    given: dict[str, str] = field(default_factory=dict)
    images: dict[str, list[str]] = field(default_factory=dict)

    def mark(self, key: str) -> str:
        """The text of the mark for a question; none where it was answered."""
        return "" if key in self.given else next(one.text for one in QUESTIONS if one.key == key)
