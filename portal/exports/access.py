"""Who may have an export: asked when it is ordered, again when it is made, and again when it is downloaded."""

from typing import Final

from ledger import rights
from ledger.errors import Forbidden, InvalidRequest, NotFound
from ledger.models import Membership, Pool, PoolKind
from ledger.rights import Right, rights_of
from portal.models.exports import Export, ExportFormat
from reporting.exports.columns import Dataset
from reporting.exports.datasets import DATASETS
from reporting.exports.question import Question

STATEMENT: Final = "statement"
_OF_THE_CONTRACT: Final = frozenset({"orders", "audit"})
_OF_A_POOL: Final = frozenset({"events", "lots"})
NO_SUCH_POOL: Final = "There is no such pool."


def dataset_of(name: str, format_: str) -> Dataset | None:
    """Return the dataset with this name; None for a statement, which is no table.

    Raises:
        InvalidRequest: there is no such data, or not in this format.
    """
    if format_ not in ExportFormat.values:
        raise InvalidRequest("There is no such format.", field="format")
    if (name == STATEMENT) != (format_ == ExportFormat.PDF):
        raise InvalidRequest("Statements are PDF files, and nothing else is.", field="format")
    if name == STATEMENT:
        return None
    if format_ == ExportFormat.FOCUS:
        name = "focus"
    if name not in DATASETS:
        raise InvalidRequest("There is no such export.", field="dataset")
    return DATASETS[name]


def require(membership: Membership, dataset: Dataset | None, question: Question) -> None:
    """Let the member pass who may see these rows on the pages too.

    Raises:
        NotFound: they are another contract's, or of a pool that the member may not know of.
        Forbidden: the role does not include them.
    """
    if question.contract_id != membership.contract_id:
        raise NotFound("There is no such export.")
    rights.require(membership, dataset.right if dataset else Right.OWN_USE)
    if dataset and dataset.name in _OF_THE_CONTRACT:
        return
    pool = _pool(membership, question)
    if question.with_shared:
        rights.require(membership, Right.SHARED_BALANCE)
    if question.user_id != membership.user_id:
        rights.require(membership, Right.CONTRACT_REPORTS)
    if pool is None or pool.kind != PoolKind.SHARED:
        return
    if dataset and dataset.name in _OF_A_POOL:
        rights.require(membership, Right.SHARED_BALANCE)
    elif dataset is None or dataset.name == "entries":
        rights.require(membership, Right.CONTRACT_REPORTS)


def may_have(membership: Membership, export: Export) -> bool:
    """Return whether the member may download an export, as their role is now."""
    if export.user_id != membership.user_id and Right.CONTRACT_REPORTS not in rights_of(membership):
        return False
    try:
        question = Question.from_json(export.question)
        require(membership, dataset_of(export.dataset, export.format), question)
    except (Forbidden, InvalidRequest, NotFound):
        return False
    return True


def _pool(membership: Membership, question: Question) -> Pool | None:
    if question.pool_id is None:
        return None
    pool = Pool.objects.filter(id=question.pool_id, contract_id=membership.contract_id).first()
    others = pool is not None and pool.user_id not in (None, membership.user_id)
    if pool is None or (others and Right.CONTRACT_REPORTS not in rights_of(membership)):
        raise NotFound(NO_SUCH_POOL, field="pool")
    return pool
