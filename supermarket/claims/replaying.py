"""Past decisions decided again on their frozen inputs."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from enterprises.secrets import SecretUnreadableError
from policies.models import PolicyVersion
from supermarket.claims.evidence import digest_of, evidence_replay
from supermarket.claims.models import Claim, Evidence, Run
from supermarket.matching.catalogue import StoreCatalogue, store_catalogue

CHUNK = 500


@dataclass(frozen=True)
class Line:
    """`outcome`: same · different (the engine changed, or should not have) · tampered · erased (the person's key is
    gone; only the digest was checked)."""

    claim: int
    number: int
    outcome: str
    engine_version: str
    differences: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return self.outcome in ("same", "erased")


def run_replay(run: Run) -> Iterator[Line]:
    """Every decision of the run's claims, in order; those who left it too."""
    claims = Claim.objects.filter(run=run) | Claim.objects.filter(left_run=run)
    yield from evidence_lines(Evidence.objects.filter(claim__in=claims.values("pk")))


def claim_replay(claim: Claim) -> Iterator[Line]:
    yield from evidence_lines(Evidence.objects.filter(claim=claim))


def evidence_lines(rows: QuerySet[Evidence]) -> Iterator[Line]:
    catalogue = store_catalogue()
    versions: dict[int, PolicyVersion] = {}  # a version is read and parsed once
    found = rows.select_related("claim__beneficiary__person").order_by("claim", "number")
    for evidence in found.iterator(chunk_size=CHUNK):
        identity = evidence.policy_version_id
        if identity not in versions:
            versions[identity] = PolicyVersion.objects.select_related("policy").get(pk=identity)
        evidence.policy_version = versions[identity]
        yield line_of(evidence, catalogue)


def line_of(evidence: Evidence, catalogue: StoreCatalogue) -> Line:
    version = evidence.engine_version
    if digest_of(evidence) != evidence.digest:
        return Line(evidence.claim_id, evidence.number, "tampered", version)
    try:
        replay = evidence_replay(evidence, catalogue)
    except SecretUnreadableError:
        return Line(evidence.claim_id, evidence.number, "erased", version)
    outcome = "same" if replay.same else "different"
    return Line(evidence.claim_id, evidence.number, outcome, version, replay.differences)
